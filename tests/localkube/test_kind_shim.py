"""pytest-kind's own cluster class on our `kind`: every call that the plug-in makes, beside other clusters."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pytest_kind.cluster import KindCluster

from localkube.build import build_all
from tests.kube_fixtures import ROOT
from tests.localkube.talkers import IMAGE, pod

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("kube_node")]

SHIM = ROOT / "tools/localkube/kind"


def test_pytest_kind_makes_uses_and_removes_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the plug-in writes to its working directory
    config = tmp_path / "kubeconfig"
    name = f"fh-test-kind-{os.getpid()}"
    cluster = KindCluster(
        name, config, image="kindest/node:v1.36.4", kind_path=SHIM, kubectl_path=build_all()["kubectl"]
    )
    try:
        cluster.create()
        cluster.create()  # a second time it is found
        cluster.load_docker_image(IMAGE)
        (tmp_path / "pod.json").write_text(json.dumps(pod("talker", {}, ["sleep", "60"])))
        cluster.kubectl("apply", "-f", "pod.json")
        cluster.kubectl("wait", "pod/talker", "--for=condition=Ready", "--timeout=120s")
        assert config.stat().st_mode & 0o777 == 0o600
    finally:
        cluster.delete()
    assert not Path("/var/lib/localkube", name).exists()
