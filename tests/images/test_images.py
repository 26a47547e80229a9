"""The images of app and operator, seen from inside a pod: who runs, what may be written, what is left to work with.

Real: the images, built from their Dockerfiles, in pods under Pod Security `restricted`. Left open: what they do.
"""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from install import sources
from tests.engines.pods import RESTRICTED
from tests.kube_fixtures import ROOT, Kube, localkube

pytestmark = pytest.mark.node

IMAGES = {image.short: image for image in sources.IMAGES if image.short in ("app", "operator")}
PROGRAMS = ("sh", "bash", "apt-get", "dpkg", "cat", "su", "perl", "python")
INSIDE = """
import importlib.metadata, importlib.util, json, os, pathlib, pwd, shutil, stat, sys
def writable(folder):
    try:
        pathlib.Path(folder, "probe").touch()
    except OSError:
        return False
    return True
def privileged(root):
    for path in pathlib.Path(root).rglob("*"):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
            yield str(path)
print(json.dumps({
    "user": [os.getuid(), pwd.getpwuid(os.getuid()).pw_name],
    "version": importlib.metadata.version(sys.argv[1]),
    "installers": [name for name in ("pip", "ensurepip") if importlib.util.find_spec(name)],
    "programs": [name for name in sys.argv[2:] if shutil.which(name)],
    "writable": [folder for folder in ("/", "/opt/freehold", "/etc", "/tmp") if writable(folder)],
    "privileged": list(privileged("/usr")),
}))
"""


@pytest.fixture(scope="module", params=sorted(IMAGES))
def inside(request: pytest.FixtureRequest, kube_node: Kube) -> Iterator[Mapping[str, Any]]:
    """What a program in the image sees."""
    image = IMAGES[request.param]
    reference = sources.reference(ROOT, image)
    if not os.environ.get("FREEHOLD_TEST_INSTALLED"):
        localkube("image", "-t", reference, "-f", str(ROOT / image.dockerfile), str(ROOT))
    kube_node.load(reference)
    with kube_node.namespace("images", RESTRICTED) as namespace:
        kube_node.apply(_pod(reference, image.name.replace("/", "-")), namespace)
        place = f"--namespace={namespace}"
        kube_node.until(lambda: _phase(kube_node, place) in {"Succeeded", "Failed"}, "the pod has ended")
        yield json.loads(kube_node.kubectl("logs", "look", place))


def test_it_runs_as_a_named_ordinary_user(inside: Mapping[str, Any]) -> None:
    assert inside["user"] == [65532, "nonroot"]


def test_it_knows_its_version(inside: Mapping[str, Any]) -> None:
    assert inside["version"] == (ROOT / "VERSION").read_text().strip()


def test_only_the_volume_can_be_written(inside: Mapping[str, Any]) -> None:
    assert inside["writable"] == ["/tmp"]


def test_nothing_is_left_to_work_with(inside: Mapping[str, Any]) -> None:
    assert inside["programs"] == ["python"]
    assert inside["installers"] == []
    assert inside["privileged"] == []


def _phase(kube: Kube, place: str) -> str:
    return str(kube.get("pod", "look", place)["status"]["phase"])


def _pod(image: str, distribution: str) -> dict[str, Any]:
    container = {
        "name": "look",
        "image": image,
        "command": ["python", "-c", INSIDE, distribution, *PROGRAMS],
        "resources": {"limits": {"cpu": "1", "memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "16Mi"}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "look"}, "spec": spec}
