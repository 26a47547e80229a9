"""The operator at its worst and at its best: killed again and again, and left alone."""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.kube_fixtures import localkube
from tests.system.figures import FULL, Figures
from tests.system.platform import Installation, Place, echo, tenant

pytestmark = pytest.mark.node

RELEASE = "freehold-system"
OPERATOR = "app.kubernetes.io/name=freehold-operator"
KILLS = 10
MODELS = 30
AT_REST = 50
REST_SECONDS = 180.0 if FULL else 40.0
CONVERGED_SECONDS = 60.0
CALM_SECONDS = 8.0


@pytest.fixture(scope="module")
def roomy(platform: Installation) -> Iterator[Place]:
    """A Tenant with room for many Models."""
    with platform.tenant("roomy", models={"max": 200}) as made:
        yield made


def idle(name: str, place: Place, **spec: Any) -> dict[str, Any]:
    """A Model with every child but no pod."""
    return echo(name, place, autoscaling={"mode": "Fixed"}, replicas=0, **spec)


def kill_operator(platform: Installation) -> None:
    """SIGKILL every operator process: the pod goes without grace and its Deployment makes another."""
    platform.kube.kubectl("-n", RELEASE, "delete", "pods", "-l", OPERATOR, "--grace-period=0", "--force")


def children(platform: Installation, place: Place, kind: str) -> dict[str, str]:
    """Name of a child -> the Model that it belongs to."""
    items = platform.kube.get(kind, "-n", place.namespace, "-l", "freehold.dev/model")["items"]
    return {item["metadata"]["name"]: item["metadata"]["labels"]["freehold.dev/model"] for item in items}


@pytest.mark.timeout(600)
def test_killed_ten_times_while_models_are_made_changed_and_deleted_nothing_is_lost_doubled_or_orphaned(
    platform: Installation, roomy: Place, figures: Figures
) -> None:
    names = [f"m{number:02d}" for number in range(MODELS)]
    batch = MODELS // KILLS
    for round_number in range(KILLS):
        new = names[round_number * batch : (round_number + 1) * batch]
        platform.kube.apply([idle(name, roomy) for name in new], roomy.namespace)
        if round_number >= 3:
            changed = names[(round_number - 3) * batch]
            platform.kube.apply(
                idle(changed, roomy, displayName=f"changed {round_number}", drainSeconds=7), roomy.namespace
            )
        if round_number >= 5:
            platform.kube.kubectl(
                "-n", roomy.namespace, "delete", "model", names[(round_number - 5) * batch + 1], "--wait=false"
            )
        kill_operator(platform)
    deleted = {names[number * batch + 1] for number in range(KILLS - 5)}
    changed_names = {names[number * batch] for number in range(KILLS - 3)}
    wanted = {f"model-{name}" for name in names if name not in deleted}
    begun = time.monotonic()
    platform.kube.until(
        lambda: set(children(platform, roomy, "deployments")) == wanted, "one Deployment per Model", CONVERGED_SECONDS
    )
    for kind in ("services", "networkpolicies"):
        agrees(platform, roomy, kind, wanted)
    platform.kube.until(lambda: all_grace(platform, roomy, changed_names, 22), "changes have arrived")
    figures.measure(f"operator killed {KILLS} times, then converged", time.monotonic() - begun, "s")
    platform.kube.kubectl("-n", roomy.namespace, "delete", "models", "--all", "--wait=false")
    platform.gone("deployments,services,networkpolicies,secrets", "-n", roomy.namespace, "-l", "freehold.dev/model")


def agrees(platform: Installation, place: Place, kind: str, wanted: set[str]) -> None:
    platform.kube.until(lambda: set(children(platform, place, kind)) == wanted, f"one of {kind} per Model")


def all_grace(platform: Installation, place: Place, names: set[str], seconds: int) -> bool:
    """Whether the changed `drainSeconds` (7, plus 5 and 10 for the way out) is in every Deployment."""
    found = platform.kube.get("deployments", "-n", place.namespace, "-l", "freehold.dev/model")["items"]
    grace = {
        d["metadata"]["labels"]["freehold.dev/model"]: d["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for d in found
    }
    return all(grace.get(name) == seconds for name in names)


def writes(cluster: str, since: datetime.datetime) -> list[dict[str, Any]]:
    """What the operator's accounts wrote since then, counted by the API server."""
    stamp = since.strftime("%Y-%m-%dT%H:%M:%SZ")
    user = f"system:serviceaccount:{RELEASE}:freehold-"
    rows = json.loads(localkube("audit", "--name", cluster, "--since", stamp, "--user", user, "--json"))
    return [row for row in rows if "controller" in row["user"] or "operator" in row["user"]]


def counted(rows: list[dict[str, Any]]) -> int:
    return sum(int(row["count"]) for row in rows if row["resource"].partition("/")[0] != "leases")


def calm(cluster: str) -> bool:
    """Whether the writes of making the Models, and of other tests' ends, are over."""
    since = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=CALM_SECONDS)
    return counted(writes(cluster, since)) == 0


@pytest.mark.timeout(600)
def test_at_rest_with_fifty_models_the_operator_writes_nothing(
    platform: Installation, roomy: Place, figures: Figures
) -> None:
    context = platform.kube.kubectl("config", "current-context").strip()
    if not context.startswith("localkube-"):
        pytest.skip("the API server's audit log is read on localkube only")
    cluster = context.removeprefix("localkube-")
    begun = datetime.datetime.now(datetime.UTC)
    names = [f"r{number:02d}" for number in range(AT_REST)]
    platform.kube.apply([idle(name, roomy) for name in names], roomy.namespace)
    wanted = {f"model-{name}" for name in names}
    platform.kube.until(lambda: set(children(platform, roomy, "deployments")) == wanted, "fifty Deployments", 120)
    platform.kube.until(lambda: settled(platform, roomy, names), "fifty observed Models", 120)
    assert counted(writes(cluster, begun)) >= AT_REST, "the count misses the writes of making them"
    platform.kube.kubectl("-n", "tenant-acme", "scale", "model", "smollm2", "--replicas=0")  # nothing left to scale
    platform.kube.until(lambda: calm(cluster), f"{CALM_SECONDS:.0f} s without a write", 120)
    quiet = datetime.datetime.now(datetime.UTC)
    time.sleep(REST_SECONDS)
    count = counted(writes(cluster, quiet))
    figures.measure(
        f"writes of the operator at rest with {AT_REST} Models in {REST_SECONDS:.0f} s", count, "writes", limit=0
    )
    platform.kube.kubectl("-n", roomy.namespace, "delete", "models", "--all", "--wait=false")


def settled(platform: Installation, place: Place, names: list[str]) -> bool:
    models = platform.kube.get("models", "-n", place.namespace)["items"]
    seen = {
        m["metadata"]["name"]: m.get("status", {}).get("observedGeneration") == m["metadata"]["generation"]
        for m in models
    }
    return all(seen.get(name) for name in names)


def test_suspending_a_tenant_stops_its_models_and_resuming_brings_them_back(platform: Installation) -> None:
    with platform.tenant("pausing") as made:
        platform.apply(echo("paused", made, minReplicas=1))
        platform.wait("model", "paused", made.namespace)
        platform.apply(tenant(made.name, suspend=True))
        platform.gone("pods", "-n", made.namespace, "-l", "freehold.dev/model=paused")
        platform.apply(tenant(made.name, suspend=False))
        platform.wait("model", "paused", made.namespace)
