"""Builds what a cluster needs, side by side: compiling wants the processor, the rest mostly the network."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from install import lanes, sources
from install.clusters import Build, Cluster, Says
from install.commands import Runner
from install.progress import Step
from install.release import helm

VALUE_OF_IMAGE = {
    "freehold/app": "global.images.app",
    "freehold/frontend": "global.images.frontend",
    "freehold/operator": "global.images.operator",
    "freehold/engine-llamacpp": "global.images.engineLlamacpp",
}


@dataclass(frozen=True)
class Built:
    """Helm, our images under the tags of their content, and how many of them had to be built."""

    helm: Path
    references: tuple[str, ...]
    new: int

    def values(self, cluster: Cluster) -> list[str]:
        """Arguments of `helm upgrade` that name the images."""
        pairs = ((VALUE_OF_IMAGE[name.partition(":")[0]], cluster.published(name)) for name in self.references)
        return [word for name, reference in pairs for word in ("--set", f"{name}={reference}")]


def build(runner: Runner, cluster: Cluster, root: Path, step: Step) -> Built:
    """Server binaries in one lane; Helm, base images and our images in another."""
    builds = [Build(sources.reference(root, image), image.dockerfile) for image in sources.IMAGES]
    missing = [image for image in builds if not cluster.has_built(image.reference)]
    programs: list[Path] = []

    def servers(stop: threading.Event) -> None:
        cluster.build_servers(_told(step, "servers"), stop)
        step.note("", "servers")

    def images(stop: threading.Event) -> None:
        step.note("Helm", "images")
        programs.append(helm(runner))
        cluster.make_bases(_told(step, "images", "base images"), stop)
        for image in missing:
            cluster.build_image(image, _told(step, "images", image.short), stop)
        step.note("", "images")

    lanes.run({"servers": servers, "images": images})
    return Built(programs[0], tuple(image.reference for image in builds), len(missing))


def _told(step: Step, lane: str, prefix: str = "") -> Says:
    """Passes a program's lines on to the step."""
    start = f"{prefix}: " if prefix else ""

    def tell(text: str) -> None:
        step.note(start + text, lane)

    return tell
