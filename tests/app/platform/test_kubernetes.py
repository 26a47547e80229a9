"""The Kubernetes client against a small scripted API server: lists, watches, breaks, tokens.

Real: aiohttp on both sides. Open: TLS and a real API server, which the api tier has.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web

from freehold_app.platform import kubernetes
from freehold_app.platform.kubernetes import (
    MAX_LINE_BYTES,
    Access,
    Cause,
    ConflictError,
    ForbiddenError,
    KubeClient,
    KubernetesUnavailableError,
    NotFoundError,
    Raw,
    RejectedError,
    from_kubeconfig,
    in_cluster,
)

pytestmark = pytest.mark.inproc

PATH = "/apis/freehold.dev/v1alpha1/models"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def item(name: str, version: int = 1) -> Raw:
    return {"metadata": {"name": name, "namespace": "t", "resourceVersion": str(version)}}


def page(*items: Raw, version: str = "10", follow: str = "") -> web.Response:
    return web.json_response({"items": list(items), "metadata": {"resourceVersion": version, "continue": follow}})


class Sink:
    """Notes what the watch says and wakes who waits for it."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Any]] = []
        self.news = asyncio.Event()

    def _note(self, kind: str, what: Any) -> None:
        self.seen.append((kind, what))
        self.news.set()

    def replace(self, objects: list[Raw]) -> None:
        self._note("replace", [entry["metadata"]["name"] for entry in objects])

    def change(self, kind: str, item: Raw) -> None:
        self._note(kind, item["metadata"]["name"])

    def heard(self) -> None:
        """Every line is heard; the order of news is what these tests are about."""

    def lost(self, error: Exception) -> None:
        self._note("lost", type(error).__name__)

    async def until(self, count: int) -> list[tuple[str, Any]]:
        async with asyncio.timeout(5):
            while len(self.seen) < count:
                self.news.clear()
                await self.news.wait()
        return self.seen[:count]


class Server:
    """Answers lists from one script and watches from another."""

    def __init__(self) -> None:
        self.lists: list[web.Response | Handler] = []
        self.watches: list[list[Any]] = []
        self.calls: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request)
        self.bodies.append(await request.read())
        if "watch" in request.query:
            return await self._watch(request)
        answer = self.lists.pop(0)
        return answer if isinstance(answer, web.Response) else await answer(request)

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        script = self.watches.pop(0) if self.watches else ["hang"]
        if isinstance(script[0], int):
            return web.json_response({"message": "no"}, status=script[0])
        response = web.StreamResponse()
        await response.prepare(request)
        for step in script:
            if step == "hang":
                await asyncio.Event().wait()
            elif isinstance(step, bytes):
                await response.write(step)
            else:
                await response.write(orjson.dumps(step) + b"\n")
        return response


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(kubernetes, "BACKOFF_FIRST_SECONDS", 0.01)
    scripted = Server()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", scripted.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    scripted.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield scripted
    await runner.cleanup()


@contextlib.asynccontextmanager
async def following(server: Server, sink: Sink, **options: str) -> AsyncIterator[None]:
    async with KubeClient(Access(server.url, lambda: "token-1", None)) as kube:
        task = asyncio.create_task(kube.follow(PATH, sink, **options))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_list_in_pages_and_then_changes(server: Server) -> None:
    server.lists = [page(item("a"), follow="more"), page(item("b"))]
    server.watches = [
        [
            {"type": "ADDED", "object": item("c", 11)},
            {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "12"}}},
            {"type": "DELETED", "object": item("a", 13)},
            "hang",
        ]
    ]
    sink = Sink()
    async with following(server, sink, selector="freehold.dev/model"):
        assert await sink.until(3) == [("replace", ["a", "b"]), ("ADDED", "c"), ("DELETED", "a")]
    queries = [call.query for call in server.calls]
    assert queries[1]["continue"] == "more"
    assert queries[2]["resourceVersion"] == "10"
    assert queries[2]["allowWatchBookmarks"] == "true"
    assert {query["labelSelector"] for query in queries} == {"freehold.dev/model"}


async def test_a_watch_that_ends_goes_on_from_the_last_bookmark(server: Server) -> None:
    server.lists = [page()]
    bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "99"}}}
    server.watches = [[bookmark], [{"type": "MODIFIED", "object": item("a", 100)}, "hang"]]
    sink = Sink()
    async with following(server, sink):
        assert await sink.until(2) == [("replace", []), ("MODIFIED", "a")]
    assert [call.query.get("resourceVersion") for call in server.calls] == [None, "10", "99"]


@pytest.mark.parametrize(
    "end", [[410], [{"type": "ERROR", "object": {"code": 410, "message": "too old"}}]], ids=["status", "event"]
)
async def test_an_expired_version_lists_again(server: Server, end: list[Any]) -> None:
    server.lists = [page(item("a")), page(item("b"), version="20")]
    server.watches = [end, ["hang"]]
    sink = Sink()
    async with following(server, sink):
        assert await sink.until(2) == [("replace", ["a"]), ("replace", ["b"])]


@pytest.mark.parametrize(
    ("watch", "error"),
    [
        ([500], "KubernetesUnavailableError"),
        ([403], "ForbiddenError"),
        ([b'{"type": "ADDED", "obj\n'], "JSONDecodeError"),
    ],
    ids=["500", "403", "garbage"],
)
async def test_a_broken_watch_is_reported_and_tried_again(server: Server, watch: list[Any], error: str) -> None:
    server.lists = [page(item("a")), page(item("a"), item("b"))]
    server.watches = [watch, ["hang"]]
    sink = Sink()
    async with following(server, sink):
        assert await sink.until(3) == [("replace", ["a"]), ("lost", error), ("replace", ["a", "b"])]


async def test_a_silent_watch_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kubernetes, "SILENCE_SECONDS", 0.05)
    server.lists = [page(item("a")), page(item("b"))]
    sink = Sink()
    async with following(server, sink):
        seen = await sink.until(3)
    assert seen[0] == ("replace", ["a"])
    assert seen[1][0] == "lost"
    assert seen[2] == ("replace", ["b"])


async def test_an_event_in_pieces_and_a_large_one(server: Server) -> None:
    server.lists = [page()]
    large = item("large", 12)
    large["spec"] = {"args": ["x" * 300_000]}
    line = orjson.dumps({"type": "ADDED", "object": item("cut", 11)}) + b"\n"
    server.watches = [[line[:20], line[20:], {"type": "ADDED", "object": large}, "hang"]]
    sink = Sink()
    async with following(server, sink):
        assert await sink.until(3) == [("replace", []), ("ADDED", "cut"), ("ADDED", "large")]


async def test_a_401_reads_the_token_again_once(server: Server) -> None:
    tokens = iter(["old", "new", "newest"])
    server.lists = [web.json_response({}, status=401), web.json_response({"kind": "Secret"})]
    async with KubeClient(Access(server.url, lambda: next(tokens), None)) as kube:
        assert await kube.get("/api/v1/x") == {"kind": "Secret"}
    assert [call.headers["authorization"] for call in server.calls] == ["Bearer old", "Bearer new"]
    server.lists = [web.json_response({}, status=401) for _ in range(2)]
    async with KubeClient(Access(server.url, lambda: "always-old", None)) as kube:
        with pytest.raises(ForbiddenError):
            await kube.get("/api/v1/x")
    assert len(server.calls) == 4


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (422, RejectedError),
        (429, KubernetesUnavailableError),
        (503, KubernetesUnavailableError),
    ],
)
async def test_each_status_is_its_error(server: Server, status: int, kind: type[Exception]) -> None:
    server.lists = [web.json_response({"message": "said so"}, status=status)]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        with pytest.raises(kind, match="said so"):
            await kube.get("/api/v1/x")


async def test_a_merge_patch_is_sent_as_one(server: Server) -> None:
    server.lists = [web.json_response({"spec": {"replicas": 1}})]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        assert await kube.merge_patch("/x/scale", {"spec": {"replicas": 1}}) == {"spec": {"replicas": 1}}
    [call] = server.calls
    assert (call.method, call.headers["content-type"]) == ("PATCH", "application/merge-patch+json")
    assert orjson.loads(server.bodies[0]) == {"spec": {"replicas": 1}}


async def test_server_side_apply_names_its_manager_and_hears_who_else_owns_a_field(server: Server) -> None:
    cause = {"field": ".spec.x", "reason": "FieldManagerConflict", "message": 'conflict with "kubectl"'}
    server.lists = [
        web.json_response({"kind": "Model"}),
        web.json_response({"message": "Apply failed", "details": {"causes": [cause]}}, status=409),
    ]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        assert await kube.apply("/x", {"spec": {}}, fieldManager="freehold-app", dryRun="") == {"kind": "Model"}
        with pytest.raises(ConflictError) as caught:
            await kube.apply("/x", {"spec": {}}, fieldManager="freehold-app", force="true")
    assert [call.headers["content-type"] for call in server.calls] == ["application/apply-patch+yaml"] * 2
    assert [call.path_qs for call in server.calls] == [
        "/x?fieldManager=freehold-app",
        "/x?fieldManager=freehold-app&force=true",
    ]
    assert caught.value.causes == (Cause(".spec.x", "FieldManagerConflict", 'conflict with "kubectl"'),)


async def test_a_deletion_carries_its_preconditions(server: Server) -> None:
    server.lists = [web.json_response({"kind": "Status"})]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        await kube.delete("/x", {"preconditions": {"uid": "u"}})
    assert (server.calls[0].method, orjson.loads(server.bodies[0])) == ("DELETE", {"preconditions": {"uid": "u"}})


async def test_a_logs_lines_come_whole_and_bounded(server: Server) -> None:
    server.lists = [web.Response(body=b"one\ntwo\n" + b"x" * 40_000 + b"\nlast")]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        found = [line async for batch in kube.lines("/log") for line in batch]
    assert found == [b"one", b"two", b"x" * MAX_LINE_BYTES, b"last"]


async def test_a_log_that_is_refused_says_why(server: Server) -> None:
    server.lists = [web.json_response({"message": "container is waiting"}, status=400)]
    async with KubeClient(Access(server.url, lambda: None, None)) as kube:
        with pytest.raises(RejectedError, match="waiting"):
            await anext(kube.lines("/log"))


async def test_nobody_at_the_address_is_unavailable() -> None:
    async with KubeClient(Access("http://127.0.0.1:9", lambda: None, None)) as kube:
        with pytest.raises(KubernetesUnavailableError):
            await kube.get("/api/v1/x")


def test_access_in_a_pod_and_from_a_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(KubernetesUnavailableError):
        in_cluster(tmp_path, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(
        "current-context: c\n"
        "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
        "clusters: [{name: k, cluster: {server: 'http://127.0.0.1:1/'}}]\n"
        "users: [{name: u, user: {token: t}}]\n"
    )
    access = from_kubeconfig(kubeconfig)
    assert (access.server, access.token(), access.tls) == ("http://127.0.0.1:1", "t", None)
