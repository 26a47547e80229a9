"""Whether the database has had the migrations of this checkout. Asking it by `migrate` takes seconds at every start."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path


def described(migrations: Path, today: date) -> str:
    """The migrations' digest and the day: partitions are made ahead, so each day's first start looks again."""
    digest = hashlib.sha256()
    for file in sorted(path for path in migrations.rglob("*") if path.suffix in {".py", ".sql"}):
        digest.update(f"{file.relative_to(migrations)}\0".encode() + file.read_bytes())
    return f"{digest.hexdigest()} {today.isoformat()}"


def is_due(stamp: Path, wanted: str) -> bool:
    """Whether `migrate` has something to do for a database that `stamp` tells of."""
    return not stamp.exists() or stamp.read_text() != wanted
