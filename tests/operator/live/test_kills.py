"""An operator that is killed, stopped and replaced: nothing is lost, doubled or left behind."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.kube_fixtures import Kube
from tests.operator.live.process import OperatorProcess
from tests.operator.live.samples import MADE_SECONDS, has_namespace, made, model

pytestmark = [pytest.mark.api, pytest.mark.timeout(300)]

Make = Callable[..., OperatorProcess]
TAKEOVER_SECONDS = 10.0  # with the quick Lease of these tests
RELEASED_SECONDS = 2.0
KILLS = 5


def test_killed_again_and_again_it_loses_and_doubles_nothing(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    operator = operator_of(LEASE_SECONDS="1")
    namespace = f"tenant-{tenant}"
    has_namespace(kube_api, namespace)
    for number in range(KILLS):
        kube_api.apply([model(f"k{number}-{one}") for one in range(3)], namespace)
        if number:
            kube_api.apply(model(f"k{number - 1}-0", maxReplicas=4), namespace)
            kube_api.kubectl("delete", "model", f"k{number - 1}-1", f"--namespace={namespace}", "--wait=false")
        operator.kill()
        operator.start()
    wanted = {f"k{number}-{one}" for number in range(KILLS) for one in range(3)}
    wanted -= {f"k{number}-1" for number in range(KILLS - 1)}

    def converged() -> bool:
        told = kube_api.get("models", f"--namespace={namespace}")["items"]
        return {item["metadata"]["name"] for item in told if (item.get("status") or {}).get("templateHash")} == wanted

    kube_api.until(converged, "every Model that is left has its children", 2 * MADE_SECONDS)
    uids = {item["metadata"]["uid"] for item in kube_api.get("models", f"--namespace={namespace}")["items"]}
    for kind in ("deployments", "services", "roles", "networkpolicies"):
        mine = kube_api.get(kind, f"--namespace={namespace}", "--selector=freehold.dev/model")["items"]
        alive = [body for body in mine if body["metadata"]["ownerReferences"][0]["uid"] in uids]
        assert len(alive) == len(wanted), f"{kind}: {[body['metadata']['name'] for body in mine]}"
    changed = kube_api.get("poddisruptionbudgets", f"--namespace={namespace}", "--selector=freehold.dev/model")["items"]
    assert {body["metadata"]["name"] for body in changed} == {f"model-k{number}-0" for number in range(KILLS - 1)}


def test_a_standby_takes_over_after_sigterm_and_after_sigkill(kube_api: Kube, operator_of: Make, tenant: str) -> None:
    first = operator_of("first")
    namespace = f"tenant-{tenant}"
    made(kube_api, namespace, "m")
    second = operator_of("second")
    assert second.answer("/readyz")[0] == 200
    assert second.metric("freehold_operator_leader") == 0
    assert first.terminate() == 0
    started = time.monotonic()
    kube_api.until(lambda: second.metric("freehold_operator_leader") == 1, "the standby leads", TAKEOVER_SECONDS)
    assert time.monotonic() - started < RELEASED_SECONDS
    first.start()
    second.kill()
    kube_api.until(lambda: first.metric("freehold_operator_leader") == 1, "it leads again", TAKEOVER_SECONDS)
