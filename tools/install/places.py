"""Where things lie: in `.local/`, which `make down` removes, and in the cache, which it keeps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NAMESPACE = "freehold-system"
RELEASE = "freehold"
CLUSTER_NAME = "freehold"


@dataclass(frozen=True)
class Places:
    """The paths of one checkout."""

    root: Path
    local: Path
    cache: Path

    @classmethod
    def of(cls, root: Path, environ: Mapping[str, str]) -> Places:
        base = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME", "/root")) / ".cache")
        local = root / environ.get("FREEHOLD_LOCAL", ".local")  # another folder for tests that install beside a user
        return cls(root.resolve(), local.resolve(), Path(base) / "freehold")

    @property
    def programs(self) -> Path:
        """Links to `kubectl` and `helm`, for the user's PATH."""
        return self.local / "bin"

    @property
    def log(self) -> Path:
        return self.local / "up.log"

    @property
    def environment(self) -> Path:
        return self.local / "freehold.env"

    @property
    def cluster(self) -> Path:
        """Which cluster `make up` chose, for `make down`."""
        return self.local / "cluster.json"

    @property
    def kubeconfig(self) -> Path:
        return self.local / "kubeconfig"

    @property
    def durations(self) -> Path:
        """Seconds of each step in the last run: the estimate shown in the next one."""
        return self.cache / "install-seconds.json"


def checkout() -> Path:
    """The root of the working copy that this program belongs to."""
    return Path(__file__).resolve().parents[2]


def here() -> Places:
    return Places.of(checkout(), os.environ)
