"""Counts what callers asked of the API server, from its audit log.

The log holds who asked for what (no bodies). "Nothing is written at rest" is checked by counting here, at the server,
not in the program that claims it.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from localkube.errors import UsageError

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


@dataclass(frozen=True, order=True)
class Call:
    """One request: who, what, on which object, when, with which outcome (HTTP status)."""

    time: datetime.datetime
    user: str
    verb: str
    resource: str
    namespace: str
    name: str
    code: int


def parse(line: str) -> Call | None:
    """A line of the log; None if it is no request on an object, or only half written yet."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    target = event.get("objectRef")
    if event.get("stage") not in {"ResponseComplete", "Panic"} or not target:
        return None
    resource = "/".join(filter(None, (target.get("resource"), target.get("subresource"))))
    return Call(
        datetime.datetime.fromisoformat(event["requestReceivedTimestamp"]),
        event["user"].get("username", ""),
        event["verb"],
        resource,
        target.get("namespace", ""),
        target.get("name", ""),
        event.get("responseStatus", {}).get("code", 0),
    )


def calls(log: Path) -> Iterator[Call]:
    """Every call in the log and its rotated parts, oldest part first."""
    rotated = sorted(log.parent.glob(f"{log.stem}-*{log.suffix}"))
    for file in (*rotated, log):
        if file.exists():
            with file.open() as lines:
                yield from filter(None, map(parse, lines))


def counted(found: Iterable[Call], since: datetime.datetime, *, reads: bool = False) -> Counter[tuple[str, str, str]]:
    """Calls at or after ``since`` by user, verb and resource; writes only, unless ``reads``."""
    return Counter(
        (call.user, call.verb, call.resource) for call in found if call.time >= since and (reads or call.verb in WRITES)
    )


def moment(text: str, now: datetime.datetime) -> datetime.datetime:
    """A time as ISO 8601 or as an age (``90s``, ``3m``, ``1h``). UsageError if it is neither."""
    age = re.fullmatch(r"(\d+)([smh])", text)
    if age:
        return now - datetime.timedelta(seconds=int(age[1]) * {"s": 1, "m": 60, "h": 3600}[age[2]])
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"not a time: {text!r} (ISO 8601, or an age such as 90s, 3m, 1h)") from error
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
