"""Real: the Echo server on loopback, the argument lists, the files they name. Faked: clock and engine of the drain.

The real llama.cpp runs where its library is installed (the engine's image, see requirements.lock); left open here.
"""

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file that stands for weights; nothing here reads it."""
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a key file with this content."""

    def write(content: str) -> Path:
        path = tmp_path / "keys"
        path.write_text(content, encoding="utf-8")
        return path

    return write
