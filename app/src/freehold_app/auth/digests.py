"""Keys as the database knows them: HMAC-SHA256 under a pepper that the database does not have.

Peppers have versions, so that they can be changed without changing keys: the highest signs, all verify.

    peppers = Peppers({1: b"...", 2: b"..."})
    peppers.sign("fhk_...")           # (2, digest)
    list(peppers.candidates("fhk_"))  # newest first, one digest per version
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping


class Peppers:
    def __init__(self, secrets: Mapping[int, bytes]) -> None:
        """`secrets` by version; ValueError if there is none."""
        if not secrets:
            raise ValueError("at least one pepper is needed")
        self._newest_first = sorted(secrets.items(), reverse=True)

    def sign(self, key: str) -> tuple[int, bytes]:
        version, secret = self._newest_first[0]
        return version, _digest(secret, key)

    def candidates(self, key: str) -> Iterator[bytes]:
        for _, secret in self._newest_first:
            yield _digest(secret, key)

    @property
    def versions(self) -> list[int]:
        """Newest first."""
        return [version for version, _ in self._newest_first]

    def derive(self, purpose: str, version: int) -> bytes:
        """A key for another purpose, which says nothing about this one."""
        return hmac.digest(dict(self._newest_first)[version], b"derive\0" + purpose.encode(), "sha256")

    def __repr__(self) -> str:
        return f"Peppers(versions={[version for version, _ in self._newest_first]})"


def _digest(secret: bytes, key: str) -> bytes:
    return hmac.digest(secret, key.encode(), "sha256")
