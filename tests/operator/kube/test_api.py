"""The transport against a scripted loopback server: what goes over the wire, and what becomes of each answer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from kubernetes.aio.client.configuration import Configuration

from freehold_operator import errors
from freehold_operator.kube.api import AioKubeApi
from freehold_operator.kube.kinds import DEPLOYMENT, MODEL, TENANT, Raw
from freehold_operator.kube.limiter import WriteLimiter
from freehold_operator.kube.login import Credentials, find, from_service_account

pytestmark = pytest.mark.inproc

BODY: Raw = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "t"}}


class Script:
    """Answers in turn what the test queued; remembers each request."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        self.seen: list[tuple[str, str, dict[str, str], dict[str, str], Any]] = []

    def add(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append((status, body or {}, {key.replace("_", "-"): value for key, value in headers.items()}))

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.path, dict(request.query), dict(request.headers), body))
        status, answer, headers = self.answers.pop(0)
        if isinstance(answer, str):
            return web.Response(status=status, text=answer, headers=headers)
        return web.json_response(answer, status=status, headers=headers)


Make = Callable[..., Awaitable[AioKubeApi]]


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def make(script: Script, tmp_path: Path) -> AsyncIterator[Make]:
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", script.handle)
    made: list[AioKubeApi] = []
    token = tmp_path / "token"
    token.write_text("first\n")
    async with TestServer(application) as server:

        async def build(**options: Any) -> AioKubeApi:
            configuration = Configuration(host=str(server.make_url("")).rstrip("/"))
            configuration.client_session_kwargs = {"trust_env": False}
            made.append(AioKubeApi(Credentials(configuration, token_file=token), **options))
            return made[-1]

        yield build
        for api in made:
            await api.close()


async def test_apply_is_server_side_by_force_and_under_our_name(script: Script, make: Make) -> None:
    script.add(200, BODY)
    assert await (await make()).apply(BODY) == BODY
    method, path, query, headers, body = script.seen[0]
    assert (method, path) == ("PATCH", "/apis/apps/v1/namespaces/t/deployments/d")
    assert query == {"fieldManager": "freehold-operator", "force": "true"}
    assert headers["Content-Type"] == "application/apply-patch+yaml"
    assert headers["Authorization"] == "Bearer first"
    assert body == BODY


async def test_status_and_scale_go_to_their_subresources(script: Script, make: Make) -> None:
    api = await make()
    script.add(200)
    script.add(200)
    model = {"apiVersion": MODEL.api_version, "kind": "Model", "metadata": {"name": "m", "namespace": "t"}}
    await api.apply_status(model)
    await api.patch_scale(MODEL, "m", "t", 3, "77")
    assert script.seen[0][1].endswith("/models/m/status")
    assert script.seen[1][1].endswith("/models/m/scale")
    assert script.seen[1][4] == {"spec": {"replicas": 3}, "metadata": {"resourceVersion": "77"}}


async def test_a_list_follows_its_pages_and_fills_in_the_kind(script: Script, make: Make) -> None:
    script.add(200, {"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "next"}})
    script.add(200, {"items": [{"metadata": {"name": "b"}}], "metadata": {}})
    found = await (await make()).list(TENANT, selector={"b": "2", "a": "1"})
    assert [(body["kind"], body["metadata"]["name"]) for body in found] == [("Tenant", "a"), ("Tenant", "b")]
    assert script.seen[0][2] == {"limit": "200", "labelSelector": "a=1,b=2"}
    assert script.seen[1][2]["continue"] == "next"


async def test_a_metadata_list_says_so(script: Script, make: Make) -> None:
    script.add(200, {"items": []})
    assert await (await make()).list(DEPLOYMENT, metadata_only=True) == []
    assert "PartialObjectMetadataList" in script.seen[0][3]["Accept"]


async def test_get_of_nothing_is_none(script: Script, make: Make) -> None:
    script.add(404, {"message": "not found"})
    assert await (await make()).get(DEPLOYMENT, "d", "t") is None


async def test_delete_names_the_uid_and_forgives_who_was_quicker(script: Script, make: Make) -> None:
    api = await make()
    for status in (200, 404, 409):
        script.add(status)
    assert [await api.delete(DEPLOYMENT, "d", "t", "u1") for _ in range(3)] == [True, False, False]
    assert script.seen[0][4]["preconditions"] == {"uid": "u1"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (403, {"message": "no"}, errors.ForbiddenError),
        (409, {"message": "exists"}, errors.ConflictError),
        (422, {"message": "bad"}, errors.InvalidError),
        (400, "plain text", errors.InvalidError),
        (429, {"message": "slow"}, errors.ThrottledError),
        (500, {"message": "x: field not declared in schema"}, errors.UndeclaredFieldError),
        (500, {"message": "boom"}, errors.ApiError),
    ],
)
async def test_each_refusal_has_its_class(
    script: Script, make: Make, status: int, body: Any, kind: type[errors.ApiError]
) -> None:
    script.add(status, body, Retry_After="3")
    with pytest.raises(kind) as caught:
        await (await make()).create(BODY)
    assert caught.value.status == status
    assert caught.value.retry_after_seconds == 3


async def test_a_rotated_token_is_read_again_on_401(script: Script, make: Make, tmp_path: Path) -> None:
    api = await make()
    (tmp_path / "token").write_text("second")
    script.add(401)
    script.add(200, BODY)
    assert await api.get(DEPLOYMENT, "d", "t") == BODY
    assert [seen[3]["Authorization"] for seen in script.seen] == ["Bearer first", "Bearer second"]


async def test_the_same_refused_token_is_not_tried_twice(script: Script, make: Make) -> None:
    script.add(401)
    with pytest.raises(errors.ApiError):
        await (await make()).get(DEPLOYMENT, "d", "t")
    assert len(script.seen) == 1


async def test_no_answer_is_unreachable_and_names_no_query() -> None:
    configuration = Configuration(host="http://127.0.0.1:1")
    configuration.client_session_kwargs = {"trust_env": False}
    api = AioKubeApi(Credentials(configuration, fixed_token="secret"))
    with pytest.raises(errors.UnreachableError) as caught:
        await api.apply(BODY)
    assert "secret" not in str(caught.value)
    assert "?" not in str(caught.value)
    await api.close()


async def test_every_answer_is_counted_and_only_writes_are_limited(script: Script, make: Make) -> None:
    counted: list[tuple[str, str, int]] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    ticks = iter(range(1000))
    limiter = WriteLimiter(rate=1, burst=1, clock=lambda: float(next(ticks)), sleep=sleep)
    api = await make(limiter=limiter, count=lambda *call: counted.append(call))
    script.add(200, BODY)
    script.add(503, {"message": "away"})
    await api.get(DEPLOYMENT, "d", "t")
    assert slept == []
    with pytest.raises(errors.ApiError):
        await api.apply(BODY)
    assert counted == [("GET", "deployments", 200), ("PATCH", "deployments", 503)]


async def test_a_pod_uses_its_mounted_account(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t1")
    (tmp_path / "ca.crt").write_text("")
    credentials = await find({"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}, tmp_path)
    assert credentials.server == "https://[fd00::1]:443"
    assert credentials.read_token() == "t1"
    (tmp_path / "token").write_text("t2")
    assert credentials.read_token() == "t2"
    assert from_service_account(tmp_path, "10.0.0.1", "6443").url("/x", {"a": "b c"}) == "https://10.0.0.1:6443/x?a=b+c"


async def test_outside_a_pod_the_kubeconfig_counts(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        """{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: k, cluster: {server: "https://k:1"}}],
        contexts: [{name: c, context: {cluster: k, user: u}}], users: [{name: u, user: {token: abc}}]}"""
    )
    credentials = await find({"KUBECONFIG": str(path)}, tmp_path / "absent")
    assert (credentials.server, credentials.read_token()) == ("https://k:1", "abc")
