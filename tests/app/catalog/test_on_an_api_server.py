"""Models are made, changed and deleted on a real API server, with the rights that the charts give and no others.

Real: etcd and kube-apiserver with our definitions, control over ASGI with its own watch and database, the account
freehold-control with a token of its own and the roles as the charts render them, in both shapes of an installation.
Faked: the operator's part (the Tenant's namespace and the binding in it). Open: pods, of which this tier has none.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from httpx2 import Response

from freehold_app.auth.principal import Role
from freehold_app.catalog.service import Catalog
from freehold_app.control import API, ControlRole
from freehold_app.lifespan import Resources
from freehold_app.main import control_deps
from freehold_app.platform.kubernetes import KubeClient, from_kubeconfig
from freehold_app.platform.postgres import open_database
from freehold_app.platform.telemetry import new_registry
from freehold_app.worker import count_restarts
from tests.app.conftest import FakeClock
from tests.app.control_fixtures import control_settings
from tests.app.people import Control, Person, client_of
from tests.charts.rendering import Rendered, case
from tests.kube_fixtures import Kube
from tests.store_fixtures import TestDatabase

pytestmark = [pytest.mark.api, pytest.mark.stores, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[3]
RBAC = "rbac.authorization.k8s.io"
ACCOUNT = "freehold-control"
MODELS = f"{API}/models"
SEEN_SECONDS = 20.0
ECHO = {"engine": "Echo", "displayName": "One", "maxReplicas": 2}
FIXED = {"engine": "Echo", "autoscaling": {"mode": "Fixed"}, "replicas": 0}


@dataclass(slots=True)
class Shape:
    """An installation's account and what it may do in one tenant's namespace."""

    kube: Kube
    tenant: str
    release: str
    kubeconfig: Path

    @property
    def namespace(self) -> str:
        return f"tenant-{self.tenant}"

    def bound(self, rendered: Rendered) -> Iterator[dict[str, Any]]:
        """The account's roles of the cluster and, as the operator binds it, of the namespace; under new names."""
        roles = {
            item["roleRef"]["name"]
            for item in rendered.of("ClusterRoleBinding").values()
            if any(one["name"] == ACCOUNT for one in item["subjects"])
        }
        assert ACCOUNT in roles
        for name in (*sorted(roles), "freehold-tenant-admin"):
            role = rendered.one("ClusterRole", name)
            yield {**role, "metadata": {"name": f"{self.release}-{name}"}}
            kind = "RoleBinding" if name == "freehold-tenant-admin" else "ClusterRoleBinding"
            yield self._binding(kind, f"{self.release}-{name}")

    def _binding(self, kind: str, role: str) -> dict[str, Any]:
        metadata = {"name": role} | ({"namespace": self.namespace} if kind == "RoleBinding" else {})
        return {
            "apiVersion": f"{RBAC}/v1",
            "kind": kind,
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": self.release}],
        }

    def live(self, name: str) -> Any:
        return self.kube.get("model", name, f"--namespace={self.namespace}")

    def is_there(self, name: str) -> bool:
        return self.kube.call("get", "model", name, f"--namespace={self.namespace}").returncode == 0


@pytest.fixture(scope="module")
def kube(kube_api: Kube) -> Kube:
    for name in ("models", "tenants"):
        kube_api.apply((ROOT / f"k8s/crds/{name}.freehold.dev.yaml").read_text())
    kube_api.kubectl("wait", "--for=condition=Established", "crd", "tenants.freehold.dev", "models.freehold.dev")
    return kube_api


@pytest.fixture(params=["small", "split"])
def shape(request: pytest.FixtureRequest, kube: Kube, tmp_path: Path) -> Iterator[Shape]:
    """`small` is the whole app in one Deployment, `split` a Deployment for each role."""
    name = uuid.uuid4().hex[:8]
    made = Shape(kube, f"t{name}", f"r{name}", tmp_path / "kubeconfig")
    for namespace in (made.release, made.namespace):
        kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    kube.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}, made.release)
    objects = list(made.bound(case(request.param)))
    kube.kubectl("apply", "--server-side", "--filename=-", stdin=yaml.safe_dump_all(objects))
    token = kube.kubectl("create", "token", ACCOUNT, f"--namespace={made.release}").strip()
    config = yaml.safe_load(kube.kubeconfig.read_text())
    config["users"] = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
    made.kubeconfig.write_text(yaml.safe_dump(config))
    yield made
    for item in objects:
        kube.call("delete", item["kind"], item["metadata"]["name"], f"--namespace={made.namespace}", "--wait=false")
    kube.call("delete", "models", "--all", f"--namespace={made.namespace}", "--wait=false")
    kube.call("delete", "namespace", made.release, made.namespace, "--wait=false")


@pytest.fixture
async def control(db: TestDatabase, clock: FakeClock, shape: Shape) -> AsyncIterator[Control]:
    settings = control_settings(db)
    database = open_database(settings.database.url, settings.database, clock)
    kube = KubeClient(from_kubeconfig(shape.kubeconfig))
    resources = Resources(clock=clock, registry=new_registry(), database=database, kube=kube)
    deps = control_deps(settings, resources)
    role = ControlRole(deps, count_restarts(resources.registry))
    stop = asyncio.Event()
    [slice_] = [part for part in role._slices if part.name == "catalog"]
    watching = asyncio.ensure_future(slice_.loops["watch"](stop))
    async with client_of(role) as anonymous:
        made = Control(role, deps, clock, anonymous)
        await _listed(slice_.gives)
        yield made
    stop.set()
    await watching
    await kube.aclose()
    await database.close()


async def _listed(gives: Any) -> None:
    [catalog] = [thing for thing in gives if isinstance(thing, Catalog)]
    async with asyncio.timeout(SEEN_SECONDS):
        listener = catalog.informer.subscribe()
        while not catalog.informer.listed:
            await listener.news.wait()
            listener.take()


@pytest.fixture
async def engineer(control: Control, shape: Shape) -> Person:
    return await control.person("eva@example.org", tenant=shape.tenant, role=Role.ENGINEER)


def told(answer: Response) -> tuple[int, str | None, list[str]]:
    """Status, code, and the fields that are named."""
    body = answer.json()
    return answer.status_code, body.get("code"), [error["pointer"] for error in body.get("errors", ())]


def match(answer: Response) -> dict[str, Any]:
    return {"headers": {"if-match": answer.headers["etag"]}}


async def made(engineer: Person, name: str, spec: dict[str, Any]) -> Response:
    answer = await engineer.post(MODELS, {"name": name, "spec": spec})
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_model_is_tried_made_changed_and_deleted(engineer: Person, shape: Shape) -> None:
    wrong = await engineer.post(f"{MODELS}?dryRun=1", {"name": "one", "spec": {"engine": "LlamaCpp"}})
    assert told(wrong) == (422, "model_rejected", ["/spec/url"])
    tried = await engineer.post(f"{MODELS}?dryRun=1", {"name": "one", "spec": ECHO})
    assert (tried.status_code, tried.json()["spec"]["drainSeconds"]) == (200, 30), tried.text  # the server's default
    assert not await asyncio.to_thread(shape.is_there, "one")
    first = await made(engineer, "one", ECHO)
    assert told(await engineer.post(MODELS, {"name": "one", "spec": ECHO})) == (409, "model_exists", ["/name"])
    live = await asyncio.to_thread(shape.live, "one")
    assert live["spec"]["displayName"] == "One"
    changed = await engineer.put(f"{MODELS}/one", {"spec": ECHO | {"displayName": "Two"}}, **match(first))
    assert (changed.status_code, changed.json()["spec"]["displayName"]) == (200, "Two"), changed.text
    late = await engineer.put(f"{MODELS}/one", {"spec": ECHO}, **match(first))
    assert told(late)[:2] == (412, "stale_etag")
    refused = await engineer.put(f"{MODELS}/one?dryRun=1", {"spec": ECHO | {"minReplicas": 5}}, **match(changed))
    assert told(refused) == (422, "model_rejected", ["/spec/minReplicas"])
    assert told(await engineer.delete(f"{MODELS}/one"))[:2] == (428, "etag_required")
    assert told(await engineer.delete(f"{MODELS}/one", **match(first)))[:2] == (412, "stale_etag")
    gone = await engineer.delete(f"{MODELS}/one", **match(changed))
    assert gone.status_code == 204, gone.text
    assert not await asyncio.to_thread(shape.is_there, "one")
    assert told(await engineer.get(f"{MODELS}/one"))[:2] == (404, "not_found")


async def test_a_model_is_suspended_resumed_and_scaled(engineer: Person, shape: Shape) -> None:
    await made(engineer, "fixed", FIXED)
    for verb, suspended in (("suspend", True), ("resume", False)):
        answer = await engineer.post(f"{MODELS}/fixed/{verb}")
        assert answer.status_code == 200, answer.text
        assert (await asyncio.to_thread(shape.live, "fixed"))["spec"]["suspend"] is suspended
    scaled = await engineer.post(f"{MODELS}/fixed/scale", {"replicas": 2})
    assert (scaled.status_code, scaled.json()["replicas"]["desired"]) == (200, 2), scaled.text
    live = await asyncio.to_thread(shape.live, "fixed")
    assert (live["spec"]["replicas"], live["spec"]["autoscaling"]["mode"]) == (2, "Fixed")
    await made(engineer, "moving", ECHO)
    assert told(await engineer.post(f"{MODELS}/moving/scale", {"replicas": 2}))[:2] == (409, "wrong_state")


async def test_what_somebody_else_manages_is_theirs(engineer: Person, shape: Shape) -> None:
    body = {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": {"name": "gitops"}, "spec": ECHO}
    apply = ("apply", "--server-side", "--field-manager=flux", f"--namespace={shape.namespace}", "--filename=-")
    await made(engineer, "gitops", {"engine": "Echo"})
    await asyncio.to_thread(lambda: shape.kube.kubectl(*apply, stdin=yaml.safe_dump(body)))
    old = await engineer.get(f"{MODELS}/gitops")
    wish = {"spec": {"engine": "Echo", "displayName": "Mine"}}
    refused = await engineer.put(f"{MODELS}/gitops", wish, headers={"if-match": "*"})
    assert told(refused) == (409, "managed_elsewhere", ["/spec/displayName"])
    assert refused.json()["managers"] == ["flux"]
    assert (await asyncio.to_thread(shape.live, "gitops"))["spec"]["displayName"] == "One"
    assert old.status_code == 200


async def test_pods_events_and_logs_may_be_looked_at(engineer: Person) -> None:
    await made(engineer, "quiet", ECHO)
    for what in ("pods", "events"):
        answer = await engineer.get(f"{MODELS}/quiet/{what}")
        assert (answer.status_code, answer.json()["items"]) == (200, []), answer.text
    assert told(await engineer.get(f"{MODELS}/quiet/logs"))[:2] == (409, "wrong_state")


async def test_without_the_binding_it_says_whose_fault_it_is(engineer: Person, shape: Shape) -> None:
    binding = f"rolebinding/{shape.release}-freehold-tenant-admin"
    await asyncio.to_thread(lambda: shape.kube.kubectl("delete", binding, f"--namespace={shape.namespace}"))

    async def answered() -> Response:
        return await engineer.post(f"{MODELS}?dryRun=1", {"name": "none", "spec": ECHO})

    answer = await answered()
    async with asyncio.timeout(SEEN_SECONDS):
        while answer.status_code == 200:  # the server's authoriser hears of it through a watch
            answer = await answered()
    assert told(answer)[:2] == (503, "kubernetes_unavailable")
    assert "ServiceAccount" in answer.json()["fix"]
