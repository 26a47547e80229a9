"""Real clusters for the tiers `api` and `node`: started once per session, taken down at its end.

Real: the servers, and in tier node everything down to the containers. Which cluster `kube_node` is, in this
order: FREEHOLD_TEST_KUBECONFIG's, pytest-kind's (with --kind-bin), one of our own by localkube. The same tests run on
all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any, TypeVar

import pytest
import yaml

from localkube.cluster import places

ROOT = Path(__file__).resolve().parents[1]
NODE_TIMEOUT_SECONDS = 300
WAIT_SECONDS = 60.0
POLL_SECONDS = 0.05
API_NAME = "fh-test-api"
NODE_NAME = "fh-test-node"

T = TypeVar("T")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests on a node the time that pods need, unless they name their own."""
    for item in items:
        if item.get_closest_marker("node") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(NODE_TIMEOUT_SECONDS))


class KubectlError(AssertionError):
    """A kubectl call has failed; the message is what it said."""


@dataclass(frozen=True)
class Kube:
    """A running cluster as tests see it.

    >>> kube.kubectl("get", "nodes")
    >>> kube.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}, namespace="default")
    >>> kube.get("pods", "--namespace=default")["items"]
    """

    kubeconfig: Path
    program: str = "kubectl"
    loader: Callable[[str], None] = field(default=lambda image: None)

    def call(self, *arguments: str, stdin: str | None = None, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run kubectl, whatever comes of it."""
        environment = os.environ | {"KUBECONFIG": str(self.kubeconfig)}
        return subprocess.run(
            [self.program, *arguments],
            capture_output=True,
            text=True,
            input=stdin,
            env=environment,
            timeout=seconds,
            check=False,
        )

    def session(self, *arguments: str) -> subprocess.Popen[str]:
        """A kubectl that goes on, with its input and output as pipes; the caller ends it."""
        environment = os.environ | {"KUBECONFIG": str(self.kubeconfig)}
        pipe = subprocess.PIPE
        return subprocess.Popen([self.program, *arguments], stdin=pipe, stdout=pipe, text=True, env=environment)

    def kubectl(self, *arguments: str, stdin: str | None = None, seconds: float = 120) -> str:
        """Run kubectl; its output, or KubectlError."""
        result = self.call(*arguments, stdin=stdin, seconds=seconds)
        if result.returncode:
            raise KubectlError(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def get(self, *arguments: str) -> Any:
        """The objects as plain data; KubectlError if one is not there."""
        return json.loads(self.kubectl("get", *arguments, "--output=json"))

    def apply(self, manifest: str | Mapping[str, Any] | Sequence[Mapping[str, Any]], namespace: str = "default") -> str:
        """Server-side apply of YAML, one object or several."""
        if isinstance(manifest, str):
            text = manifest
        else:
            text = yaml.safe_dump_all([manifest] if isinstance(manifest, Mapping) else manifest)
        return self.kubectl(
            "apply", "--server-side", "--force-conflicts", f"--namespace={namespace}", "--filename=-", stdin=text
        )

    def refusal(self, manifest: Mapping[str, Any], namespace: str = "default") -> str:
        """What the API server says to an object that it must not take."""
        arguments = ("create", f"--namespace={namespace}", "--filename=-")
        result = self.call(*arguments, stdin=yaml.safe_dump(manifest))
        assert result.returncode != 0, f"accepted: {result.stdout}"
        return result.stderr

    def until(self, look: Callable[[], T], what: str, seconds: float = WAIT_SECONDS) -> T:
        """Poll until look() is true and return it; the failure shows what was seen last."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                seen: Any = look()
            except KubectlError as error:
                seen, last = None, str(error)
            else:
                last = repr(seen)
            if seen:
                found: T = seen
                return found
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}; last seen: {last}"
            time.sleep(POLL_SECONDS)

    def load(self, *images: str) -> None:
        """Make images of the local storage pullable in the cluster."""
        for image in images:
            self.loader(image)

    @contextmanager
    def namespace(self, prefix: str = "t", labels: Mapping[str, str] | None = None) -> Iterator[str]:
        """A namespace with its default service account; everything in it goes with it."""
        name = f"{prefix}-{uuid.uuid4().hex[:8]}"
        metadata = {"name": name, "labels": dict(labels or {})}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        try:
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false")


def localkube(*arguments: str) -> str:
    """Run tools/localkube; its output, or AssertionError with what it said."""
    result = subprocess.run(
        [sys.executable, "-m", "localkube", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tools")},
        check=False,
    )
    assert result.returncode == 0, f"localkube {' '.join(arguments)}: {result.stderr}{result.stdout}"
    return result.stdout


@contextmanager
def local_cluster(prefix: str, tier: str) -> Iterator[Kube]:
    """A cluster of this process's own; those that killed sessions left behind go first."""
    _remove_orphans(prefix)
    name = f"{prefix}-{os.getpid()}"
    try:
        localkube("up", "--name", name, "--tier", tier)
        config = Path(localkube("kubeconfig", "--name", name).strip())
        yield Kube(config, str(config.with_name("kubectl")), lambda image: _load(name, image))
    finally:
        localkube("down", "--name", name)


def _load(name: str, image: str) -> None:
    localkube("load", "--name", name, image)


def _remove_orphans(prefix: str) -> None:
    for place in places():
        head, _, pid = place.name.rpartition("-")
        if head == prefix and pid.isdigit() and not Path("/proc", pid).exists():
            localkube("down", "--name", place.name)


@pytest.fixture(scope="session")
def kube_api() -> Iterator[Kube]:
    """An API server without controllers and nodes; up in four seconds."""
    with local_cluster(API_NAME, "api") as kube:
        yield kube


@pytest.fixture(scope="session")
def kube_node(request: pytest.FixtureRequest) -> Iterator[Kube]:
    """A cluster that runs pods."""
    given = os.environ.get("FREEHOLD_TEST_KUBECONFIG")
    if given:
        yield _given(Path(given))
    elif request.config.getoption("kind_bin", None):
        cluster = request.getfixturevalue("kind_cluster")
        program = str(cluster.kubectl_path)
        yield Kube(Path(cluster.kubeconfig_path).absolute(), program, cluster.load_docker_image)
    else:
        with local_cluster(NODE_NAME, "node") as kube:
            yield kube


def _given(config: Path) -> Kube:
    """A cluster that somebody else made: its images are loaded only if it is one of localkube's."""
    context = str(yaml.safe_load(config.read_text())["current-context"])
    beside = config.with_name("kubectl")
    program = str(beside) if beside.exists() else which("kubectl")
    assert program, "FREEHOLD_TEST_KUBECONFIG is given, but there is no kubectl on PATH"
    if context.startswith("localkube-"):
        return Kube(config, program, lambda image: _load(context.removeprefix("localkube-"), image))
    return Kube(config, program)
