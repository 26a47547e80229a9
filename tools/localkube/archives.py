"""Writes docker archives: one layer and a configuration, which every container tool can load."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from localkube.settings import PAUSE_IMAGE

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LABELS = {"org.opencontainers.image.description": "local stand-in built from Debian packages; not for distribution"}
_CREATED = "2026-01-01T00:00:00Z"  # constant: the same content has the same digest


@dataclass(frozen=True)
class Runs:
    """What a container of the image runs."""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ""
    env: tuple[str, ...] = ()


def write_docker_archive(target: Path, image: str, layer: Path, runs: Runs) -> None:
    """Wrap one uncompressed layer."""
    with layer.open("rb") as file:
        diff_id = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    config = json.dumps(image_config(runs, diff_id)).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": config_name, "RepoTags": [image], "Layers": ["layer.tar"]}])
    with tarfile.open(target, "w") as archive:
        for name, data in ((config_name, config), ("manifest.json", manifest.encode())):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        archive.add(layer, "layer.tar")


def image_config(runs: Runs, diff_id: str) -> dict[str, object]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": _CREATED,
        "config": {
            "Env": [PATH, *runs.env],
            "Entrypoint": list(runs.entrypoint),
            "Cmd": list(runs.command),
            "User": runs.user,
            "Labels": LABELS,
        },
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"created": _CREATED, "created_by": "localkube"}],
    }


def write_pause_archive(binary: Path, target: Path) -> None:
    """The sandbox image: one static binary."""
    layer = target.with_suffix(".layer")
    with tarfile.open(layer, "w") as archive:
        member = archive.gettarinfo(str(binary), "pause")
        member.mode, member.uid, member.gid, member.mtime = 0o755, 0, 0, 0
        with binary.open("rb") as file:
            archive.addfile(member, file)
    write_docker_archive(target, f"docker.io/{PAUSE_IMAGE}", layer, Runs(entrypoint=("/pause",), user="65535"))
    layer.unlink()


def archive_name(path: Path) -> str:
    """The first name of the image in a docker archive. KeyError if the file is no such archive."""
    with tarfile.open(path) as archive:
        member = archive.extractfile("manifest.json")
        manifest = json.load(member) if member else []
    tags: list[str] = manifest[0]["RepoTags"] or []
    return tags[0]
