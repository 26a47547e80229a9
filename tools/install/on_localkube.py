"""`make up` on the project's own single-node Kubernetes, by the commands of `tools/localkube`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from install.choice import Kind
from install.clusters import Build, Says
from install.commands import Runner
from localkube.storage import candidates, image_id

NODE_PORT = 30080
# Debian's servers under the names that localkube knows; the charts' defaults cannot be had without a registry.
BUILD_BASES = ("python:3.13-slim", "node:24-slim", "debian:trixie-slim")
POSTGRES = "postgres:17"
VALKEY = "valkey:8"


@dataclass(frozen=True)
class OnLocalkube:
    """The cluster called `name` on this machine."""

    runner: Runner
    name: str
    kind: Kind = Kind.LOCALKUBE

    def describe(self) -> str:
        return f"localkube {self.name}"

    def prepare(self, says: Says, stop: threading.Event) -> None:
        self.runner.run(self._command("prepare"), says=says, stop=stop)

    def build_servers(self, says: Says, stop: threading.Event) -> None:
        self.runner.run(self._command("build"), says=says, stop=stop)

    def make_bases(self, says: Says, stop: threading.Event) -> None:
        self.runner.run(self._command("base", *BUILD_BASES, *self.base_images()), says=says, stop=stop)

    def build_image(self, image: Build, says: Says, stop: threading.Event) -> None:
        arguments = ["image", "-t", image.reference, "-f", image.dockerfile, str(self.runner.root)]
        self.runner.run(self._command(*arguments), says=says, stop=stop)

    def has_built(self, reference: str) -> bool:
        return any(image_id(source) for source in candidates(reference))

    def start(self, says: Says) -> None:
        self.runner.run(self._command("up", "--name", self.name, "--tier", "node"), says=says, part="cluster")

    def load(self, references: Sequence[str], says: Says) -> None:
        self.runner.run(self._command("load", "--name", self.name, *references), says=says)

    def published(self, reference: str) -> str:
        return reference

    def kubeconfig(self) -> Path:
        return Path(self.runner.output(self._command("kubeconfig", "--name", self.name)).strip())

    def kubectl(self) -> Path:
        return self.kubeconfig().parent / "kubectl"

    def base_images(self) -> Sequence[str]:
        return [POSTGRES, VALKEY]

    def values(self) -> Sequence[str]:
        settings = {
            "global.images.postgres": POSTGRES,
            "global.images.valkey": VALKEY,
            "frontend.service.type": "NodePort",
            "frontend.service.nodePort": str(NODE_PORT),
        }
        return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]

    def forward_command(self, local_port: int) -> Sequence[str]:
        return self._command("forward", "--name", self.name, str(local_port), str(NODE_PORT))

    def stop(self, says: Says) -> None:
        self.runner.run(self._command("down", "--name", self.name), says=says, limit_seconds=180)

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "localkube", *arguments]
