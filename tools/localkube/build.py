"""Builds the server binaries from the Go modules under ``tools/go`` and caches them by content.

The cache key is everything the binary depends on, so a cached binary is never stale and ``up`` after a change builds
by itself. A build goes into a temporary folder that is renamed when it is whole; concurrent builds wait on a lock,
which also keeps two links (2.4 GB each) from running at the same time.
"""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from localkube.errors import CommandError, MissingError
from localkube.settings import KUBERNETES_VERSION, cache_dir
from localkube.shell import locked, run, step

GO_DIR = Path(__file__).resolve().parents[1] / "go"
_SOURCES = {".go", ".mod", ".sum"}


def kubernetes_ldflags() -> str:
    """The version stamps upstream sets; constants, so that a relink is never needed."""
    major, minor, _ = KUBERNETES_VERSION.removeprefix("v").split(".")
    values = {
        "gitVersion": KUBERNETES_VERSION,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "buildDate": "2026-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(f"-X {package}.{key}={value}" for package in packages for key, value in values.items())


@dataclass(frozen=True)
class Tool:
    """One Go module and the names its binary is called by."""

    name: str
    commands: tuple[str, ...]
    tags: str = ""
    ldflags: str = "-s -w"
    root: Path = GO_DIR

    @property
    def source(self) -> Path:
        return self.root / self.name

    def arguments(self) -> list[str]:
        arguments = ["-trimpath", "-buildvcs=false", "-mod=readonly", f"-ldflags={self.ldflags}"]
        return arguments + ([f"-tags={self.tags}"] if self.tags else [])

    def key(self, go_version: str) -> str:
        """SHA-256 over the Go version, the flags, go.mod, go.sum and the sources (tests are not built in)."""
        digest = hashlib.sha256("\0".join([go_version, self.name, *self.arguments()]).encode())
        for path in sorted(self.source.rglob("*")):
            if path.suffix in _SOURCES and not path.name.endswith("_test.go"):
                digest.update(b"\0" + str(path.relative_to(self.source)).encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()

    def directory(self, go_version: str) -> Path:
        return cache_dir() / "kube" / self.key(go_version)


TOOLS = (
    Tool(
        "kubernetes",
        (
            "etcd",
            "kube-apiserver",
            "kube-controller-manager",
            "kube-scheduler",
            "kubelet",
            "kube-proxy",
            "kube-netpol",
            "metrics-server",
            "kubectl",
        ),
        tags="notest,grpcnotrace",
        ldflags="-s -w " + kubernetes_ldflags(),
    ),
    Tool("coredns", ("coredns",)),
    Tool("pause", ("pause",)),
    Tool("policygate", ("policygate",)),
)

OPTIONAL_TOOLS = (
    Tool(
        "skaffold",
        ("skaffold",),
        ldflags="-s -w -X github.com/GoogleContainerTools/skaffold/v2/pkg/skaffold/version.version=v2.24.0",
    ),
)


class BuildLog:
    """Reads the compiler's output: keeps its end for an error, counts packages for the progress line."""

    def __init__(self) -> None:
        self.compiled = 0
        self.downloaded = 0
        self.tail: list[str] = []

    def add(self, line: str) -> None:
        """One line of ``go build -v``: a package path, a download, or something to show on failure."""
        if line.startswith("go: downloading"):
            self.downloaded += 1
        elif re.fullmatch(r"[\w./~+-]+", line.strip()):
            self.compiled += 1
        else:
            self.tail = [*self.tail[-30:], line]

    def __str__(self) -> str:
        return f"({self.downloaded} modules fetched, {self.compiled} packages compiled)"


def go_environment() -> dict[str, str]:
    return os.environ | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}


def go_version() -> str:
    """The toolchain's version, or MissingError."""
    if not shutil.which("go"):
        raise MissingError("building Kubernetes needs the Go toolchain (1.26) on PATH")
    return run("go", "env", "GOVERSION", env=go_environment()).stdout.strip()


def build_all(extra: Sequence[str] = ()) -> dict[str, Path]:
    """Build what is missing, one after the other; map each command to its path.

    One at a time, because each ``go build`` already uses every core and the links are the memory peaks.
    """
    version = go_version()
    commands: dict[str, Path] = {}
    for tool in (*TOOLS, *(t for t in OPTIONAL_TOOLS if t.name in extra)):
        directory = build_tool(tool, version)
        commands |= {command: directory / command for command in tool.commands}
    return commands


def build_tool(tool: Tool, version: str) -> Path:
    """The directory with the tool's binary and its other names; built unless its exact content was before."""
    target = tool.directory(version)
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.parent / "lock", "build of the Kubernetes binaries"):
        if not target.is_dir():
            _build(tool, target)
    return target


def _build(tool: Tool, target: Path) -> None:
    partial = target.with_name(f"{tool.name}.part")  # one name: the lock is held, leftovers are overwritten
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    before, log = _child_cpu_seconds(), BuildLog()
    started = time.monotonic()
    with step(f"go build {tool.name}", log.__str__):
        _compile(tool, partial / tool.name, log)
    for command in tool.commands:
        if command != tool.name:
            (partial / command).symlink_to(tool.name)
    partial.rename(target)
    cpu, wall = _child_cpu_seconds() - before, time.monotonic() - started
    print(f"  {tool.name}: {wall:.0f} s, {cpu:.0f} CPU-s, {(target / tool.name).stat().st_size >> 20} MiB", flush=True)


def _compile(tool: Tool, output: Path, log: BuildLog) -> None:
    process = subprocess.Popen(
        ["go", "build", "-v", *tool.arguments(), "-o", str(output), "."],
        cwd=tool.source,
        env=go_environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        for line in process.stderr or ():
            log.add(line)
        code = process.wait()
    except BaseException:
        process.terminate()
        raise
    finally:
        process.communicate()
    if code:
        print("".join(log.tail), file=sys.stderr, end="")
        raise CommandError(f"go build {tool.name} ended with {code}")


def _child_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
