"""The path an ordinary image name has in the local registry."""

from __future__ import annotations

DOCKER_HUB = "docker.io"


def repository(image: str) -> str:
    """Repository and tag; other registries' paths are kept, their host names dropped.

    >>> repository("demo:1"), repository("localhost/demo:1"), repository("ghcr.io/b:2")
    ('library/demo:1', 'library/demo:1', 'b:2')
    """
    name = image.split("@", 1)[0].removeprefix("localhost/").removeprefix(f"{DOCKER_HUB}/")
    host, _, path = name.partition("/")
    if path and ("." in host or ":" in host):
        name = path
    elif not path:
        name = f"library/{name}"
    return name if ":" in name.rsplit("/", 1)[-1] else f"{name}:latest"
