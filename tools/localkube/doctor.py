"""Probes the machine and says which tiers are possible, and why not."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from localkube import build, cgroups, packages
from localkube.errors import LocalkubeError
from localkube.settings import TIERS, cache_dir, state_root
from localkube.shell import run

MIN_FREE_GIB = 10
_NEEDED_V1 = {"cpu", "memory", "pids", "cpuset", "devices"}
_NEEDED_V2 = {"cpu", "memory", "pids", "cpuset"}
_CAP_SYS_ADMIN, _CAP_SYS_RESOURCE = 21, 24


@dataclass(frozen=True)
class Finding:
    """One probe's outcome: what was seen, the lowest tier that it forbids (None: no harm), and the remedy."""

    topic: str
    seen: str
    forbids: str | None = None
    remedy: str = ""


def possible_tiers(findings: list[Finding]) -> list[str]:
    """The tiers below the lowest one that some finding forbids.

    >>> possible_tiers([Finding("packages", "no runc", forbids="node")])
    ['api', 'sched']
    """
    level = min((TIERS.index(f.forbids) for f in findings if f.forbids), default=len(TIERS))
    return list(TIERS[:level])


def examine() -> list[Finding]:
    """Every probe; each is quick and leaves nothing behind."""
    return [
        _root(),
        _go(),
        _namespaces(),
        control_groups(cgroups.hierarchies()),
        _resource_capability(),
        _packages(),
        _nftables(),
        *_disk(),
    ]


def _root() -> Finding:
    if os.geteuid() == 0:
        return Finding("root", "yes")
    return Finding("root", f"no (user id {os.geteuid()})", "api", "run it as root")


def _go() -> Finding:
    try:
        version = build.go_version()
    except LocalkubeError as error:
        return Finding("Go", "none on PATH", "api", str(error))
    found = re.match(r"go(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) >= (1, 26):
        cached = all(tool.directory(version).is_dir() for tool in build.TOOLS)
        return Finding("Go", f"{version}, binaries {'cached' if cached else 'to be built (8 minutes on two cores)'}")
    return Finding("Go", version, "api", "Go 1.26 or later")


def _namespaces() -> Finding:
    result = run("unshare", "--mount", "--pid", "--net", "--fork", "true", check=False)
    if result.returncode == 0:
        return Finding("namespaces", "mount, pid and net can be made")
    return Finding("namespaces", result.stderr.strip(), "api", "needs CAP_SYS_ADMIN (docker run --privileged)")


def control_groups(found: list[cgroups.Hierarchy]) -> Finding:
    """Whether the machine's control groups can hold pods."""
    version = cgroups.version(found)
    if version == 2:
        present = set((found[0].root / "cgroup.controllers").read_text().split())
        absent = _NEEDED_V2 - present
    else:
        names = {name for hierarchy in found for name in hierarchy.root.name.split(",")}
        absent = _NEEDED_V1 - names
    if not absent:
        return Finding("control groups", f"version {version}" + (", with failCgroupV1: false" if version == 1 else ""))
    seen = f"version {version} without {', '.join(sorted(absent))}" if found else "none mounted"
    return Finding("control groups", seen, "node", "mount them, or hand them down to this container")


def _resource_capability() -> Finding:
    effective = int(re.findall(r"CapEff:\s*(\w+)", Path("/proc/self/status").read_text())[0], 16)
    if effective >> _CAP_SYS_RESOURCE & 1:
        return Finding("CAP_SYS_RESOURCE", "yes")
    return Finding("CAP_SYS_RESOURCE", "no: containers keep their parent's OOM score, which is provided for")


def _packages() -> Finding:
    missing = packages.missing_packages()
    if not missing:
        return Finding("Debian packages", "all there")
    tier = "api" if "iproute2" in missing else "node"
    return Finding("Debian packages", f"missing: {' '.join(missing)}", tier, "python -m localkube prepare")


def _nftables() -> Finding:
    if not packages.program("nft"):
        return Finding("nftables", "nft is not installed", "node", "python -m localkube prepare")
    rules = "add table inet probe; add chain inet probe c { type filter hook forward priority 0; }"
    result = run("unshare", "--net", "nft", rules, check=False)
    if result.returncode == 0:
        return Finding("nftables", "rules can be made")
    return Finding("nftables", result.stderr.strip()[:200], "node", "a kernel with CONFIG_NF_TABLES_INET")


def _disk() -> list[Finding]:
    return [_space("cache", cache_dir()), _space("state", state_root())]


def _space(what: str, path: Path) -> Finding:
    there = next(p for p in (path, *path.parents) if p.exists())
    free = shutil.disk_usage(there).free >> 30
    if free >= MIN_FREE_GIB:
        return Finding(f"disk for {what}", f"{free} GiB free at {path}")
    return Finding(f"disk for {what}", f"only {free} GiB free at {path}", "node", f"free {MIN_FREE_GIB} GiB")


def lines(findings: list[Finding]) -> list[str]:
    """The findings for a person, the verdict last."""
    shown = []
    for finding in findings:
        verdict = "ok  " if finding.forbids is None else "FAIL"
        remedy = f" -> {finding.remedy}" if finding.remedy else ""
        shown.append(f"{verdict} {finding.topic:<18} {finding.seen}{remedy}")
    return [*shown, f"possible tiers: {', '.join(possible_tiers(findings)) or 'none'}"]
