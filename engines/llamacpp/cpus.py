"""How many CPUs this container may use. llama.cpp counts the node's, and slows to a crawl under a smaller limit."""

import os
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
CPU_CONTROLLERS = ("cpu", "cpu,cpuacct")  # version 1 often mounts both together, with or without a link


def cpu_limit(root: Path = CGROUPS) -> int:
    """Whole CPUs of the limit, rounded down, at least 1; without a limit those that the scheduler lets us run on."""
    for quota, period in (_version_2(root), _version_1(root)):
        if quota > 0 and period > 0:
            return max(1, quota // period)
    return len(os.sched_getaffinity(0))


def _version_2(root: Path) -> tuple[int, int]:
    """Microseconds of CPU time and the period they are for; zeros without a limit. `cpu.max` is `max 100000` then."""
    quota, _, period = _read(root / "cpu.max").partition(" ")
    return (0, 0) if quota in ("", "max") else (int(quota), int(period))


def _version_1(root: Path) -> tuple[int, int]:
    """The same from the older files; -1 means no limit."""
    folder = next((root / name for name in CPU_CONTROLLERS if (root / name).is_dir()), root)
    return int(_read(folder / "cpu.cfs_quota_us") or 0), int(_read(folder / "cpu.cfs_period_us") or 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
