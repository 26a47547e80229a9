"""The components' arguments and files: the settings that others rely on, each with the reason it must stay."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml

from localkube import control_plane, workloads
from localkube.addons import addons
from localkube.api import RESOURCES
from localkube.cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    found = Cluster("demo", tmp_path, 3)
    found.pki.mkdir(parents=True)
    (found.pki / "ca.crt").write_text("certificate")
    return found


def test_etcd_listens_inside_the_node_only(cluster: Cluster) -> None:
    assert "--listen-client-urls=http://127.0.0.1:2379" in control_plane.etcd(cluster)


def test_writes_can_be_counted_at_the_api_server(cluster: Cluster) -> None:
    arguments = control_plane.kube_apiserver(cluster)
    assert f"--audit-log-path={cluster.audit_log}" in arguments
    assert f"--audit-policy-file={control_plane.AUDIT_POLICY}" in arguments


def test_autoscaling_is_quick_enough_for_tests(cluster: Cluster) -> None:
    arguments = control_plane.kube_controller_manager(cluster)
    assert "--horizontal-pod-autoscaler-downscale-stabilization=30s" in arguments


def test_containerd_runs_without_the_right_to_lower_oom_scores_and_pulls_from_here(cluster: Cluster) -> None:
    config = tomllib.loads(workloads.containerd_config(cluster, Path("/bin"), Path("/cni"), Path("/certs")))
    cri = config["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["restrict_oom_score_adj"] is True
    assert cri["registry"]["config_path"] == "/certs"


def test_a_pod_gets_its_network_last_through_the_policy_gate(cluster: Cluster) -> None:
    plugins = workloads.cni_network(cluster)["plugins"]
    assert [plugin["type"] for plugin in plugins] == ["ptp", "portmap", "policygate"]
    assert f"--gate-socket={plugins[-1]['socket']}" in workloads.kube_netpol(cluster)


def test_the_kubelet_keeps_to_the_clusters_branch_of_the_control_groups(cluster: Cluster) -> None:
    config = workloads.kubelet_config(cluster, Path("/r"), Path("/m"))
    assert config["cgroupRoot"] == f"/{cluster.cgroup}"
    assert config["authentication"]["anonymous"] == {"enabled": False}


def test_kube_proxy_leaves_the_machines_connection_tracking_alone(cluster: Cluster) -> None:
    assert workloads.kube_proxy_config(cluster)["conntrack"] == {"maxPerCore": 0, "min": 0}


def test_the_add_ons_are_whole_and_of_kinds_that_can_be_applied(cluster: Cluster) -> None:
    objects = [document for document in yaml.safe_load_all(addons(cluster)) if document]
    assert {document["kind"] for document in objects} <= set(RESOURCES)
    classes = [document for document in objects if document["kind"] == "StorageClass"]
    assert classes[0]["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true"
    slices = [document for document in objects if document["kind"] == "EndpointSlice"]
    assert {endpoint["addresses"][0] for each in slices for endpoint in each["endpoints"]} == {"10.250.3.2"}


def test_dns_answers_for_the_cluster_and_nothing_else(cluster: Cluster) -> None:
    assert "forward" not in workloads.corefile(cluster)
