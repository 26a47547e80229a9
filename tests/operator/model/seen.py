"""Builds an Observed without any API server: what the pure tests decide from."""

from typing import Any

from freehold_crds import parse_model
from freehold_operator.model import profiles
from freehold_operator.model.observed import Observed, Platform, TenantView, Token
from tests.operator.model.world import IMAGES, START, model_body

PLATFORM = Platform(
    release_namespace="freehold-system",
    gateway_account="freehold-gateway",
    engine_images=IMAGES,
    profiles=profiles.BUILT_IN,
    default_profile="cpu",
    operator_image="freehold/operator:1",
)


def seen(name: str = "m", /, *, spec: dict[str, Any] | None = None, **parts: Any) -> Observed:
    """`seen(spec={"engine": "Echo"}, pods=(...))`."""
    raw = model_body(name, **(spec or {}))
    raw["metadata"] |= {"uid": "uid-m", "generation": 1, "resourceVersion": "5"}
    raw["status"] = parts.pop("status", {})
    given: dict[str, Any] = {
        "platform": PLATFORM,
        "now": START,
        "tenant": TenantView("acme"),
        "token": Token(digest="d"),
    } | parts
    return Observed(model=parse_model(raw), raw=raw, **given)
