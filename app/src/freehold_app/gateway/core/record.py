"""An ended exchange as the `UsageEvent` that is billed and the line that is logged. Neither holds content."""

from __future__ import annotations

from uuid import UUID

from freehold_app.events import UsageEvent
from freehold_app.gateway.core.catalog import EXTERNAL
from freehold_app.gateway.core.exchange import Exchange
from freehold_app.gateway.core.ports import Settlement


def usage_event(exchange: Exchange, settlement: Settlement, replica: str, seq: int) -> UsageEvent:
    """The one event of an admitted request."""
    caller, model, route = exchange.caller, exchange.model, exchange.route
    assert caller is not None
    assert model is not None
    assert route is not None
    tokens, first = settlement.tokens, exchange.first_byte_at
    return UsageEvent(
        request_id=UUID(int=exchange.request_id),
        tenant_id=caller.tenant_id,
        key_id=caller.key_id,
        user_id=caller.user_id,
        model=exchange.model_name,
        served_model=model.name,
        provider=model.endpoints[0].host if model.engine == EXTERNAL and model.endpoints else "",
        route=route.path,
        status=exchange.status,
        outcome=settlement.outcome,
        prompt_tokens=tokens.prompt,
        cached_tokens=tokens.cached,
        completion_tokens=tokens.completion,
        reasoning_tokens=tokens.reasoning,
        estimated=tokens.estimated,
        cost_usd_micros=0,
        price_version=0,
        ttft_ms=int((first - exchange.started_at) * 1000) if first is not None else None,
        duration_ms=int((settlement.now - exchange.started_at) * 1000),
        held_ms=int(exchange.held_seconds * 1000),
        attempts=settlement.attempts,
        replica=replica,
        seq=seq,
        stream=exchange.stream,
        error=exchange.error,
        overhead_us=int(exchange.overhead_seconds * 1_000_000),
    )
