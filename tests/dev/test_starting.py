"""What is started again and what is not, and what a killed run leaves. Real: files, processes, PostgreSQL and Valkey.

Open: the whole of it, which the browser tier starts by `python -m dev trial`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from dev import __main__ as dev_command
from dev import schema, trial, web
from dev.errors import DevError
from dev.places import Places
from dev.ports import Ports
from install import processes
from stores.postgres import PostgresServer, forget_dead
from stores.valkey import ValkeyServer

TODAY = date(2026, 11, 28)
PORTS = Ports(web=3000, app=8080, admin=9000, engine=9001)


def test_the_schema_is_looked_at_after_a_new_migration_and_once_a_day(tmp_path: Path) -> None:
    migration = tmp_path / "versions" / "0001_first.py"
    migration.parent.mkdir()
    migration.write_text("one")
    wanted, stamp = schema.described(tmp_path, TODAY), tmp_path / "stamp"
    assert schema.is_due(stamp, wanted)
    stamp.write_text(wanted)
    assert not schema.is_due(stamp, schema.described(tmp_path, TODAY))
    assert schema.is_due(stamp, schema.described(tmp_path, date(2026, 11, 29)))
    migration.write_text("two")
    assert schema.is_due(stamp, schema.described(tmp_path, TODAY))


def test_a_trial_has_its_own_data_and_shares_the_engine(tmp_path: Path) -> None:
    dev, tried = Places(tmp_path), Places(tmp_path, trial=True)
    assert tried.engine == dev.engine
    assert tried.postgres != dev.postgres
    assert tried.credentials != dev.credentials


def test_a_trial_tells_its_command_where_it_is_and_how_the_first_owner_is_made() -> None:
    told = trial.described(PORTS, "token-word")
    assert told["FREEHOLD_URL"] == "http://127.0.0.1:3000"
    assert told["FREEHOLD_BOOTSTRAP_TOKEN"] == "token-word"
    assert told["FREEHOLD_TEST_MODEL"] == "smollm2"


def test_a_trial_of_a_web_app_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(DevError, match="npm run build"):
        web.built_server(Places(tmp_path, trial=True))


@pytest.mark.parametrize("words", [["trial"], ["up", "something"]])
def test_only_a_trial_takes_a_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        dev_command.main(words)
    assert "a trial needs a command" in capsys.readouterr().err


def test_a_second_run_in_the_same_checkout_is_refused(tmp_path: Path) -> None:
    with (
        dev_command.alone(Places(tmp_path)),
        pytest.raises(DevError, match="runs in this checkout already"),
        dev_command.alone(Places(tmp_path)),
    ):
        pass


@pytest.mark.inproc
def test_what_ignores_its_end_is_gone_when_ending_returns() -> None:
    stubborn = "import signal,sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", stubborn], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        processes.end([child.pid], grace_seconds=0.05)
        stat = Path(f"/proc/{child.pid}/stat").read_text()
        assert stat.rpartition(")")[2].split()[0] == "Z"  # only its parent has not asked yet


@pytest.mark.stores
def test_a_valkey_that_a_killed_run_has_left_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in processes.mark(tmp_path, "dev").items():
        monkeypatch.setenv(name, value)
    server = ValkeyServer(tmp_path)
    server.start()
    found = processes.left_over(tmp_path, ["dev"])
    server.stop()
    assert len(found) == 1


@pytest.mark.stores
def test_a_postgresql_that_was_killed_is_waited_for_when_it_starts_again(tmp_path: Path) -> None:
    killed = PostgresServer(tmp_path)
    killed.start()
    before = (tmp_path / "data" / "postmaster.pid").read_text()
    killed.stop()
    (tmp_path / "data" / "postmaster.pid").write_text(before)  # as after kill -9: it still says "ready"
    query = tmp_path / "query.sql"
    query.write_text("SELECT 1;")
    again = PostgresServer(tmp_path)
    again.start()
    try:
        again.sql(query, "postgres", {})
    finally:
        again.stop()


@pytest.mark.inproc
def test_the_file_of_a_dead_server_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    file = tmp_path / "postmaster.pid"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        file.write_text(f"{child.pid}\n{tmp_path}\n")
        forget_dead(file)
        assert file.exists()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, and nobody has asked
        forget_dead(file)
        assert not file.exists()
