"""Bad input gets an answer that names the field or thing and the remedy; nothing is lost, nothing secret is logged."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.system.platform import Installation, Place, echo, tenant

pytestmark = pytest.mark.node

CANARY = "canary-3f9c1e77b2"


def send(
    platform: Installation, body: bytes, key: str = "", path: str = "/v1/chat/completions"
) -> tuple[int, dict[str, Any]]:
    address = urlsplit(platform.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    headers = {"Authorization": f"Bearer {key or platform.key}", "Content-Type": "application/json"}
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def chat(model: str, text: str = "hi") -> bytes:
    return json.dumps({"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 2}).encode()


def test_an_unknown_field_is_refused_by_name(platform: Installation, place: Place) -> None:
    said = refused(platform, echo("typo", place, maxReplica=2))
    assert "maxReplica" in said


def test_a_wrong_type_is_refused_with_the_fields_path(platform: Installation, place: Place) -> None:
    said = refused(platform, echo("typed", place, maxReplicas="two"))
    assert "spec.maxReplicas" in said
    assert "integer" in said


def test_a_rule_that_is_broken_is_told_as_a_sentence(platform: Installation, place: Place) -> None:
    said = refused(platform, echo("order", place, minReplicas=3, maxReplicas=1))
    assert "minReplicas must not exceed maxReplicas" in said


def refused(platform: Installation, resource: dict[str, Any]) -> str:
    done = platform.kube.call("apply", "--validate=strict", "-f", "-", stdin=json.dumps(resource))
    assert done.returncode != 0, "it was accepted"
    return done.stderr


def test_a_secret_that_is_not_there_is_named_in_the_condition(platform: Installation, place: Place) -> None:
    env = [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "absent-secret", "key": "token"}}}]
    platform.apply(echo("secretless", place, env=env))
    message = platform.told("model", "secretless", place.namespace, "Accepted", "SecretNotFound")
    assert "absent-secret" in message
    platform.kube.kubectl("-n", place.namespace, "delete", "model", "secretless", "--wait=false")


def test_a_tenant_with_no_namespace_to_adopt_says_so_and_makes_none(platform: Installation) -> None:
    platform.apply(tenant("adopter", namespace={"name": "nowhere-to-be-found", "adopt": True}))
    message = platform.told("tenant", "adopter", "", "NamespaceReady", "NotFound")
    assert "nowhere-to-be-found" in message
    assert platform.kube.call("get", "namespace", "nowhere-to-be-found").returncode != 0
    platform.kube.kubectl("delete", "tenant", "adopter", "--timeout=30s")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{not json", 400, "JSON"),
        (b"[]", 400, "object"),
        (b'{"messages": []}', 400, "model"),
        (chat("no-such-model"), 404, "no-such-model"),
    ],
)
def test_a_bad_call_gets_openais_error_shape_and_names_the_thing(
    platform: Installation, body: bytes, status: int, words: str
) -> None:
    seen, answer = send(platform, body)
    assert seen == status, answer
    assert words.lower() in answer["error"]["message"].lower()
    assert {"message", "type", "param", "code"} <= set(answer["error"])


def test_a_bad_key_is_refused(platform: Installation) -> None:
    status, answer = send(platform, chat("smollm2"), key="fhk_not_a_key")
    assert status == 401
    assert answer["error"]["code"] == "invalid_api_key"


def test_a_body_that_is_too_large_is_refused_before_it_is_read(platform: Installation) -> None:
    address = urlsplit(platform.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    connection.putrequest("POST", "/v1/chat/completions")
    for name, value in (
        ("Authorization", f"Bearer {platform.key}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(1 << 33)),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    assert "error" in json.loads(response.read())
    connection.close()


def test_after_all_that_a_good_call_still_works_and_no_log_holds_prompt_or_key(platform: Installation) -> None:
    status, answer = send(platform, chat("smollm2", CANARY))
    assert status == 200, answer
    send(platform, chat("no-such-model", CANARY))
    logs = "".join(
        platform.kube.kubectl("-n", "freehold-system", "logs", "-l", selector, "--all-containers", "--tail=-1")
        for selector in ("app.kubernetes.io/name=freehold-app", "app.kubernetes.io/name=freehold-operator")
    )
    assert len(logs) > 200
    assert CANARY not in logs
    assert platform.key not in logs
