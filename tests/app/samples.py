"""Valid things with defaults; a test names only what matters to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from freehold_app.events import UsageEvent

TENANT = UUID("019ab49c-0000-7000-8000-00000000000a")
OTHER_TENANT = UUID("019ab49c-0000-7000-8000-00000000000b")
KEY = UUID("019ab49c-0000-7000-8000-0000000000aa")
REQUEST = UUID("019ab49c-2c00-7000-8000-000000000001")


def usage_event(**changes: Any) -> UsageEvent:
    fields: dict[str, Any] = {
        "request_id": REQUEST,
        "tenant_id": TENANT,
        "key_id": KEY,
        "user_id": None,
        "model": "chat",
        "served_model": "smollm2",
        "provider": "",
        "route": "/v1/chat/completions",
        "status": 200,
        "outcome": "ok",
        "prompt_tokens": 10,
        "cached_tokens": 2,
        "completion_tokens": 5,
        "reasoning_tokens": 0,
        "estimated": False,
        "cost_usd_micros": 7,
        "price_version": 1,
        "ttft_ms": 30,
        "duration_ms": 200,
        "held_ms": 0,
        "attempts": 1,
        "replica": "gateway-1",
        "seq": 1,
    }
    return UsageEvent(**{**fields, **changes})
