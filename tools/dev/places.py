"""Where `make dev` keeps things: everything below `.dev/`, so that removing one folder forgets all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """The paths of one checkout."""

    root: Path = ROOT
    trial: bool = False
    """Whether this is a `trial`: data of its own, so that it runs beside `make dev` and never touches its people."""

    @property
    def dev(self) -> Path:
        return self.root / ".dev" / "trial" if self.trial else self.root / ".dev"

    @property
    def postgres(self) -> Path:
        return self.dev / "postgres"

    @property
    def valkey(self) -> Path:
        return self.dev / "valkey"

    @property
    def credentials(self) -> Path:
        return self.dev / "credentials.json"

    @property
    def routes(self) -> Path:
        return self.dev / "routes.yaml"

    @property
    def engine(self) -> Path:
        """Of the engine: llama.cpp's library and the weights, some 200 MB; `make dev-reset` keeps it."""
        return self.root / ".dev" / "engine"

    @property
    def owner_made(self) -> Path:
        """Exists once the database holds the person of `credentials`."""
        return self.dev / "owner-made"

    @property
    def schema_made(self) -> Path:
        """Says which migrations the database has had, and on which day its partitions were made."""
        return self.dev / "schema-made"

    @property
    def migrations(self) -> Path:
        return self.root / "app" / "migrations"

    @property
    def app_sources(self) -> tuple[Path, ...]:
        return (self.root / "app" / "src", self.root / "app" / "migrations")

    def log(self, part: str) -> Path:
        return self.dev / "logs" / f"{part}.log"
