"""Packed events on disk while Redis is away: length, CRC-32, bytes; bounded; read back in order.

A process that dies in the middle of a write leaves a broken last record: it is cut off at the next start. What was sent
but not yet dropped is sent again, which the worker's idempotent insert forgives.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

HEADER = struct.Struct(">II")
FILE_NAME = "usage.spool"


class Spool:
    """One file. Blocking: call it from a thread."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / FILE_NAME
        self._max_bytes = max_bytes
        self._file = self._path.open("a+b")
        self._read_at = 0
        self._peeked_to = 0
        self.size_bytes = self._cut_broken_end()

    def write(self, records: list[bytes]) -> int:
        """Append and fsync; how many fitted."""
        written = 0
        for data in records:
            if self.size_bytes + HEADER.size + len(data) > self._max_bytes:
                break
            self._file.write(HEADER.pack(len(data), zlib.crc32(data)) + data)
            self.size_bytes += HEADER.size + len(data)
            written += 1
        self._file.flush()
        os.fsync(self._file.fileno())
        return written

    def peek(self, count: int) -> list[bytes]:
        """The oldest records, which stay until `drop_peeked`."""
        found: list[bytes] = []
        self._file.seek(self._read_at)
        while len(found) < count:
            data = self._next()
            if data is None:
                break
            found.append(data)
        self._peeked_to = self._file.tell() if found else self._read_at
        return found

    def drop_peeked(self) -> None:
        """The peeked records are safe elsewhere. The file shrinks when all are."""
        self._read_at = self._peeked_to
        if self._read_at >= self.size_bytes:
            self._file.truncate(0)
            self._file.seek(0)
            self._read_at = self._peeked_to = self.size_bytes = 0

    def close(self) -> None:
        """Close the file; what it holds is replayed at the next start."""
        self._file.close()

    def _next(self) -> bytes | None:
        """The record at the file's position, or None at its end or where it is broken."""
        header = self._file.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        length, checksum = HEADER.unpack(header)
        data = self._file.read(length)
        return data if len(data) == length and zlib.crc32(data) == checksum else None

    def _cut_broken_end(self) -> int:
        """Size of the whole records."""
        self._file.seek(0)
        end = 0
        while self._next() is not None:
            end = self._file.tell()
        self._file.truncate(end)
        self._file.seek(end)
        return end
