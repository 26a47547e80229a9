"""Runs as the last step of an image's build: leaves Python and what it needs, and nothing to work with for an intruder.

No shell, no package manager, no pip, no file that gives its owner's rights. Standard library only, because it runs
inside the image; it ends by removing itself.
"""

import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin")
# The list of packages stays: scanners read it.
UNUSED = ("usr/lib/apt", "usr/share/doc", "usr/share/man", "usr/share/perl5", "var/cache/apt", "var/lib/apt")
INSTALLERS = ("pip", "pip-*", "ensurepip", "setuptools", "setuptools-*", "wheel", "wheel-*", "_distutils_hack")


def programs(root: Path) -> Iterator[Path]:
    """Every program but Python's own."""
    for folder in (root / name for name in PROGRAMS):
        if folder.is_dir() and not folder.is_symlink():
            yield from (path for path in folder.iterdir() if not path.name.startswith("python"))


def installers(folders: set[str]) -> Iterator[Path]:
    """Find pip and its kin, wherever this Python looks."""
    for folder in map(Path, folders):
        for pattern in INSTALLERS:
            yield from folder.glob(pattern)


def drop_privilege_bits(root: Path) -> None:
    """Clear set-user-id and set-group-id of every file of this file system."""
    for path in root.rglob("*"):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID) and not path.is_relative_to(root / "proc"):
            path.chmod(stat.S_IMODE(mode) & ~(stat.S_ISUID | stat.S_ISGID))


def add_user(root: Path) -> None:
    """Give our user id a name: libraries ask for it, and a nameless one is an error to them."""
    for file, line in (("passwd", "nonroot:x:65532:65532:nonroot:/tmp:/nonexistent"), ("group", "nonroot:x:65532:")):
        entries = root / "etc" / file
        if "nonroot:" not in entries.read_text():
            entries.write_text(entries.read_text() + line + "\n")


def remove(path: Path) -> None:
    """A file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    root = Path("/")
    add_user(root)
    drop_privilege_bits(root / "usr")
    folders = {*sysconfig.get_paths().values(), *sys.path, "/usr/lib/python3/dist-packages"}
    for path in [*installers({folder for folder in folders if folder}), *programs(root)]:
        remove(path)
    for name in UNUSED:
        shutil.rmtree(root / name, ignore_errors=True)
    Path(__file__).unlink()


if __name__ == "__main__":
    main()
