"""Events for people who run `kubectl describe`: one per condition transition, repeats as a series."""

import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Callable

from freehold_operator import errors
from freehold_operator.conditions import Condition
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import EVENT, Raw

PER_MINUTE = 10  # Events per object; more would bury what matters
NOTE_LIMIT = 1024  # the API server refuses longer notes
FORGET_SECONDS = 3600.0


class EventRecorder:
    """Writes events.k8s.io/v1 Events about Models and Tenants; a failure to write one is never an error."""

    def __init__(
        self,
        api: KubeApi,
        instance: str,
        now: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,  # a fake in tests
        fallback_namespace: str = "default",
    ) -> None:
        self._api = api
        self._instance = instance
        self._now = now
        self._clock = clock
        self._fallback_namespace = fallback_namespace
        self._recent: dict[str, deque[float]] = defaultdict(deque)

    async def record(self, regarding: Raw, condition: Condition, *, warning: bool) -> None:
        """Tell about one condition's transition."""
        if not self._may_write(regarding["metadata"]["uid"]):
            return
        body = self._event(regarding, condition, warning=warning)
        try:
            await self._api.create(body)
        except errors.ConflictError:
            await self._repeat(body)
        except errors.ApiError:
            return

    async def _repeat(self, body: Raw) -> None:
        """The same sentence again: count it in the existing Event's series."""
        metadata = body["metadata"]
        try:
            existing = await self._api.get(EVENT, metadata["name"], metadata["namespace"])
            count = ((existing or {}).get("series") or {}).get("count", 1) + 1
            patch = {"series": {"count": count, "lastObservedTime": body["eventTime"]}}
            await self._api.merge_patch(EVENT, metadata["name"], metadata["namespace"], patch)
        except errors.ApiError:
            return

    def _event(self, regarding: Raw, condition: Condition, *, warning: bool) -> Raw:
        metadata = regarding["metadata"]
        text = f"{metadata['uid']}/{condition.type}/{condition.reason}/{condition.message}"
        return {
            "apiVersion": EVENT.api_version,
            "kind": EVENT.kind,
            "metadata": {
                "name": f"{metadata['name']}.{hashlib.sha256(text.encode()).hexdigest()[:16]}",
                "namespace": metadata.get("namespace") or self._fallback_namespace,
            },
            "eventTime": self._now(),
            "reportingController": "freehold.dev/operator",
            "reportingInstance": self._instance,
            "action": "Reconcile",
            "type": "Warning" if warning else "Normal",
            "reason": condition.reason,
            "note": (condition.message or condition.type)[:NOTE_LIMIT],
            "regarding": {
                "apiVersion": regarding["apiVersion"],
                "kind": regarding["kind"],
                "name": metadata["name"],
                "namespace": metadata.get("namespace", ""),
                "uid": metadata["uid"],
            },
        }

    def _may_write(self, uid: str) -> bool:
        now = self._clock()
        recent = self._recent[uid]
        while recent and now - recent[0] > 60:
            recent.popleft()
        if len(recent) >= PER_MINUTE:
            return False
        recent.append(now)
        self._forget(now)
        return True

    def _forget(self, now: float) -> None:
        for uid in [uid for uid, times in self._recent.items() if now - times[-1] > FORGET_SECONDS]:
            del self._recent[uid]
