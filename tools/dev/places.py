"""Where `make dev` keeps things: everything below `.dev/`, so that removing one folder forgets all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Places:
    """The paths of one checkout."""

    root: Path = ROOT

    @property
    def dev(self) -> Path:
        return self.root / ".dev"

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
        return self.dev / "engine"

    @property
    def owner_made(self) -> Path:
        """Exists once the database holds the person of `credentials`."""
        return self.dev / "owner-made"

    @property
    def packages_made(self) -> Path:
        """Holds the digest of the lock from which frontend/node_modules was made."""
        return self.dev / "packages-made"

    @property
    def app_sources(self) -> tuple[Path, ...]:
        return (self.root / "app" / "src", self.root / "app" / "migrations")

    def log(self, part: str) -> Path:
        return self.dev / "logs" / f"{part}.log"
