"""Builds ordinary Dockerfiles with buildah and loads images into the node's registry."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tarfile
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from localkube.archives import archive_name
from localkube.bases import BASES, ensure_base
from localkube.cluster import Cluster
from localkube.errors import CommandError, UsageError
from localkube.image_names import repository
from localkube.packages import IMAGE_BUILDING, require
from localkube.shell import step
from localkube.storage import PRIVATE, candidates, image_id, images_dir, skopeo, storage_environment

_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")


def base_images(dockerfile: str, arguments: Mapping[str, str]) -> list[str]:
    r"""The images a Dockerfile starts from, with its ARGs filled in from their defaults or ``arguments``.

    >>> base_images("ARG P=python:3.13-slim\nFROM ${P} AS build\nFROM build", {})
    ['python:3.13-slim', 'build']
    """
    values: dict[str, str] = {}
    found: list[str] = []
    for line in dockerfile.splitlines():
        words = line.split()
        if len(words) > 1 and words[0].upper() == "ARG" and not found:
            name, _, default = words[1].partition("=")
            values[name] = arguments.get(name, default)
        elif len(words) > 1 and words[0].upper() == "FROM":
            image = next(word for word in words[1:] if not word.startswith("--"))
            found.append(re.sub(r"\$\{?(\w+)\}?", lambda m: values.get(m[1], ""), image))
    return found


def build_arguments(words: Sequence[str]) -> dict[str, str]:
    """The build arguments among buildah's options, ``--build-arg A=1`` or ``--build-arg=A=1``."""
    found = {}
    for index, word in enumerate(words):
        text = ""
        if word == "--build-arg" and index + 1 < len(words):
            text = words[index + 1]
        elif word.startswith("--build-arg="):
            text = word.removeprefix("--build-arg=")
        name, equals, value = text.partition("=")
        if equals:
            found[name] = value
    return found


def declared_environment(dockerfile: str, environment: Mapping[str, str]) -> list[str]:
    r"""The host's pip, uv and npm settings that a Dockerfile declares as ARG; others stay out of the image.

    >>> declared_environment("FROM x\nARG PIP_INDEX_URL", {"PIP_INDEX_URL": "u", "PIP_CERT": "c"})
    ['--build-arg=PIP_INDEX_URL=u']
    """
    declared = re.findall(r"^\s*ARG\s+((?:PIP|UV|NPM_CONFIG)_\w+)", dockerfile, re.MULTILINE | re.IGNORECASE)
    return [f"--build-arg={name}={environment[name]}" for name in declared if name in environment]


def build_image(tag: str, context: Path, dockerfile: Path | None, options: Sequence[str]) -> None:
    """Build a Dockerfile; bases that have a stand-in are made first. CommandError if the build fails."""
    require(IMAGE_BUILDING, "building images")
    dockerfile = dockerfile or context / "Dockerfile"
    if not dockerfile.is_file() or not context.is_dir():
        raise UsageError(f"no Dockerfile at {dockerfile}" if context.is_dir() else f"no directory {context}")
    text = dockerfile.read_text()
    for image in base_images(text, build_arguments(options)):
        if image in BASES:
            ensure_base(BASES[image])
    command = [
        *(*PRIVATE, "buildah", "bud", "--isolation=chroot", "--network=host", "--pull=false", "--layers"),
        *("--format=docker", f"--signature-policy={images_dir() / 'storage' / 'policy.json'}"),
        *declared_environment(text, os.environ),
        *_ignore_file(dockerfile, options),
        *(f"--tag={tag}", f"--file={dockerfile}", *options, str(context)),
    ]
    with step(f"build {tag}"):
        code = subprocess.run(command, env=storage_environment(), check=False).returncode
    if code:
        raise CommandError(f"building {tag} from {dockerfile} ended with {code}; the reason is above")


def _ignore_file(dockerfile: Path, options: Sequence[str]) -> list[str]:
    """The Dockerfile's own ignore file, as BuildKit has it; buildah knows only the context's."""
    own = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
    given = any(option.startswith("--ignorefile") for option in options)
    return [f"--ignorefile={own}"] if own.is_file() and not given else []


def load(cluster: Cluster, image: str) -> str:
    """Make an image (a name, or a docker archive's path) pullable in the node; its name in the registry.

    What was loaded before and is unchanged is recognised by its id and not copied again.
    """
    require(IMAGE_BUILDING, "loading images")
    name, source = _source(image)
    target = repository(name)
    identity = image_id(source) or ""
    note = images_dir() / "loaded" / target.replace("/", "_")
    before = json.loads(note.read_text()) if note.exists() else {}
    if before.get("id") == identity and before.get("digest") == registry_digest(cluster.registry, target):
        return target
    to = f"docker://{cluster.registry}/{target}"
    with step(f"load {name}"):  # level 1: a third quicker, a tenth larger, and it only crosses the machine
        skopeo("copy", "--quiet", "--dest-tls-verify=false", "--dest-compress-level=1", source, to)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"id": identity, "digest": registry_digest(cluster.registry, target)}))
    return target


def _source(image: str) -> tuple[str, str]:
    """An image's ordinary name and where skopeo finds it; UsageError if it is nowhere."""
    if Path(image).is_file():
        try:
            return archive_name(Path(image)), f"docker-archive:{image}"
        except (LookupError, ValueError, OSError, EOFError, tarfile.TarError) as error:
            raise UsageError(f"{image} is not a docker archive with a named image") from error
    if image in BASES:
        ensure_base(BASES[image])
    source = next((s for s in candidates(image) if image_id(s)), None)
    if source is None:
        raise UsageError(f"no image called {image}: neither a file, nor built here, nor a base ({', '.join(BASES)})")
    return image, source


def registry_digest(registry: str, name: str) -> str | None:
    """The digest of a name's manifest in the registry, or None if it is not there."""
    path, _, tag = name.rpartition(":")
    request = urllib.request.Request(
        f"http://{registry}/v2/{path}/manifests/{tag}", method="HEAD", headers={"Accept": ", ".join(_MANIFESTS)}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
            digest: str | None = answer.headers.get("Docker-Content-Digest")
            return digest
    except urllib.error.HTTPError:
        return None
    except OSError as error:
        raise CommandError(f"the registry at {registry} does not answer: {error} (is the node tier up?)") from error


def registry_answers(registry: str) -> bool:
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{registry}/v2/", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
