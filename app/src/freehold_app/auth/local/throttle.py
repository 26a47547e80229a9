"""Against guessing: how often one may try to sign in, by account and by address; slower and slower, never locked out.

The burst is generous to people; past it, one try a minute passes, so that nobody can lock another person out for good.
"""

from __future__ import annotations

import hashlib
import ipaddress

from freehold_app.kit.errors import RateLimitedError
from freehold_app.kit.limits import Limit, Limiter

QUARTER = 900.0
HOUR = 3600.0
LOGIN_ACCOUNT = Limit(5, QUARTER)
LOGIN_ADDRESS = Limit(30, QUARTER)
SLOW_LANE = Limit(1, 60.0)
TOKEN_ADDRESS = Limit(10, HOUR)
REFRESH_FAMILY = Limit(60, HOUR)
SESSION_PART = 36  # "fhr_" and the session's id in hexadecimal


class Throttle:
    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def sign_in(self, email: str, address: str) -> None:
        """RateLimitedError with at most a minute to wait."""
        for subject, limit in (
            (f"login:account:{_hashed(email.strip().casefold())}", LOGIN_ACCOUNT),
            (f"login:address:{network_of(address)}", LOGIN_ADDRESS),
        ):
            if await self._limiter.take(subject, limit) > 0:
                await self._take(f"{subject}:slow", SLOW_LANE)

    async def token(self, what: str, address: str) -> None:
        """Bootstrap tokens and invitations."""
        await self._take(f"{what}:address:{network_of(address)}", TOKEN_ADDRESS)

    async def refresh(self, cookie: str) -> None:
        """By the session that the cookie names, not by its secret, which changes."""
        await self._take(f"refresh:{_hashed(cookie[:SESSION_PART])}", REFRESH_FAMILY)

    async def _take(self, subject: str, limit: Limit) -> None:
        wait = await self._limiter.take(subject, limit)
        if wait > 0:
            raise RateLimitedError("too many tries", retry_after_seconds=int(wait) + 1, fix="Wait, then try once more.")


def network_of(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one: whoever has one address of it has all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def cut_address(address: str) -> str:
    """What is kept of an address: /24, or /48 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    bits = 48 if isinstance(parsed, ipaddress.IPv6Address) else 24
    return str(ipaddress.ip_network((parsed, bits), strict=False))


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
