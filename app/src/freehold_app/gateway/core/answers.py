"""What an upstream's refusal means to the caller, who must never learn hosts, credentials or another party's 401."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from freehold_app.gateway.core.body import Fields
from freehold_app.gateway.core.catalog import LLAMACPP, ModelEntry
from freehold_app.gateway.core.errors import INVALID, Refusal, refusal
from freehold_app.gateway.core.head import Route

MAX_ERROR_BYTES = 65_536
OWN_RETRY = frozenset({502, 503, 504})
PROVIDER_RETRY = frozenset({429, 503})
TOO_LARGE_WORDS = ("too large to process", "larger than the max context", "exceeds the available context")


def may_retry_status(model: ModelEntry, status: int) -> bool:
    """Whether another endpoint (or another moment) may answer better."""
    return status in (PROVIDER_RETRY if model.external else OWN_RETRY)


def check_fields(model: ModelEntry, route: Route, fields: Fields) -> Refusal | None:
    """Refuse what the Model's engine would answer wrongly or with a 500."""
    if route.feature not in model.features:
        return refusal("unsupported_endpoint", param="model", m=model.name, route=route.path)
    if model.engine != LLAMACPP:
        return None
    if (fields.n or 1) > 1 or (fields.best_of or 1) > 1:
        param = "n" if (fields.n or 1) > 1 else "best_of"
        return refusal("unsupported_parameter", param=param, m=model.name, why="only one choice is made")
    for param in ("max_tokens", "max_completion_tokens"):
        if getattr(fields, param) == 0:
            return refusal("unsupported_parameter", param=param, m=model.name, why="it must be at least 1")
    return None


def upstream_refusal(
    model: ModelEntry, route: Route, status: int, headers: Mapping[bytes, bytes], content: bytes
) -> Refusal:
    """The caller's answer for an upstream's status >= 300 and its body."""
    error = _error_of(content)
    if model.external and status in {401, 403}:
        return refusal("provider_auth_failed", m=model.name)
    if model.external and status == 429:
        return _provider_limit(model, headers, error)
    if not model.external and status in {401, 403}:
        return refusal("upstream_error", m=model.name, why="the engine refused the gateway's token")
    if status == 500 and route.name == "embeddings" and _is_too_large(error):
        return refusal("input_too_large", param="input", m=model.name)
    if status == 503 and not model.external:
        return refusal("model_unavailable", retry_after_ms=1000, m=model.name, why="the engine is not ready")
    if not 400 <= status < 500:
        return refusal("upstream_error", m=model.name, why=f"status {status}")
    return _passed(status, error)


def _error_of(content: bytes) -> dict[str, Any]:
    """The `error` object of a body in OpenAI's shape, else empty."""
    try:
        error = orjson.loads(content).get("error") if len(content) <= MAX_ERROR_BYTES else None
    except (orjson.JSONDecodeError, AttributeError):
        return {}
    return error if isinstance(error, dict) else {}


def _passed(status: int, error: Mapping[str, Any]) -> Refusal:
    """The upstream's own words, its loose types mended: llama.cpp sends an integer `code` and no `param`."""
    message, kind, code, param = (error.get(name) for name in ("message", "type", "code", "param"))
    return Refusal(
        status=status,
        type=kind if isinstance(kind, str) else INVALID,
        code=code if isinstance(code, str) else f"upstream_{status}",
        message=message if isinstance(message, str) else f"The model answered with status {status}.",
        param=param if isinstance(param, str) else None,
    )


def _provider_limit(model: ModelEntry, headers: Mapping[bytes, bytes], error: Mapping[str, Any]) -> Refusal:
    if "insufficient_quota" in {error.get("code"), error.get("type")}:
        return refusal("provider_quota_exhausted", retry_after_ms=60_000, m=model.name)
    after = headers.get(b"retry-after", b"")
    return refusal("provider_rate_limited", retry_after_ms=int(after) * 1000 if after.isdigit() else 1000, m=model.name)


def _is_too_large(error: Mapping[str, Any]) -> bool:
    message = error.get("message")
    return isinstance(message, str) and any(words in message for words in TOO_LARGE_WORDS)


def heartbeat(model: ModelEntry) -> bytes:
    """A comment that keeps a held stream's connection alive and says how far the Model is."""
    words = [f": freehold model={model.name} phase={model.phase}"]
    if model.progress is not None:
        words.append(f"progress={model.progress:.2f}")
    if model.eta_seconds is not None:
        words.append(f"eta={int(model.eta_seconds)}s")
    return " ".join(words).encode() + b"\n\n"
