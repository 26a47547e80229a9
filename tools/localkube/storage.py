"""buildah and skopeo with a storage and settings of their own, in the cache.

containers/storage leaves a bind mount on its root, so every call runs in a mount namespace of its own.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from localkube.image_names import DOCKER_HUB, repository
from localkube.settings import cache_dir
from localkube.shell import run, write_if_changed

PRIVATE = ("unshare", "--mount", "--")


def images_dir() -> Path:
    return cache_dir() / "images"


def storage_environment() -> dict[str, str]:
    """The environment that points the tools at the storage; writes its settings if they differ."""
    root = images_dir() / "storage"
    root.mkdir(parents=True, exist_ok=True)
    write_if_changed(
        root / "storage.conf",
        f'[storage]\ndriver = "overlay"\ngraphroot = "{root}/graph"\nrunroot = "{root}/run"\n',
    )
    # Unqualified names mean Docker Hub, as in Docker; a missing base must not send the build to the network.
    write_if_changed(root / "registries.conf", f'unqualified-search-registries = ["{DOCKER_HUB}"]\n')
    write_if_changed(root / "containers.conf", '[containers]\ndefault_ulimits = ["nofile=16384:16384"]\n')
    write_if_changed(root / "policy.json", '{"default": [{"type": "insecureAcceptAnything"}]}')
    return os.environ | {
        "CONTAINERS_STORAGE_CONF": str(root / "storage.conf"),
        "CONTAINERS_REGISTRIES_CONF": str(root / "registries.conf"),
        "CONTAINERS_CONF": str(root / "containers.conf"),
    }


def skopeo(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    policy = images_dir() / "storage" / "policy.json"
    environment = storage_environment()
    return run(*PRIVATE, "skopeo", f"--policy={policy}", *arguments, check=check, env=environment)


def stored(image: str) -> str:
    """The address of a name in the storage."""
    return f"containers-storage:{DOCKER_HUB}/{repository(image)}"


def candidates(image: str) -> list[str]:
    """Where buildah may have put an image of that name."""
    return [f"containers-storage:{name}" for name in (f"localhost/{image}", f"{DOCKER_HUB}/{repository(image)}", image)]


def image_id(source: str) -> str | None:
    """The digest of an image's configuration, which changes whenever anything in it does; None if it is not there."""
    result = skopeo("inspect", "--raw", "--config", source, check=False)
    if result.returncode:
        return None
    return "sha256:" + hashlib.sha256(result.stdout.encode()).hexdigest()
