"""An API server of tier `api`: that it is one, that it is quick, and that what it was asked can be counted."""

from __future__ import annotations

import json
import resource

import pytest

from tests.kube_fixtures import Kube, local_cluster, localkube

pytestmark = pytest.mark.api

AGAIN_SECONDS = 1.0


def name_of(kube: Kube) -> str:
    return kube.kubeconfig.parent.name


def child_cpu_seconds() -> float:
    """CPU time: unlike the clock on the wall it says the same beside other work; waiting is none here."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def config_map(name: str) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "b"}}


def test_the_server_says_the_version_that_the_binaries_were_built_from(kube_api: Kube) -> None:
    assert json.loads(kube_api.kubectl("version", "--output=json"))["serverVersion"]["gitVersion"] == "v1.36.4"


def test_an_object_is_kept_and_a_bad_one_refused_with_its_reason(kube_api: Kube) -> None:
    kube_api.apply(config_map("kept"))
    assert kube_api.get("configmap", "kept")["data"] == {"a": "b"}
    assert "Invalid value" in kube_api.refusal(config_map("Not A Name"))


def test_up_on_a_running_cluster_takes_less_than_a_second(kube_api: Kube) -> None:
    before = json.loads(localkube("status", "--json", "--name", name_of(kube_api)))["components"]
    started = child_cpu_seconds()
    localkube("up", "--tier=api", "--name", name_of(kube_api))
    took = child_cpu_seconds() - started
    after = json.loads(localkube("status", "--json", "--name", name_of(kube_api)))["components"]
    assert {name: entry["pid"] for name, entry in before.items()} == {n: e["pid"] for n, e in after.items()}
    assert took < AGAIN_SECONDS


def test_every_write_is_counted_once_with_its_author(kube_api: Kube) -> None:
    count = ("audit", "--json", "--since=1h", "--user=kubernetes-admin", "--name", name_of(kube_api))

    def patches() -> int:
        rows = json.loads(localkube(*count))
        return sum(row["count"] for row in rows if (row["verb"], row["resource"]) == ("patch", "configmaps"))

    before = patches()
    for number in range(3):
        kube_api.apply(config_map(f"counted-{number}"))
    kube_api.get("configmaps")
    assert patches() == before + 3


def test_status_is_truthful_about_what_runs(kube_api: Kube) -> None:
    found = json.loads(localkube("status", "--json", "--name", name_of(kube_api)))
    assert found["running"] is True
    assert found["tier"] == "api"
    assert found["kubeconfig"] == str(kube_api.kubeconfig)
    assert set(found["components"]) == {"etcd", "kube-apiserver"}


def test_logs_are_there_by_component(kube_api: Kube) -> None:
    assert {"etcd", "init", "kube-apiserver"} <= set(localkube("logs", "--name", name_of(kube_api)).split())
    assert "Serving securely" in localkube("logs", "kube-apiserver", "--name", name_of(kube_api))


def test_controllers_can_be_added_to_a_running_server() -> None:
    with local_cluster("fh-test-sched", "api") as kube:
        kube.apply(config_map("before"))
        localkube("up", "--tier=sched", "--name", name_of(kube))
        assert kube.get("configmap", "before")["data"] == {"a": "b"}
        assert kube.get("serviceaccount", "default")["metadata"]["namespace"] == "default"
