"""The principal cache: one question per key at a time, bounded staleness, and never a wrong yes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from freehold_app.auth import GrantFlag
from freehold_app.gateway.core.errors import Refusal
from freehold_app.gateway.io.principals import STALE_SECONDS, Principals
from tests.app.conftest import FakeClock
from tests.app.gateway.running import ACME, KEY, KEY_ID, ScriptedKeys

SECRET = KEY.encode()


def code(answer: object) -> str:
    assert isinstance(answer, Refusal)
    return answer.code


async def test_a_known_key_is_asked_for_once_in_thirty_seconds(clock: FakeClock) -> None:
    keys = ScriptedKeys()
    principals = Principals(keys, clock)
    assert principals.known(SECRET, 0.0) is None
    assert await principals.find(SECRET, "1.1.1.1", 0.0) == ACME
    assert principals.known(SECRET, 29.0) == ACME
    assert principals.known(SECRET, 31.0) is None
    assert keys.asked == 1


async def test_a_hundred_callers_ask_once(clock: FakeClock) -> None:
    keys = ScriptedKeys(gate=asyncio.Event())
    principals = Principals(keys, clock)
    callers = [asyncio.create_task(principals.find(SECRET, "1.1.1.1", 0.0)) for _ in range(100)]
    await asyncio.sleep(0)
    callers[0].cancel()
    await asyncio.sleep(0)
    assert keys.gate is not None
    keys.gate.set()
    answers = await asyncio.gather(*callers, return_exceptions=True)
    assert keys.asked == 1
    assert answers[1:] == [ACME] * 99


async def test_unknown_keys_are_remembered_for_five_seconds(clock: FakeClock) -> None:
    keys = ScriptedKeys()
    principals = Principals(keys, clock)
    assert code(await principals.find(b"no", "1.1.1.1", 0.0)) == "invalid_api_key"
    assert code(principals.known(b"no", 4.0)) == "invalid_api_key"
    assert principals.known(b"no", 6.0) is None


async def test_guessing_is_slowed_per_address(clock: FakeClock) -> None:
    principals = Principals(ScriptedKeys(), clock)
    answers = [await principals.find(b"guess-%d" % n, "1.1.1.1", 0.5) for n in range(30)]
    other = await principals.find(SECRET, "2.2.2.2", 0.5)
    later = await principals.find(SECRET, "1.1.1.1", 1.5)
    assert [answer.status for answer in answers if isinstance(answer, Refusal)] == [401] * 21 + [429] * 9
    assert other == ACME
    assert later == ACME


async def test_without_a_database_known_keys_last_ten_minutes_and_unknown_ones_are_503(clock: FakeClock) -> None:
    keys = ScriptedKeys()
    principals = Principals(keys, clock)
    await principals.find(SECRET, "1.1.1.1", 0.0)
    keys.down = True
    assert await principals.find(SECRET, "1.1.1.1", 31.0) == ACME
    assert await principals.find(SECRET, "1.1.1.1", STALE_SECONDS - 1) == ACME
    assert code(await principals.find(SECRET, "1.1.1.1", STALE_SECONDS + 1)) == "auth_unavailable"
    assert code(await principals.find(b"never seen", "1.1.1.1", 31.0)) == "auth_unavailable"
    assert keys.asked == 5


async def test_a_revoked_key_is_forgotten_even_for_an_outage(clock: FakeClock) -> None:
    keys = ScriptedKeys()
    principals = Principals(keys, clock)
    await principals.find(SECRET, "1.1.1.1", clock.monotonic())
    principals.forget(KEY_ID)
    keys.down = True
    assert principals.known(SECRET, clock.monotonic()) is None
    assert code(await principals.find(SECRET, "1.1.1.1", clock.monotonic())) == "auth_unavailable"


async def test_dropping_all_asks_again(clock: FakeClock) -> None:
    keys = ScriptedKeys()
    principals = Principals(keys, clock)
    await principals.find(SECRET, "1.1.1.1", clock.monotonic())
    principals.drop()
    assert principals.known(SECRET, clock.monotonic()) is None


async def test_expiry_and_suspension_are_seen_in_the_cache(clock: FakeClock) -> None:
    keys = ScriptedKeys(
        grants={
            "old": replace(ACME, expires_at=datetime(2026, 11, 24, 10, 0, 5, tzinfo=UTC)),
            "held": replace(ACME, flags=frozenset({GrantFlag.TENANT_SUSPENDED})),
        }
    )
    principals = Principals(keys, clock)
    assert await principals.find(b"old", "1.1.1.1", 0.0) == keys.grants["old"]
    clock.at += timedelta(seconds=6)
    expired = principals.known(b"old", 1.0)
    assert code(expired) == "invalid_api_key"
    assert isinstance(expired, Refusal)
    assert "expired" in expired.message
    assert code(await principals.find(b"held", "1.1.1.1", 0.0)) == "tenant_suspended"


async def test_the_cache_is_bounded(clock: FakeClock) -> None:
    principals = Principals(ScriptedKeys(), clock)
    for n in range(20_050):
        await principals.find(b"k%d" % n, f"10.0.{n % 250}.{n // 250}", float(n))
    assert len(principals) == 20_000
