"""What the installation needs of a cluster, whichever it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from install.choice import Kind

Says = Callable[[str], object]


@dataclass(frozen=True)
class Build:
    """One image to build: its reference and its Dockerfile; the context is the repository's root."""

    reference: str
    dockerfile: str

    @property
    def short(self) -> str:
        return self.reference.partition(":")[0]


class Cluster(Protocol):
    """One kind of cluster; every method may take minutes and reports through `says`."""

    @property
    def kind(self) -> Kind: ...

    def describe(self) -> str: ...

    def prepare(self, says: Says, stop: threading.Event) -> None:
        """Install on the host what the next two methods need."""

    def build_servers(self, says: Says, stop: threading.Event) -> None:
        """Build the cluster's own binaries, where it has any."""

    def make_bases(self, says: Says, stop: threading.Event) -> None:
        """Make the images that ours and the charts start from, where no registry has them."""

    def build_image(self, image: Build, says: Says, stop: threading.Event) -> None: ...

    def has_built(self, reference: str) -> bool:
        """Whether this very image was built here before."""

    def start(self, says: Says) -> None: ...

    def load(self, references: Sequence[str], says: Says) -> None:
        """Make images pullable; quick for those that were loaded before."""

    def published(self, reference: str) -> str:
        """The name under which this cluster's pods pull one of our images."""

    def kubeconfig(self) -> Path: ...

    def kubectl(self) -> Path: ...

    def base_images(self) -> Sequence[str]:
        """Images that are not ours and have to be loaded too."""

    def values(self) -> Sequence[str]:
        """Further arguments of `helm upgrade` that this cluster needs."""

    def forward_command(self, local_port: int) -> Sequence[str]:
        """A program that brings 127.0.0.1:local_port to the gateway until it is ended."""

    def stop(self, says: Says) -> None:
        """Leave nothing behind, also after a crash and if nothing was ever started."""


def remember(path: Path, kind: Kind, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"kind": kind, "name": name}))


def remembered(path: Path) -> tuple[str, str]:
    """The kind and name that an earlier run chose, or two empty strings."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return "", ""
    return str(found.get("kind", "")), str(found.get("name", ""))
