"""The shape of a RIGHTS table: each controller declares beside its handlers what it may do, charts are made from it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Right:
    """One rule of a role.

    `role` names the ClusterRole without the release's prefix, such as `model-controller` (bound in the whole
    cluster), `model-controller-ns` (bound in each tenant namespace) or `model-controller-release` (a Role of the
    release namespace); `names` limits it to objects of these names. `{tenant-roles}` and the like do not exist:
    every word is literal, but `{prefix}` in a name, which is the release's.
    """

    role: str
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()


READ = ("get", "list", "watch")
WRITE = ("create", "patch", "delete")
