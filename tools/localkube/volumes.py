"""Lets any user write to a freshly provisioned volume, before a pod can have it.

The hostPath provisioner makes a directory 0750 for root, and the kubelet applies no fsGroup to hostPath. Process 1
watches the directory and opens a new volume within a millisecond of its making; the claim is bound only after that,
and the pod's first container starts hundreds of milliseconds later. A volume is opened once: what a workload does to
its volume's root afterwards (PostgreSQL wants 0700) is its own business. Only pods that mount a volume can reach it:
its parents are private to the node and closed to all but root.
"""

from __future__ import annotations

import ctypes
import os
import stat
from pathlib import Path

OPEN_MODE = 0o777
PROVISIONED_MODE = 0o750  # what the provisioner leaves; the mark of a volume that nobody has had yet
IN_CREATE = 0x100
IN_MOVED_TO = 0x80
IN_ONLYDIR = 0x01000000


class VolumeDoor:
    """Opens new volumes below one directory; ``fileno`` is readable when there are some."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        watch = libc.inotify_add_watch(self._descriptor, os.fsencode(directory), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
        if self._descriptor < 0 or watch < 0:
            raise OSError(ctypes.get_errno(), f"cannot watch {directory}")
        self.open_new()

    def fileno(self) -> int:
        return self._descriptor

    def open_new(self) -> None:
        """Open every volume that still is as the provisioner made it; which events came does not matter."""
        try:
            while os.read(self._descriptor, 64 * 1024):
                pass
        except BlockingIOError:
            pass
        with os.scandir(self._directory) as entries:
            for entry in entries:
                open_volume(Path(entry.path))

    def close(self) -> None:
        os.close(self._descriptor)


def open_volume(path: Path) -> bool:
    """Open one volume if it is a directory in the provisioner's state; never follow a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False  # gone again, a file, or a link
    try:
        status = os.fstat(descriptor)
        untouched = status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) == PROVISIONED_MODE
        if untouched:
            os.fchmod(descriptor, OPEN_MODE)
        return untouched
    finally:
        os.close(descriptor)
