"""`make up` on kind, where Docker answers."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from install.choice import Kind
from install.clusters import Build, Says
from install.commands import Runner
from install.errors import HostError
from install.places import NAMESPACE, Places

CONFIG = "k8s/kind/cluster.yaml"
FRONTEND = "service/freehold-frontend"  # which passes the API on


@dataclass(frozen=True)
class OnKind:
    """The kind cluster called `name`; its kubeconfig lies in the checkout, never in the user's own."""

    runner: Runner
    places: Places
    name: str
    node_image: str = ""  # another Kubernetes than the configuration file names
    kind: Kind = Kind.KIND

    def describe(self) -> str:
        return f"kind {self.name}"

    def prepare(self, says: Says, stop: threading.Event) -> None:
        for program in ("kind", "kubectl"):
            if not shutil.which(program):
                raise HostError(f"{program} is not installed")

    def build_servers(self, says: Says, stop: threading.Event) -> None:
        """Nothing to do: kind brings its own."""

    def make_bases(self, says: Says, stop: threading.Event) -> None:
        """Nothing to do: Docker pulls them."""

    def build_image(self, image: Build, says: Says, stop: threading.Event) -> None:
        build_with_docker(self.runner, image, says, stop)

    def has_built(self, reference: str) -> bool:
        return docker_has(self.runner, reference)

    def start(self, says: Says) -> None:
        if self.name in self.runner.output(["kind", "get", "clusters"]).split():
            self._write_kubeconfig()
            return
        command = ["kind", "create", "cluster", "--name", self.name, "--config", CONFIG, "--wait", "120s"]
        node = ["--image", self.node_image] if self.node_image else []
        self.runner.run([*command, *node, "--kubeconfig", self.places.kubeconfig], says=says)

    def load(self, references: Sequence[str], says: Says) -> None:
        self.runner.run(["kind", "load", "docker-image", "--name", self.name, *references], says=says)

    def published(self, reference: str) -> str:
        return reference

    def kubeconfig(self) -> Path:
        return self.places.kubeconfig

    def kubectl(self) -> Path:
        return Path(shutil.which("kubectl") or "kubectl")

    def base_images(self) -> Sequence[str]:
        return []

    def values(self) -> Sequence[str]:
        return []

    def forward_command(self, local_port: int) -> Sequence[str]:
        return port_forward(self.kubectl(), self.kubeconfig(), local_port)

    def stop(self, says: Says) -> None:
        self.runner.run(["kind", "delete", "cluster", "--name", self.name], says=says)

    def _write_kubeconfig(self) -> None:
        text = self.runner.output(["kind", "get", "kubeconfig", "--name", self.name])
        write_private(self.places.kubeconfig, text)


def docker_has(runner: Runner, reference: str) -> bool:
    return runner.succeeds(["docker", "image", "inspect", reference])


def build_with_docker(runner: Runner, image: Build, says: Says, stop: threading.Event) -> None:
    command = ["docker", "build", "--tag", image.reference, "--file", image.dockerfile, "."]
    runner.run(command, says=says, stop=stop)


def port_forward(kubectl: Path, kubeconfig: Path, local_port: int) -> list[str]:
    way = ["--address", "127.0.0.1", FRONTEND, f"{local_port}:80"]
    return [str(kubectl), "--kubeconfig", str(kubeconfig), "-n", NAMESPACE, "port-forward", *way]


def write_private(path: Path, text: str) -> None:
    """A file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
