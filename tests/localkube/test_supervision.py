"""What becomes of a component, decided by a supervisor whose processes and clock are fakes."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localkube.supervision import (
    HEALTHY_SECONDS,
    MAX_BACKOFF_SECONDS,
    STOP_SECONDS,
    Spec,
    Supervisor,
    backoff_seconds,
    shorten,
)

FAILED = 1 << 8  # a wait status: exit code 1


@dataclass
class Host:
    """Counts spawned processes, records signals, tells a time that only tests move."""

    now: float = 1000.0
    spawned: list[Spec] = field(default_factory=list)
    signals: list[tuple[int, int]] = field(default_factory=list)

    def spawn(self, spec: Spec) -> int:
        self.spawned.append(spec)
        return 100 + len(self.spawned)

    def supervisor(self) -> Supervisor:
        return Supervisor(self.spawn, lambda pid, number: self.signals.append((pid, number)), lambda: self.now)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., Spec]:
    return lambda name="etcd", *argv: Spec(name, ("/bin/etcd", *argv), tmp_path / f"{name}.log")


def test_a_component_is_started_once(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    assert supervisor.start(spec())
    assert not supervisor.start(spec())
    assert len(host.spawned) == 1


def test_a_dead_component_comes_back_after_a_pause(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    supervisor.ended(101, FAILED)
    supervisor.tick()
    assert len(host.spawned) == 1
    host.now += 0.3
    supervisor.tick()
    assert len(host.spawned) == 2
    assert supervisor.report()["etcd"]["restarts"] == 1


def test_the_pause_grows_while_it_keeps_dying_and_is_forgotten_after_a_healthy_minute(
    host: Host, spec: Callable[..., Spec]
) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    for _ in range(12):
        supervisor.ended(supervisor.components["etcd"].pid, FAILED)
        host.now += MAX_BACKOFF_SECONDS
        supervisor.tick()
    assert supervisor.components["etcd"].failures == 12
    host.now += HEALTHY_SECONDS + 1
    supervisor.ended(supervisor.components["etcd"].pid, FAILED)
    assert supervisor.components["etcd"].restart_at == pytest.approx(host.now + 0.2)


def test_the_pause_has_a_bound() -> None:
    assert backoff_seconds(10_000) == MAX_BACKOFF_SECONDS


def test_the_end_of_an_adopted_orphan_changes_nothing(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    before = supervisor.report()
    supervisor.ended(4242, 0)
    assert supervisor.report() == before


def test_a_stopped_component_leaves_and_stays_away(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    assert supervisor.stop("etcd")
    assert host.signals == [(101, signal.SIGTERM)]
    supervisor.ended(101, 0)
    host.now += 100
    supervisor.tick()
    assert supervisor.report() == {}
    assert len(host.spawned) == 1


def test_a_component_that_ignores_the_request_to_stop_is_killed(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    supervisor.stop("etcd")
    supervisor.stop("etcd")  # asking again does not give it more time
    host.now += STOP_SECONDS + 0.1
    supervisor.tick()
    assert host.signals == [(101, signal.SIGTERM), (101, signal.SIGKILL)]


def test_changed_arguments_stop_the_old_process_and_start_the_new(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    supervisor.start(spec())
    assert supervisor.start(spec("etcd", "--new"))
    assert len(host.spawned) == 1, "the old one still runs"
    supervisor.ended(101, 0)
    supervisor.tick()
    assert host.spawned[-1].argv == ("/bin/etcd", "--new")
    assert supervisor.components["etcd"].failures == 0


def test_all_are_stopped_one_by_one_in_the_reverse_order_of_their_start(host: Host, spec: Callable[..., Spec]) -> None:
    supervisor = host.supervisor()
    for name in ("etcd", "apiserver"):
        supervisor.start(spec(name))
    for _ in range(3):
        supervisor.stop_all()
    assert [pid for pid, _ in host.signals] == [102], "etcd goes on while the API server needs it"
    supervisor.ended(102, 0)
    supervisor.stop_all()
    assert [pid for pid, _ in host.signals] == [102, 101]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"name": "x", "log": "/l", "env": {}, "argv": []},
        {"name": "x", "log": "/l", "env": {}, "argv": "ls"},
        {"name": "x", "log": "/l", "env": {}, "argv": [1]},
        {"name": "", "log": "/l", "env": {}, "argv": ["ls"]},
        {"name": "x", "log": "/l", "env": [], "argv": ["ls"]},
    ],
)
def test_a_malformed_request_is_refused(message: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="argv"):
        Spec.parse(message)


def test_a_log_that_grew_too_long_is_moved_aside(tmp_path: Path) -> None:
    log = tmp_path / "etcd.log"
    log.write_text("x" * 100)
    shorten(log, limit_bytes=100)
    assert log.stat().st_size == 100
    shorten(log, limit_bytes=99)
    assert log.stat().st_size == 0
    assert (tmp_path / "etcd.log.1").stat().st_size == 100
