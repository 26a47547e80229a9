"""Programs are run so that nothing they say is lost and nothing they start stays."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from install.commands import Runner
from install.errors import CommandError, HostError
from install.processes import carries, end, left_over, mark

NAP = "import time; print('begun', flush=True); time.sleep(60)"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path, tmp_path / "up.log", {"PATH": "/usr/bin:/bin"})


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_every_line_reaches_the_log_and_the_step(runner: Runner) -> None:
    said: list[str] = []
    whole = runner.run(python("print('one'); print('two')"), says=said.append)
    assert (whole, said) == ("one\ntwo\n", ["one", "two"])
    assert "one\ntwo" in runner.log.read_text()


def test_a_failure_tells_the_last_lines_and_the_program(runner: Runner) -> None:
    with pytest.raises(CommandError, match=r"ended with 3: no space left"):
        runner.run(python("print('no space left'); raise SystemExit(3)"))


def test_a_programs_own_error_line_is_preferred_to_its_chatter(runner: Runner) -> None:
    with pytest.raises(CommandError, match=r"ended with 1: Error: no such chart$"):
        runner.run(python("print('Error: no such chart'); print('info: bye'); raise SystemExit(1)"))


def test_a_missing_program_is_named(runner: Runner) -> None:
    for call in (runner.run, runner.output):
        with pytest.raises(HostError, match="no-such-program is not installed"):
            call(["no-such-program"])


def test_a_program_that_takes_too_long_is_ended(runner: Runner) -> None:
    begun = time.monotonic()
    with pytest.raises(CommandError):
        runner.run(python(NAP), limit_seconds=0.3)
    assert time.monotonic() - begun < 10


def test_another_lanes_failure_ends_this_one(runner: Runner) -> None:
    stop = threading.Event()
    with pytest.raises(CommandError):
        runner.run(python(NAP), says=lambda _: stop.set(), stop=stop)


def test_quiet_output_is_standard_output_alone(runner: Runner) -> None:
    assert runner.output(python("import sys; print('{}'); sys.stderr.write('warning')")) == "{}\n"


def test_input_is_passed(runner: Runner) -> None:
    copy = python("import sys; print(sys.stdin.read())")
    assert runner.run(copy, stdin="hello") == "hello\n"


def test_what_a_killed_run_left_at_work_is_found_by_its_mark_and_ended(runner: Runner) -> None:
    began = threading.Event()
    failure: list[Exception] = []

    def work() -> None:
        try:
            runner.run(python(NAP), says=lambda _: began.set())
        except CommandError as error:
            failure.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(10)
    found = left_over(runner.root, ["job"])
    assert len(found) == 1
    assert left_over(runner.root / "other", ["job"]) == []
    assert left_over(runner.root, ["forward"]) == []
    end(found)
    thread.join(10)
    assert failure
    assert left_over(runner.root, ["job"]) == []


def test_the_mark_must_match_root_and_part_exactly(tmp_path: Path) -> None:
    entries = mark(tmp_path, "job")
    block = b"\0".join(f"{k}={v}".encode() for k, v in entries.items())
    assert carries(block, tmp_path, ["job"])
    assert not carries(block, tmp_path, ["cluster"])
    assert not carries(block + b"more", tmp_path, ["job"])
