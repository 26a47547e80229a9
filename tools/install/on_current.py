"""`make up CLUSTER=current`: the cluster that kubectl points at. It is neither made nor removed here.

The images get there by the cluster's own way: kind's and localkube's are recognised by their context; any other
cluster pulls from the registry named by REGISTRY.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from install.choice import Kind
from install.clusters import Build, Cluster, Says
from install.commands import Runner
from install.errors import HostError
from install.on_kind import build_with_docker, docker_has, port_forward, write_private
from install.places import Places
from install.release import Release, helm
from install.samples import Samples


@dataclass(frozen=True)
class OnCurrent:
    """The current context, copied, so that a later switch of contexts does not lead `make down` astray."""

    runner: Runner
    places: Places
    context: str
    registry: str
    local: Cluster | None  # the kind or localkube cluster that the context belongs to
    kind: Kind = Kind.CURRENT

    def describe(self) -> str:
        return f"context {self.context}"

    def prepare(self, says: Says, stop: threading.Event) -> None:
        if not self.local and not self.registry:
            raise HostError(f"context {self.context}: say where it pulls images from: REGISTRY=host/path")
        text = self.runner.output([self.kubectl(), "config", "view", "--raw", "--minify", "--flatten"])
        write_private(self.places.kubeconfig, text)

    def build_servers(self, says: Says, stop: threading.Event) -> None:
        """The cluster runs already."""

    def make_bases(self, says: Says, stop: threading.Event) -> None:
        if self.local:
            self.local.make_bases(says, stop)

    def build_image(self, image: Build, says: Says, stop: threading.Event) -> None:
        if self.local:
            self.local.build_image(image, says, stop)
        else:
            build_with_docker(self.runner, Build(self.published(image.reference), image.dockerfile), says, stop)

    def has_built(self, reference: str) -> bool:
        if self.local:
            return self.local.has_built(reference)
        return docker_has(self.runner, self.published(reference))

    def start(self, says: Says) -> None:
        self.runner.output([self.kubectl(), "version"])

    def load(self, references: Sequence[str], says: Says) -> None:
        if self.local:
            self.local.load(references, says)
            return
        for reference in references:
            self.runner.run(["docker", "push", self.published(reference)], says=says)

    def published(self, reference: str) -> str:
        return reference if self.local else f"{self.registry}/{reference}"

    def kubeconfig(self) -> Path:
        return self.places.kubeconfig

    def kubectl(self) -> Path:
        found = shutil.which("kubectl")
        if not found and self.local:
            return self.local.kubectl()
        return Path(found or "kubectl")

    def base_images(self) -> Sequence[str]:
        return self.local.base_images() if self.local else []

    def values(self) -> Sequence[str]:
        return self.local.values() if self.local else []

    def forward_command(self, local_port: int) -> Sequence[str]:
        if self.local:
            return self.local.forward_command(local_port)
        return port_forward(self.kubectl(), self.kubeconfig(), local_port)

    def stop(self, says: Says) -> None:
        """Take out what was put in; the cluster stays."""
        if not self.places.kubeconfig.exists():
            return
        runner = self.runner.with_environ(KUBECONFIG=str(self.places.kubeconfig))
        Samples(runner, self.kubectl(), self.places.root).remove(says)
        Release(runner, helm(runner), self.kubectl()).remove(says)
        for kind in ("models", "tenants"):
            runner.succeeds([self.kubectl(), "delete", "crd", f"{kind}.freehold.dev", "--ignore-not-found"])
        runner.succeeds(
            [self.kubectl(), "delete", "namespace", "freehold-system", "--ignore-not-found", "--wait=false"]
        )
