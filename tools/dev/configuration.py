"""What each program of `make dev` is started with: environments, argument lists and the routes file. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.credentials import TENANT, Credentials
from dev.ports import Ports

MODEL = "smollm2"
CONTEXT_TOKENS = 8192  # four calls of 2,048 tokens, SmolLM2's own length
SLOTS = 4
HOST = "127.0.0.1"
# What would lead our programs to a cluster, to somebody's database or away from these settings.
_FOREIGN = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")

ROUTES = """# Written by `make dev` at each start: the Models of this installation without a cluster.
models:
  - name: {model}
    tenant: {tenant}
    engine: LlamaCpp
    features: [TextGeneration]
    contextLength: {context}
    endpoints: ["http://{host}:{port}"]
tenants:
  - name: {tenant}
keys: []
"""


@dataclass(frozen=True)
class Stores:
    """Addresses of PostgreSQL, for each role that we use, and of Valkey."""

    migrator: str
    app: str
    worker: str
    redis: str


def address(ports: Ports) -> str:
    """What people open, and the one origin of this installation."""
    return f"http://{HOST}:{ports.web}"


def routes(ports: Ports) -> str:
    """The gateway's and the catalogue's routes file."""
    return ROUTES.format(model=MODEL, tenant=TENANT, context=CONTEXT_TOKENS // SLOTS, host=HOST, port=ports.engine)


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without what would change where Freehold reads and writes."""
    return {name: value for name, value in environ.items() if not name.startswith("FREEHOLD_") and name not in _FOREIGN}


def app_environment(
    ports: Ports, stores: Stores, secrets: Credentials, routes_file: Path, bootstrap: str = ""
) -> dict[str, str]:
    """Settings of `serve` and `create-owner`; with `bootstrap` a browser can make the first owner."""
    return {
        "FREEHOLD_ENVIRONMENT": "development",
        "FREEHOLD_PUBLIC_URL": address(ports),
        "FREEHOLD_DRAIN_SECONDS": "0",
        "FREEHOLD_DATABASE_URL": stores.app,
        "FREEHOLD_DATABASE_WORKER_URL": stores.worker,
        "FREEHOLD_REDIS_URL": stores.redis,
        "FREEHOLD_KEYS_PEPPERS": json.dumps({"1": secrets.pepper}),
        "FREEHOLD_AUTH_SIGNING_KEYS": json.dumps({"1": secrets.signing_key}),
        "FREEHOLD_AUTH_BOOTSTRAP_TOKEN": bootstrap,
        "FREEHOLD_GATEWAY_LISTEN": f"{HOST}:{ports.app}",
        "FREEHOLD_GATEWAY_ADMIN_LISTEN": f"{HOST}:{ports.admin}",
        "FREEHOLD_GATEWAY_ROUTES": str(routes_file),
    }


def migration_environment(stores: Stores) -> dict[str, str]:
    """Settings of `migrate`, which alone may change the schema."""
    return {"FREEHOLD_ENVIRONMENT": "development", "FREEHOLD_DATABASE_URL": stores.migrator}


def engine_arguments(weights: Path, ports: Ports) -> list[str]:
    """Arguments of engines/llamacpp/serve.py."""
    return [
        *("--model", str(weights), "--alias", MODEL, "--host", HOST, "--port", str(ports.engine)),
        *("--ctx-size", str(CONTEXT_TOKENS), "--parallel", str(SLOTS), "--drain-seconds", "0"),
    ]
