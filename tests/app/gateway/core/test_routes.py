"""The routes file: what is taken, and that each mistake is named."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from freehold_app.gateway.core.catalog import Endpoint, SecretKey
from freehold_app.gateway.core.routes import RoutesError, parse

GOOD: dict[str, Any] = {
    "models": [
        {"name": "own", "tenant": "t", "endpoints": ["${UP}"]},
        {"name": "far", "tenant": "t", "external": {"baseURL": "https://h/v1", "model": "x", "apiKeyEnv": "FAR"}},
    ],
    "tenants": [{"name": "t", "limits": {"requestsPerMinute": 5}}],
    "keys": [{"id": "k", "tenant": "t", "secret": "${KEY}"}],
}
ENVIRON = {"UP": "http://127.0.0.1:9/v1", "KEY": "secret"}


def test_a_good_file() -> None:
    routes = parse(GOOD, ENVIRON)
    own, far = routes.snapshot.find("t", "own"), routes.snapshot.find("t", "far")
    assert own is not None
    assert far is not None
    assert own.endpoints == (Endpoint("127.0.0.1", 9),)
    assert not own.managed
    assert (far.endpoints[0].public, far.upstream_model) == (True, "x")
    assert far.secret == SecretKey("", "FAR", "")
    assert routes.keys[0].secret == "secret"
    assert routes.has_limits


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file["models"][0].update(endpoint="x"), "endpoint"),
        (lambda file: file["models"][0].pop("endpoints"), "needs either endpoints or external"),
        (lambda file: file["models"][0].update(endpoints=["127.0.0.1"]), "http://"),
        (lambda file: file["models"][0].update(tenant="u"), "'u'"),
        (lambda file: file["keys"][0].update(secret="${NOWHERE}"), "NOWHERE"),
        (lambda file: file["keys"][0].update(secret=""), "empty secret"),
        (lambda file: file.pop("tenants"), "tenants"),
        (lambda file: file["tenants"][0]["limits"].update(requestsPerMinute="many"), "requestsPerMinute"),
    ],
)
def test_a_mistake_is_named(change: Any, words: str) -> None:
    file = deepcopy(GOOD)
    change(file)
    with pytest.raises(RoutesError, match=words.replace("$", "\\$")):
        parse(file, ENVIRON)
