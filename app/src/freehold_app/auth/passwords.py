"""Passwords: hashed with Argon2id in a few threads, so that sign-ins can never take all processors.

One check costs about 25 ms and 19 MiB (OWASP's second choice of parameters); two run at a time, 32 wait, the next is
refused at once. An unknown account costs as much as a known one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from freehold_app.auth.errors import PasswordsBusyError, PasswordWeakError
from freehold_app.errors import FieldError

THREADS = 2
QUEUE = 32
MIN_LENGTH = 12
MAX_LENGTH = 128
MIN_DISTINCT = 5


class Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._pending = 0
        self._nobody: str | None = None

    async def digest(self, password: str) -> str:
        """What is stored; PasswordsBusyError where too many wait."""
        return await self._run(lambda: self._hasher.hash(password))

    async def check(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; none stands for an unknown account and takes as long."""
        return await self._run(lambda: self._matches(stored, password))

    def outdated(self, stored: str) -> bool:
        """Whether the stored hash has older parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str | None, password: str) -> bool:
        self._nobody = self._nobody or self._hasher.hash("nobody has this account")
        try:
            return self._hasher.verify(stored or self._nobody, password) and stored is not None
        except (Argon2Error, InvalidHashError):
            return False

    async def _run[Result](self, work: Callable[[], Result]) -> Result:
        if self._pending >= THREADS + QUEUE:
            raise PasswordsBusyError
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pending -= 1


def check_strength(password: str, email: str, pointer: str = "/password") -> None:
    """PasswordWeakError that says what to do. Length decides; rules about characters make people predictable."""
    problem = _weakness(password, email)
    if problem is not None:
        raise PasswordWeakError(problem, fields=(FieldError(pointer, "weak_password", problem),), fix=problem)


def _weakness(password: str, email: str) -> str | None:
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters."
    if len(set(password)) < MIN_DISTINCT:
        return f"Use at least {MIN_DISTINCT} different characters."
    account = email.partition("@")[0].casefold()
    if len(account) > 3 and account in password.casefold():
        return "Leave your e-mail address out of the password."
    return None
