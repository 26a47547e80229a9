"""What the hardening script takes away, tried on a folder that looks like an image's root."""

import stat
from pathlib import Path

from images.harden import add_user, drop_privilege_bits, installers, programs


def test_every_program_goes_but_pythons(tmp_path: Path) -> None:
    for name in ("usr/bin/bash", "usr/bin/python3.13", "usr/local/bin/python", "usr/local/bin/pip", "usr/sbin/useradd"):
        _file(tmp_path / name)
    (tmp_path / "bin").symlink_to("usr/bin")
    gone = {path.relative_to(tmp_path).as_posix() for path in programs(tmp_path)}
    assert gone == {"usr/bin/bash", "usr/local/bin/pip", "usr/sbin/useradd"}


def test_privilege_bits_are_dropped_and_nothing_else_of_the_mode(tmp_path: Path) -> None:
    su = _file(tmp_path / "usr/bin/su")
    su.chmod(0o6755)
    drop_privilege_bits(tmp_path)
    assert stat.S_IMODE(su.stat().st_mode) == 0o755


def test_pip_is_found_with_its_metadata(tmp_path: Path) -> None:
    for name in ("pip/__init__.py", "pip-25.dist-info/METADATA", "fastapi/__init__.py"):
        _file(tmp_path / name)
    assert {path.name for path in installers({str(tmp_path)})} == {"pip", "pip-25.dist-info"}


def test_the_user_gets_its_name_once(tmp_path: Path) -> None:
    for name in ("passwd", "group"):
        _file(tmp_path / "etc" / name).write_text("root:x:0:0:root:/root:/bin/sh\n")
    add_user(tmp_path)
    add_user(tmp_path)
    assert (tmp_path / "etc/passwd").read_text().count("nonroot:x:65532:65532:") == 1


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path
