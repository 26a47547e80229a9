"""What an image is made of, as one digest: an image whose sources did not change is not built again."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

IGNORED_FOLDERS = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", "node_modules", "out", "dist", "coverage"})
IGNORED_SUFFIXES = frozenset({".pyc", ".log"})


@dataclass(frozen=True)
class Image:
    """One of our images: its name and its Dockerfile, relative to the root, which is also the build's context."""

    name: str
    dockerfile: str

    @property
    def short(self) -> str:
        return self.name.rpartition("/")[2]


IMAGES = (
    Image("freehold/app", "app/Dockerfile"),
    Image("freehold/frontend", "frontend/Dockerfile"),
    Image("freehold/operator", "operator/Dockerfile"),
    Image("freehold/engine-llamacpp", "engines/llamacpp/Dockerfile"),
)


def copied(dockerfile: str) -> list[str]:
    r"""The paths of the build context that a Dockerfile copies; what comes from other stages is left out.

    >>> copied("FROM a AS b\nCOPY VERSION app/ /src/\nCOPY --from=b /x /y")
    ['VERSION', 'app/']
    """
    joined = re.sub(r"\\\n", " ", dockerfile)
    paths: list[str] = []
    for instruction in joined.splitlines():
        words = shlex.split(instruction, comments=True)
        if words and words[0].upper() in {"COPY", "ADD"}:
            flags = [w for w in words[1:] if w.startswith("--")]
            if not any(f.startswith("--from=") for f in flags):
                paths += [w for w in words[1:-1] if not w.startswith("--")]
    return paths


def digest(root: Path, image: Image) -> str:
    """Twelve hexadecimal digits over the Dockerfile and all that it copies: names, contents, executable bits."""
    dockerfile = root / image.dockerfile
    total = hashlib.sha256()
    for path in sorted({dockerfile, *_files(root, copied(dockerfile.read_text()))}):
        executable = bool(path.stat().st_mode & 0o111)
        content = hashlib.sha256(path.read_bytes()).digest()
        total.update(f"{path.relative_to(root)}\0{executable}\0".encode() + content)
    return total.hexdigest()[:12]


def reference(root: Path, image: Image) -> str:
    """`freehold/app:dev-0123456789ab`."""
    return f"{image.name}:dev-{digest(root, image)}"


def _files(root: Path, patterns: Iterable[str]) -> Iterable[Path]:
    for pattern in patterns:
        for path in sorted(root.glob(pattern.strip("/").removeprefix("./")) if pattern.strip("./") else [root]):
            yield from (p for p in ([path] if path.is_file() else path.rglob("*")) if _counts(p, root))


def _counts(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") for part in parts)
    return path.is_file() and not hidden and not IGNORED_FOLDERS & set(parts) and path.suffix not in IGNORED_SUFFIXES
