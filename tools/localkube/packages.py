"""The Debian packages that the node tier stands on, and their installation."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from localkube.errors import MissingError
from localkube.shell import run, step

PACKAGES: dict[str, str] = {
    "containerd": "containerd",
    "runc": "runc",
    "containernetworking-plugins": "/usr/lib/cni/ptp",
    "nftables": "nft",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "socat": "socat",
    "docker-registry": "docker-registry",
    "buildah": "buildah",
    "skopeo": "skopeo",
    "mmdebstrap": "mmdebstrap",
    "iproute2": "ip",
}
"""Debian package -> a program (or file) that shows it is there."""

API_TIER = ("iproute2",)
IMAGE_BUILDING = ("buildah", "skopeo", "mmdebstrap")
CNI_BIN_DIRS = ("/usr/lib/cni", "/opt/cni/bin")
_SYSTEM_PATH = os.pathsep.join(("/usr/local/sbin", "/usr/sbin", "/sbin"))


def program(name: str) -> str | None:
    """Where a program is; also where an ordinary user's PATH does not look."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)


def cni_bin_dir() -> Path | None:
    return next((Path(d) for d in CNI_BIN_DIRS if Path(d, "ptp").exists()), None)


def missing_packages(names: tuple[str, ...] = tuple(PACKAGES)) -> list[str]:
    """Those of the named packages whose program is not on this machine."""
    return [name for name in names if not _present(PACKAGES[name])]


def _present(mark: str) -> bool:
    if mark == "/usr/lib/cni/ptp":
        return cni_bin_dir() is not None
    return program(mark) is not None


def require(names: tuple[str, ...], what: str) -> None:
    """MissingError with the remedy if a package is not there."""
    missing = missing_packages(names)
    if missing:
        raise MissingError(f"{what} needs {', '.join(missing)}; install with: python -m localkube prepare")


def install_missing() -> list[str]:
    """apt-get what is missing; the names that were installed. MissingError without root or apt-get."""
    missing = missing_packages()
    if not missing:
        return []
    if os.geteuid() != 0 or not program("apt-get"):
        raise MissingError(f"install these Debian packages as root: {' '.join(missing)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ("apt-get", "--quiet", "--yes")
    with step("apt-get update"):
        run(*apt, "update", env=environment)
    with step(f"apt-get install {len(missing)} packages"):
        run(*apt, "install", "--no-install-recommends", *missing, env=environment)
    left = missing_packages()
    if left:
        raise MissingError(f"apt-get installed them, but these are still not found: {', '.join(left)}")
    return missing
