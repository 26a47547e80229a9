"""Consumer groups on Redis Streams, for facts that may come twice but must not get lost.

    group = StreamGroup(redis, ["fh:usage:0"], group="usage", consumer="pod-1", field=b"e")
    for entry in await group.read(1000): ...          # waits up to a second for the first
    await group.finish(entries)                       # acknowledged and deleted, only after the work is committed

An entry that was read and not finished comes again: to this consumer's next life at once, to others after
`CLAIM_IDLE_MS`. So work must be idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from redis.exceptions import RedisError, ResponseError

from freehold_app.platform.errors import RedisUnavailableError
from freehold_app.platform.redis import RedisClient

CLAIM_IDLE_MS = 30_000  # longer than any batch takes
BLOCK_MS = 1000
_DEAD_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    stream: str
    id: bytes
    data: bytes
    gone: bool = False  # deleted and still pending: it was finished by half


class StreamGroup:
    def __init__(self, redis: RedisClient, streams: Sequence[str], *, group: str, consumer: str, field: bytes) -> None:
        self._redis = redis
        self._streams = tuple(streams)
        self._group = group
        self._consumer = consumer
        self._field = field

    async def open(self) -> None:
        """Make the group where it is missing."""
        with _translated():
            for stream in self._streams:
                try:
                    await self._redis.xgroup_create(stream, self._group, id="0", mkstream=True)
                except ResponseError as error:
                    if not str(error).startswith("BUSYGROUP"):
                        raise

    async def read(self, count: int) -> list[Entry]:
        """New entries of all streams, at most `count` of each; waits up to BLOCK_MS."""
        return await self._read_from(">", count, BLOCK_MS)

    async def unfinished(self, count: int) -> list[Entry]:
        """What this consumer read in an earlier life."""
        while True:
            entries = await self._read_from("0", count, None)
            gone = [entry for entry in entries if entry.gone]
            if not gone:
                return entries
            await self.finish(gone)

    async def claim(self, count: int) -> list[Entry]:
        """What other consumers read long ago and did not finish."""
        found: list[Entry] = []
        with _translated():
            for stream in self._streams:
                answer = await self._redis.xautoclaim(
                    stream, self._group, self._consumer, CLAIM_IDLE_MS, start_id="0-0", count=count
                )
                found += self._entries(stream, answer[1])
        return found

    async def finish(self, entries: Sequence[Entry]) -> None:
        """Acknowledge and delete."""
        pipeline = self._redis.pipeline(transaction=False)
        for stream, group in groupby(sorted(entries, key=attrgetter("stream")), key=attrgetter("stream")):
            ids = [entry.id for entry in group]
            pipeline.xdel(stream, *ids)  # first: cut between the two, it is pending and gone, which `unfinished` clears
            pipeline.xack(stream, self._group, *ids)
        with _translated():
            await pipeline.execute()

    async def bury(self, entries: Sequence[Entry]) -> None:
        """Put aside what can never be worked on, for people to look at, and finish it."""
        pipeline = self._redis.pipeline(transaction=False)
        for entry in entries:
            pipeline.xadd(f"{entry.stream}:dead", {self._field: entry.data}, maxlen=_DEAD_LENGTH, approximate=True)
        with _translated():
            await pipeline.execute()
        await self.finish(entries)

    async def backlog(self) -> int:
        """Entries not finished yet."""
        with _translated():
            return sum([int(await self._redis.xlen(stream)) for stream in self._streams])

    async def _read_from(self, position: str, count: int, block_ms: int | None) -> list[Entry]:
        with _translated():
            try:
                answer: Any = await self._redis.xreadgroup(
                    self._group, self._consumer, dict.fromkeys(self._streams, position), count=count, block=block_ms
                )
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self.open()  # Redis lost everything, the group with it
                return []
        return [entry for stream, batches in _by_stream(answer) for entry in self._entries(stream, batches)]

    def _entries(self, stream: str, rows: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Entry]:
        return [
            Entry(stream, entry_id, (fields or {}).get(self._field, b""), gone=not fields) for entry_id, fields in rows
        ]


def _by_stream(answer: Any) -> list[tuple[str, Any]]:
    items = answer.items() if isinstance(answer, dict) else answer or []
    return [(name.decode() if isinstance(name, bytes) else name, rows) for name, rows in items]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise RedisUnavailableError from error
