"""The edit loop's runner, on a small server and a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from images.reload import changed, copy_code, is_server, times
from tests.kube_fixtures import ROOT

SERVER = """\
import os, signal, sys, time
from small.word import WORD
print("says", WORD, *sys.argv[1:], flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
time.sleep(60)
"""


class Loop:
    """The runner as a process, and what it has printed so far."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.edited = folder / "edited"
        self._log = folder / "log"
        code = "import sys; from pathlib import Path; from images.reload import main; raise SystemExit(main("
        code += f"'small', sys.argv[1:], Path({str(folder / 'image')!r}), Path({str(self.edited)!r})))"
        path = os.pathsep.join([str(folder / "image"), str(ROOT / "tools")])
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self._log.read_text()

    def until(self, text: str) -> None:
        deadline = time.monotonic() + 20
        while text not in self.said():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def write(self, name: str, text: str) -> None:
        (self.edited / "small" / name).write_text(text)


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    package = tmp_path / "image" / "small"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(SERVER)
    (package / "word.py").write_text("WORD = 'one'\n")
    started: list[Loop] = []

    def start(*arguments: str) -> Loop:
        started.append(Loop(tmp_path, *arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def test_a_saved_file_starts_the_server_anew_from_what_was_saved(loop: Callable[..., Loop]) -> None:
    run = loop("serve", "--roles", "all")
    run.until("says one serve --roles all")
    run.write("word.py", "WORD = 'two'\n")
    run.until("reload: small/word.py")
    run.until("says two")


def test_a_file_that_is_no_python_leaves_the_server_running(loop: Callable[..., Loop]) -> None:
    run = loop("serve")
    run.until("says one")
    run.write("word.py", "WORD = '\n")
    run.until("not started anew")
    assert "word.py" in run.said()
    assert "ended" not in run.said()
    run.write("word.py", "WORD = 'three'\n")
    run.until("says three")


def test_a_server_that_breaks_waits_for_the_next_change(loop: Callable[..., Loop]) -> None:
    run = loop("serve")
    run.until("says one")
    run.write("word.py", "raise RuntimeError('broken')\n")
    run.until("ended with 1; starts again after the next change")
    run.write("word.py", "WORD = 'mended'\n")
    run.until("says mended")


def test_the_signal_that_ends_a_pod_reaches_the_server(loop: Callable[..., Loop]) -> None:
    run = loop("serve")
    run.until("says one")
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(20) == 7


def test_a_command_that_runs_once_runs_from_the_image(loop: Callable[..., Loop]) -> None:
    run = loop("migrate")
    run.until("says one migrate")
    assert not run.edited.exists()
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(20) == 7


def test_a_container_that_starts_again_keeps_what_was_edited(tmp_path: Path) -> None:
    image, edited = tmp_path / "image", tmp_path / "edited"
    (image / "__pycache__").mkdir(parents=True)
    (image / "a.py").write_text("old")
    copy_code(image, edited)
    assert not (edited / "__pycache__").exists()
    (edited / "a.py").write_text("new")
    copy_code(image, edited)
    assert (edited / "a.py").read_text() == "new"


def test_new_gone_and_different_files_have_changed(tmp_path: Path) -> None:
    a, b, c = (tmp_path / name for name in ("a.py", "b.py", "c.py"))
    assert changed({a: 1, b: 1}, {b: 2, c: 1}) == [a, b, c]
    a.touch()
    (tmp_path / "a.txt").touch()
    assert list(times([tmp_path])) == [a]


@pytest.mark.parametrize(
    ("arguments", "server"),
    [(["serve", "--roles", "control"], True), (["--controllers=all"], True), ([], True), (["migrate"], False)],
)
def test_what_goes_on_until_it_is_ended_is_a_server(arguments: list[str], server: bool) -> None:
    assert is_server(arguments) is server
