"""Carries out a Plan: writes what differs, removes what is no longer wanted, and nothing else."""

from collections import OrderedDict
from dataclasses import dataclass, field

from freehold_operator import errors
from freehold_operator.desired import Plan
from freehold_operator.kube import comparison, labels
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import Raw, kind_of, name_of
from freehold_operator.kube.store import Store

SETTLED_LIMIT = 20_000  # remembered no-op applies; about 2 MB


@dataclass(slots=True)
class Applied:
    """What one run wrote; `foreign` are objects of our names that others made and that were left alone."""

    written: list[Raw] = field(default_factory=list)
    deleted: list[Raw] = field(default_factory=list)
    foreign: list[Raw] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Calls that changed something or tried to."""
        return len(self.written) + len(self.deleted)


class Applier:
    """Applies Plans against one API server, with the watch cache as its eyes."""

    def __init__(self, api: KubeApi, store: Store) -> None:
        self._api = api
        self._store = store
        # (uid, resourceVersion) -> digest of what was applied without effect: the server spells a field in a way
        # that our comparison does not know, and applying it again and again would never end.
        self._settled: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def carry_out(self, plan: Plan) -> Applied:
        """Apply in order, then delete; the first error ends the run, the next run starts over.

        Raises `errors.ApiError`. The scale and the requeue of the Plan are the caller's.
        """
        applied = Applied()
        for body in plan.apply:
            await self._apply(body, applied)
        for body in plan.stop:
            await self._stop(body, applied)
        for body in plan.delete:
            await self._delete(body, applied)
        return applied

    async def _apply(self, body: Raw, applied: Applied) -> None:
        wanted = comparison.marked(body)
        live = await self._live(body)
        if live is not None and not labels.is_ours(live):
            applied.foreign.append(live)
            return
        if live is not None and (comparison.is_same(wanted, live) or self._is_settled(wanted, live)):
            return
        result = await self._api.apply(wanted)
        self._store.put(kind_of(body), result)
        if live is not None and _version(result) == _version(live):
            self._settle(result, wanted)
        else:
            applied.written.append(result)

    async def _live(self, body: Raw) -> Raw | None:
        """The live object: from the watch cache, or by GET, as another's object is not in the cache."""
        kind, (namespace, name) = kind_of(body), name_of(body)
        return self._store.get(kind, namespace, name) or await self._api.get(kind, name, namespace)

    async def _stop(self, body: Raw, applied: Applied) -> None:
        """By merge patch: an apply with one field would give up all the others."""
        if body["spec"].get("replicas") == 0:
            return
        kind, (namespace, name) = kind_of(body), name_of(body)
        result = await self._api.merge_patch(kind, name, namespace, {"spec": {"replicas": 0}})
        self._store.put(kind, result)
        applied.written.append(result)

    async def _delete(self, body: Raw, applied: Applied) -> None:
        if not labels.is_ours(body) or body["metadata"].get("deletionTimestamp"):
            return
        kind, (namespace, name) = kind_of(body), name_of(body)
        if await self._api.delete(kind, name, namespace, body["metadata"]["uid"]):
            applied.deleted.append(body)

    def _is_settled(self, wanted: Raw, live: Raw) -> bool:
        return bool(self._settled.get(_version(live)) == wanted["metadata"]["annotations"][labels.HASH])

    def _settle(self, live: Raw, wanted: Raw) -> None:
        self._settled[_version(live)] = wanted["metadata"]["annotations"][labels.HASH]
        while len(self._settled) > SETTLED_LIMIT:
            self._settled.popitem(last=False)


async def apply_status(api: KubeApi, store: Store, body: Raw) -> None:
    """Write a folded status; an object deleted meanwhile is no error.

    Raises `errors.GiveUp` when the installed CRD does not know a field.
    """
    try:
        store.put(kind_of(body), await api.apply_status(body))
    except errors.NotFoundError:
        return
    except errors.UndeclaredFieldError as error:
        raise errors.GiveUp("CrdOutdated", f"upgrade the custom resource definitions: {error}") from error


def _version(body: Raw) -> tuple[str, str]:
    metadata = body["metadata"]
    return metadata.get("uid", ""), metadata.get("resourceVersion", "")
