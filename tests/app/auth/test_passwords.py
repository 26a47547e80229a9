"""Passwords: checked by length, hashed slowly, and never more at a time than the machine can bear."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from freehold_app.auth.errors import PasswordsBusyError, PasswordWeakError
from freehold_app.auth.passwords import QUEUE, THREADS, Passwords, check_strength

GOOD = "correct horse battery staple"


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


@pytest.mark.parametrize("password", ["short", "a" * 12, "x" * 129, "ada.lovelace-2026!"])
def test_a_weak_password_is_refused_with_what_to_do(password: str) -> None:
    with pytest.raises(PasswordWeakError) as refused:
        check_strength(password, "ada.lovelace@example.org")
    assert refused.value.fields[0].pointer == "/password"
    assert refused.value.fix


def test_length_is_enough() -> None:
    check_strength(GOOD, "ada@example.org")


async def test_only_the_right_password_passes(passwords: Passwords) -> None:
    stored = await passwords.digest(GOOD)
    assert await passwords.check(stored, GOOD)
    assert not await passwords.check(stored, GOOD + " ")
    assert not await passwords.check(None, GOOD)
    assert not await passwords.check("no hash", GOOD)
    assert not await passwords.check(None, "nobody has this account")
    assert GOOD not in stored


async def test_a_flood_of_sign_ins_is_refused_and_not_queued_without_end(passwords: Passwords) -> None:
    stored = await passwords.digest(GOOD)
    waiting = [asyncio.create_task(passwords.check(stored, GOOD)) for _ in range(THREADS + QUEUE)]
    await asyncio.sleep(0)
    with pytest.raises(PasswordsBusyError):
        await passwords.check(stored, GOOD)
    assert all(await asyncio.gather(*waiting))


def test_hashes_of_older_parameters_are_told(passwords: Passwords) -> None:
    old = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b0"
    assert passwords.outdated(old + "dWRWJTmaaJObG" + "A" * 20)
