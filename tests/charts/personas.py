"""Who acts on the API server in the tests of rights, and how: kubectl, impersonating."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tests.kube_fixtures import Kube

SYSTEM = "freehold-admission"  # not freehold-system: other tests of the session may use that
TENANT = "tenant-blue"
RBAC = "rbac.authorization.k8s.io"

Object = dict[str, Any]


def account(name: str) -> tuple[str, ...]:
    """kubectl's words to act as one of our ServiceAccounts."""
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{SYSTEM}", "system:authenticated")
    return (f"--as=system:serviceaccount:{SYSTEM}:{name}", *(f"--as-group={group}" for group in groups))


def person(name: str, *groups: str) -> tuple[str, ...]:
    return (f"--as={name}", *(f"--as-group={group}" for group in (*groups, "system:authenticated")))


TENANT_CONTROLLER = account("freehold-tenant-controller")
MODEL_CONTROLLER = account("freehold-model-controller")
GATEWAY = account("freehold-control")
ADMIN, EDITOR, VIEWER = person("amy"), person("ed"), person("vic")
OPERATIONS = person("olga", "operations")  # may do everything by RBAC, but is no platform administrator
PLATFORM = person("pat", "operations", "freehold:platform-admins")


@dataclass(frozen=True, slots=True)
class Question:
    """May this persona do that there? `resource` as `models/status.freehold.dev`; an empty namespace is the cluster."""

    who: tuple[str, ...]
    verb: str
    resource: str
    namespace: str = ""
    name: str = ""

    def review(self) -> Object:
        full, _, group = self.resource.partition(".")
        plural, _, subresource = full.partition("/")
        words = {"verb": self.verb, "group": group, "resource": plural, "subresource": subresource}
        place = {"namespace": self.namespace, "name": self.name}
        return {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": self.who[0].removeprefix("--as="),
                "groups": [word.removeprefix("--as-group=") for word in self.who[1:]],
                "resourceAttributes": {key: value for key, value in (words | place).items() if value},
            },
        }


@dataclass(frozen=True, slots=True)
class Cast:
    """The stage: a kube and everybody's rights on it."""

    kube: Kube

    def namespace(self, name: str, labels: Mapping[str, str] | None = None) -> None:
        metadata = {"name": name, "labels": dict(labels or {})}
        self.kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    def open(self) -> None:
        """The tenant's namespace, bound as the Tenant controller would bind it, and an operations group."""
        self.namespace(TENANT, {"freehold.dev/tenant": "blue"})
        bindings = [
            binding("controllers-tenant", "freehold-tenant-controller-ns", TENANT_CONTROLLER),
            binding("controllers-model", "freehold-model-controller-ns", MODEL_CONTROLLER),
            binding("amy", "freehold-tenant-admin", ADMIN),
            binding("ed", "freehold-tenant-editor", EDITOR),
            binding("vic", "freehold-tenant-viewer", VIEWER),
        ]
        self.kube.apply(bindings, TENANT)
        operations = binding("operations", "cluster-admin", ())
        operations |= {
            "kind": "ClusterRoleBinding",
            "subjects": [{"kind": "Group", "name": "operations", "apiGroup": RBAC}],
        }
        self.kube.apply(operations)

    def allowed(self, questions: Sequence[Question]) -> list[bool]:
        """What the server's authoriser says to each; all asked in one call, because a kubectl each takes minutes."""
        reviews = yaml.safe_dump_all([question.review() for question in questions])
        output = '--output=jsonpath={.status.allowed}{"\\n"}'
        return [
            line == "true" for line in self.kube.kubectl("create", "--filename=-", output, stdin=reviews).splitlines()
        ]

    def create(self, who: tuple[str, ...], item: Object, namespace: str = TENANT) -> str:
        """Empty if the server would take the object, else what it says; nothing is stored."""
        arguments = ("create", f"--namespace={namespace}", "--dry-run=server", "--filename=-", *who)
        result = self.kube.call(*arguments, stdin=yaml.safe_dump(item))
        return result.stderr if result.returncode else ""

    def patch(self, who: tuple[str, ...], target: str, change: Object, namespace: str = TENANT) -> str:
        """The same for a merge patch of an object that is there."""
        words = ("patch", target, f"--namespace={namespace}", "--type=merge", f"--patch={json.dumps(change)}")
        result = self.kube.call(*words, "--dry-run=server", *who)
        return result.stderr if result.returncode else ""

    def write_part(self, who: tuple[str, ...], item: Object, part: str, namespace: str) -> str:
        """The same for a server-side apply to a subresource, which reads nothing before."""
        words = ("apply", "--server-side", "--force-conflicts", f"--namespace={namespace}", f"--subresource={part}")
        result = self.kube.call(*words, "--dry-run=server", "--filename=-", *who, stdin=yaml.safe_dump(item))
        return result.stderr if result.returncode else ""

    def delete(self, who: tuple[str, ...], target: str, namespace: str = TENANT) -> str:
        result = self.kube.call("delete", target, f"--namespace={namespace}", "--dry-run=server", *who)
        return result.stderr if result.returncode else ""

    def offences(self) -> Mapping[str, Callable[[], str]]:
        """One request per policy that it must refuse."""
        marked = config_map({"freehold.dev/tenant": "red"})
        return {
            "freehold-marks": lambda: self.create(OPERATIONS, marked),
            "freehold-fence": lambda: self.create(TENANT_CONTROLLER, namespace("unmarked")),
            "freehold-bindings": lambda: self.create((), binding("x", "freehold-model-controller-ns", person("eve"))),
        }


def namespace(name: str, labels: Mapping[str, str] | None = None) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}}


def config_map(labels: Mapping[str, str] | None = None, kind: str = "ConfigMap", name: str = "thing") -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "labels": dict(labels or {})}}


def model(name: str = "m", **metadata: Any) -> Object:
    return {
        "apiVersion": "freehold.dev/v1alpha1",
        "kind": "Model",
        "metadata": {"name": name, **metadata},
        "spec": {"engine": "Echo"},
    }


def binding(name: str, role: str, who: tuple[str, ...], kind: str = "ClusterRole") -> Object:
    """A RoleBinding to one of the personas above."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": RBAC, "kind": kind, "name": role},
        "subjects": [subject(who)] if who else [],
    }


def subject(who: tuple[str, ...]) -> Object:
    user = who[0].removeprefix("--as=")
    if user.startswith("system:serviceaccount:"):
        _, _, place, name = user.split(":")
        return {"kind": "ServiceAccount", "name": name, "namespace": place}
    return {"kind": "User", "name": user, "apiGroup": RBAC}


def role(name: str, **rule: list[str]) -> Object:
    """A Role with one rule, by default that of one Model's gateway access."""
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": [f"{name}-token"]} | rule]
    kept = [{key: value for key, value in entry.items() if value} for entry in rules]
    return {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": {"name": name}, "rules": kept}
