"""What a caller sees of the data path: answers, errors, headers; and what the engine sees of the caller."""

from __future__ import annotations

import json
import re

import pytest

from freehold_app.gateway.core.catalog import Readiness, TenantEntry
from tests.app.gateway.raw import CHAT, STREAM, RawClient, get, post
from tests.app.gateway.running import KEY, KEY_ID, OTHER_KEY, TENANT_ID, model, running_gateway
from tests.app.gateway.scripted import (
    DONE,
    END,
    ScriptedServer,
    answer,
    chunk,
    completion,
    delta,
    stream_head,
    streamed,
    usage_chunk,
)

pytestmark = pytest.mark.inproc


async def test_a_json_answer_passes_unchanged_and_is_metered_once(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
    assert reply.status == 200
    assert reply.json == completion()
    assert re.fullmatch(r"req_[0-9a-f]{32}", reply.headers["x-request-id"])
    assert int(reply.headers["x-freehold-overhead-us"]) > 0
    assert reply.headers["cache-control"] == "no-store"
    assert (event.tenant_id, event.key_id, event.model, event.served_model) == (TENANT_ID, KEY_ID, "m", "m")
    assert (event.prompt_tokens, event.completion_tokens, event.estimated) == (7, 3, False)
    assert (event.status, event.outcome, event.route) == (200, "ok", "/v1/chat/completions")
    assert event.request_id.hex == reply.headers["x-request-id"].removeprefix("req_")
    assert event.ttft_ms is not None


async def test_the_body_reaches_the_engine_byte_for_byte_and_no_header_of_the_caller_does(
    engine: ScriptedServer,
) -> None:
    body = b'{ "model" : "m",\n "messages":[{"role":"user","content":"h\\u00e9 \xc3\xa9"}], "x_unknown": [1, 2 ] }'
    async with running_gateway(model(urls=[engine.url])) as running:
        await post(running.port, body, headers="cookie: secret\r\nx-forwarded-for: 1.2.3.4\r\n")
    [seen] = engine.received
    assert seen.body == body
    assert seen.line == "POST /v1/chat/completions HTTP/1.1"
    assert set(seen.headers) == {"host", "content-type", "accept-encoding", "content-length", "x-request-id"}


async def test_a_stream_arrives_event_by_event_and_the_usage_we_asked_for_stays_with_us(
    engine: ScriptedServer,
) -> None:
    engine.scripts = [[stream_head(), chunk(delta("one")), 0.02, chunk(delta("two")), 0.02,
                       chunk(usage_chunk(11, 2) + DONE), END]]  # fmt: skip
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.post(STREAM)
        status, headers = await client.head()
        parts = [part async for part in client.chunks()]
        [event] = await running.events(1)
        await client.close()
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
    assert parts == [delta("one"), delta("two"), DONE]
    assert engine.received[0].json["stream_options"] == {"include_usage": True}
    assert (event.prompt_tokens, event.completion_tokens, event.estimated, event.stream) == (11, 2, False, True)


async def test_a_caller_who_asks_for_usage_gets_it(engine: ScriptedServer) -> None:
    engine.scripts = [streamed("a")]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, STREAM | {"stream_options": {"include_usage": True}})
    assert usage_chunk(7, 1) in reply.body


async def test_usage_is_estimated_where_the_engine_reports_none(engine: ScriptedServer) -> None:
    engine.scripts = [[stream_head(), chunk(delta("a") + delta("b") + DONE), END]]
    async with running_gateway(model(urls=[engine.url])) as running:
        await post(running.port, STREAM)
        [event] = await running.events(1)
    assert (event.completion_tokens, event.estimated) == (2, True)
    assert event.prompt_tokens == round(len(json.dumps(STREAM)) / 4)


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        (b"{", 400, "invalid_json", None),
        (b'{"model": "m"} x', 400, "invalid_json", None),
        (b'\xef\xbb\xbf{"model": "m"}', 400, "invalid_encoding", None),
        (b'{"model": "m", "messages": ["\xff"]}', 400, "invalid_encoding", None),
        (b'{"model": "m", "messages": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400, "body_too_deep", None),
        (b'{"messages": []}', 400, "missing_parameter", "model"),
        (b'{"model": "m"}', 400, "missing_parameter", "messages"),
        (b'{"model": 5, "messages": []}', 400, "invalid_type", "model"),
        (b'{"model": "m", "messages": {}}', 400, "invalid_type", "messages"),
        (b'{"model": "m", "messages": [], "max_tokens": "9"}', 400, "invalid_type", "max_tokens"),
        (b"[]", 400, "invalid_type", "body"),
        (b'{"model": "m", "messages": [], "temperature": NaN}', 400, "invalid_json", None),
        (b'{"model": "nobody", "messages": []}', 404, "model_not_found", "model"),
    ],
    ids=lambda value: value[:40].decode("latin-1") if isinstance(value, bytes) else None,
)
async def test_a_bad_body_is_named(
    engine: ScriptedServer, body: bytes, status: int, code: str, param: str | None
) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, body)
        assert running.meter.events == []
    error = reply.json["error"]
    assert (reply.status, error["code"], error["param"]) == (status, code, param)
    assert set(error) == {"message", "type", "param", "code"}
    assert engine.received == []


async def test_a_body_past_the_limit_is_refused_before_it_is_read_and_the_limit_is_named(
    engine: ScriptedServer,
) -> None:
    async with running_gateway(model(urls=[engine.url]), max_body_bytes=2000) as running:
        client = await RawClient.connect(running.port)
        client.post(b"", headers="content-length: 2001\r\nx-ignored: ")
        declared = await client.answer()
        await client.close()
        client = await RawClient.connect(running.port)
        client.get("/v1/chat/completions", method="POST", headers="transfer-encoding: chunked\r\n")
        client.writer.write(b"bb8\r\n" + b"a" * 3000 + b"\r\n0\r\n\r\n")
        chunked = await client.answer()
        await client.close()
    for reply in (declared, chunked):
        assert (reply.status, reply.code) == (413, "request_too_large")
        assert "2000 bytes" in reply.json["error"]["message"]
        assert reply.headers["connection"] == "close"


async def test_a_body_in_many_pieces_is_one_body(engine: ScriptedServer) -> None:
    body = json.dumps(CHAT | {"pad": "x" * 200_000}).encode()
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.get("/v1/chat/completions", method="POST", headers="transfer-encoding: chunked\r\n")
        for start in range(0, len(body), 50_000):
            piece = body[start : start + 50_000]
            client.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            await client.writer.drain()
        client.writer.write(b"0\r\n\r\n")
        reply = await client.answer()
        await client.close()
    assert reply.status == 200
    assert engine.received[0].body == body
    assert engine.received[0].headers["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [(None, "invalid_api_key", "No API key given"), ("nonsense", "invalid_api_key", "not valid")],
)
async def test_a_missing_or_unknown_key_is_401(engine: ScriptedServer, key: str | None, code: str, words: str) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT, key=key)
    assert (reply.status, reply.code) == (401, code)
    assert words in reply.json["error"]["message"]
    assert reply.headers["www-authenticate"] == "Bearer"


async def test_another_tenants_model_is_unknown(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        foreign = await post(running.port, CHAT, key=OTHER_KEY)
        unknown = await post(running.port, CHAT | {"model": "nobody"}, key=OTHER_KEY)
        listed = await get(running.port, "/v1/models", key=OTHER_KEY)
        own = await get(running.port, "/v1/models", key=KEY)
    assert (foreign.status, foreign.code) == (404, "model_not_found")
    assert unknown.json["error"]["message"] == foreign.json["error"]["message"].replace("'m'", "'nobody'")
    assert listed.json["data"] == []
    assert [item["id"] for item in own.json["data"]] == ["m"]


async def test_the_list_holds_what_a_call_would_answer(engine: ScriptedServer) -> None:
    hidden = [
        model("a-suspended", readiness=Readiness.SUSPENDED),
        model("b-failed", readiness=Readiness.FAILED),
    ]
    async with running_gateway(model("z", urls=[engine.url]), model("c", context_length=512), *hidden) as running:
        listed = await get(running.port, "/v1/models")
        one = await get(running.port, "/v1/models/c")
        hidden_one = await get(running.port, "/v1/models/a-suspended")
        deleted = await get(running.port, "/v1/models/c", method="DELETE")
    assert [item["id"] for item in listed.json["data"]] == ["c", "z"]
    assert one.json["object"] == "model"
    assert one.json["owned_by"] == "acme"
    assert one.json["freehold"]["contextLength"] == 512
    assert (hidden_one.status, hidden_one.code) == (404, "model_not_found")
    assert (deleted.status, deleted.code, deleted.headers["x-should-retry"]) == (
        403,
        "operation_not_permitted",
        "false",
    )


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/v1/nothing", "GET", 404, "unknown_url"),
        ("/v1/chat/completions", "GET", 405, "method_not_allowed"),
        ("/v1/models", "PUT", 405, "method_not_allowed"),
    ],
)
async def test_unknown_paths_and_methods(
    engine: ScriptedServer, path: str, method: str, status: int, code: str
) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await get(running.port, path, method=method)
    assert (reply.status, reply.code) == (status, code)
    assert ("allow" in reply.headers) == (status == 405)


async def test_too_many_headers_are_431(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        many = await get(running.port, "/v1/models", headers="".join(f"x-{n}: 1\r\n" for n in range(120)))
        large = await get(running.port, "/v1/models", headers=f"x-large: {'a' * 40_000}\r\n")
    assert (many.status, many.code) == (431, "headers_too_large")
    assert (large.status, large.code) == (431, "headers_too_large")


async def test_broken_http_is_answered_in_openais_shape(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        client = await RawClient.connect(running.port)
        client.writer.write(b"GET /v1/models HTTP/1.1\r\nbroken header\r\n\r\n")
        reply = await client.answer()
        await client.close()
    assert (reply.status, reply.code, reply.headers["connection"]) == (400, "bad_request", "close")


async def test_a_suspended_tenant_and_model_are_403(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url], readiness=Readiness.SUSPENDED)) as running:
        suspended_model = await post(running.port, CHAT)
        running.publish(model(urls=[engine.url]), tenants=[TenantEntry("acme", "tenant-acme", suspended=True)])
        suspended_tenant = await post(running.port, CHAT)
    assert (suspended_model.status, suspended_model.code) == (403, "model_suspended")
    assert (suspended_tenant.status, suspended_tenant.code) == (403, "tenant_suspended")


async def test_a_model_refuses_what_its_features_do_not_hold(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url], features=frozenset({"TextEmbedding"}))) as running:
        reply = await post(running.port, CHAT)
    assert (reply.status, reply.code) == (400, "unsupported_endpoint")


@pytest.mark.parametrize(("change", "param"), [({"n": 2}, "n"), ({"max_tokens": 0}, "max_tokens")])
async def test_what_llamacpp_would_answer_wrongly_is_refused(
    engine: ScriptedServer, change: dict[str, int], param: str
) -> None:
    async with running_gateway(model(urls=[engine.url], engine="LlamaCpp")) as running:
        reply = await post(running.port, CHAT | change)
    assert (reply.status, reply.code, reply.json["error"]["param"]) == (400, "unsupported_parameter", param)
    async with running_gateway(model(urls=[engine.url], engine="Custom")) as running:
        assert (await post(running.port, CHAT | change)).status == 200


async def test_an_engines_loose_error_becomes_openais(engine: ScriptedServer) -> None:
    loose = {"error": {"code": 400, "message": "too long", "type": "exceed_context_size_error", "n_ctx": 256}}
    engine.scripts = [[answer(400, loose)]]
    async with running_gateway(model(urls=[engine.url])) as running:
        reply = await post(running.port, CHAT)
        [event] = await running.events(1)
    assert reply.status == 400
    assert reply.json["error"] == {
        "message": "too long",
        "type": "exceed_context_size_error",
        "param": None,
        "code": "upstream_400",
    }
    assert (event.outcome, event.error, event.prompt_tokens) == ("error", "upstream_400", 0)


async def test_metrics_count_by_route_model_tenant_and_status(engine: ScriptedServer) -> None:
    async with running_gateway(model(urls=[engine.url])) as running:
        await post(running.port, CHAT)
        await post(running.port, CHAT, key=None)
        await running.events(1)
        labels = {"route": "/v1/chat/completions", "model": "m", "tenant": "acme", "status": "200"}
        assert running.registry.get_sample_value("freehold_gateway_requests_total", labels) == 1
        assert running.registry.get_sample_value("freehold_gateway_tokens_total", {"type": "completion"}) == 3
        assert running.registry.get_sample_value("freehold_gateway_overhead_seconds_count") == 1
