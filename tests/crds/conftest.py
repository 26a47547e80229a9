"""Real: the API server of tier `api`, with our definitions applied from k8s/crds. Faked: nothing.

Asserted is what the API server answers. Left open: what the operator makes of an accepted object.
"""

from functools import partial
from pathlib import Path

import pytest
import yaml

from freehold_crds.render import definitions
from tests.crds.server import CRDS, Server
from tests.kube_fixtures import Kube

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def server(kube_api: Kube, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The API server with both definitions established."""
    server = Server(kube_api.kubeconfig, tmp_path_factory.mktemp("certificates"))
    for name in definitions():
        raw = yaml.safe_load((ROOT / "k8s" / "crds" / f"{name}.yaml").read_text(encoding="utf-8"))
        applied = server.apply(f"{CRDS}/{name}", raw)
        assert applied.code in (200, 201), applied
        kube_api.until(partial(is_established, server, name), f"{name} is established", seconds=20)
    return server


def is_established(server: Server, name: str) -> bool:
    conditions = server.get(f"{CRDS}/{name}").body.get("status", {}).get("conditions") or []
    return any(seen["type"] == "Established" and seen["status"] == "True" for seen in conditions)
