"""The app's tests. Real: PostgreSQL and Valkey where a test is marked `stores`. Faked: time. Open: TLS to stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from freehold_app.auth.digests import Peppers
from freehold_app.kit.clock import SystemClock
from freehold_app.platform.postgres import Database, open_database
from tests.store_fixtures import TestDatabase


class FakeClock:
    """Time that moves when a test says so."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
        self.seconds = 100.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def peppers() -> Peppers:
    return Peppers({1: b"first-pepper-of-the-tests-0123456789"})


@pytest.fixture
async def app_database(db: TestDatabase) -> AsyncIterator[Database]:
    """What the gateway and the commands use: the role freehold_app."""
    database = open_database(db.url("app"), db.settings("app"), SystemClock())
    yield database
    await database.close()


@pytest.fixture
async def worker_database(db: TestDatabase) -> AsyncIterator[Database]:
    database = open_database(db.url("worker"), db.settings("worker"), SystemClock())
    yield database
    await database.close()
