"""What one process is writing, for readers in others: a short-lived Redis Stream that is read by position.

    journal = Journal(redis)
    await journal.append("fh:{<tenant>}:turn:<id>", [b"...", b"..."])
    async for the reader: entries = await journal.read(key, after="0", wait_ms=1000)     # [(id, data), ...]

Nothing in it is the truth: it ends an hour after the last entry and is lost with Redis. RedisUnavailableError where
Redis does not answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from freehold_app.platform.errors import RedisUnavailableError
from freehold_app.platform.redis import RedisClient

KEEP_SECONDS = 3600
FIRST = "0"
_FIELD = b"e"
_READ_ENTRIES = 1000


class Journal:
    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    async def append(self, key: str, entries: Sequence[bytes]) -> None:
        """All or, where this raises, perhaps some: readers must not mind an entry that comes twice."""
        pipeline = self._redis.pipeline(transaction=False)
        for entry in entries:
            pipeline.xadd(key, {_FIELD: entry})
        pipeline.expire(key, KEEP_SECONDS)
        try:
            await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            raise RedisUnavailableError from error

    async def read(self, key: str, after: str, wait_ms: int) -> list[tuple[str, bytes]]:
        """Entries after an id, at once where there are some, else those that come within `wait_ms` (below 2 s)."""
        try:
            answer: Any = await self._redis.xread({key: after}, count=_READ_ENTRIES, block=wait_ms)
        except (RedisError, OSError, TimeoutError) as error:
            raise RedisUnavailableError from error
        streams = answer.values() if isinstance(answer, dict) else [rows for _, rows in answer or []]
        return [(_text(entry_id), fields[_FIELD]) for rows in streams for entry_id, fields in _flat(rows)]


def _flat(rows: Any) -> list[tuple[Any, Any]]:
    """RESP3 clients wrap the entries of one stream in another list."""
    if len(rows) == 1 and isinstance(rows[0], list) and (not rows[0] or isinstance(rows[0][0], list | tuple)):
        return list(rows[0])
    return list(rows)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
