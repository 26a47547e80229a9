"""How an API key is spelt: `fhk_` + 10 characters of public id + `_` + 43 of secret + 6 of checksum, all base 62.

The checksum turns a mistyped key into a refusal without a look-up, and lets scanners find leaked keys for certain.

    key = new_key()
    key.text                      # shown once, never stored
    is_well_formed(key.text)      # True
"""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass

PREFIX = "fhk_"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PUBLIC_LENGTH = 10
_SECRET_BYTES = 32
_SECRET_LENGTH = 43  # 62**43 > 2**256
_CHECK_LENGTH = 6  # 62**6 > 2**32
_SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_PUBLIC_LENGTH}}}_[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECK_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at its birth. Its `repr` tells the public part only."""

    text: str
    public_id: str

    @property
    def last4(self) -> str:
        return self.text[-4:]

    def __repr__(self) -> str:
        return f"NewKey({PREFIX}{self.public_id}_...)"


def new_key() -> NewKey:
    public_id = "".join(secrets.choice(_ALPHABET) for _ in range(_PUBLIC_LENGTH))
    secret = _base62(int.from_bytes(secrets.token_bytes(_SECRET_BYTES)), _SECRET_LENGTH)
    body = f"{PREFIX}{public_id}_{secret}"
    return NewKey(body + _checksum(body), public_id)


def is_well_formed(text: str) -> bool:
    """Whether this can be a key at all."""
    return bool(_SHAPE.fullmatch(text)) and _checksum(text[:-_CHECK_LENGTH]) == text[-_CHECK_LENGTH:]


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK_LENGTH)


def _base62(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
