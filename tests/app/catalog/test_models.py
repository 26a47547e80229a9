"""Models over the interface: lists, versions, creation, changes and their refusals; nobody reaches another tenant's."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_app.auth.principal import Role
from freehold_app.control import API
from tests.app.catalog.conftest import Cluster
from tests.app.catalog.fake_api import status
from tests.app.people import Person

pytestmark = pytest.mark.stores

ECHO = {"engine": "Echo", "displayName": "Parrot"}
NS = "tenant-acme"
READY: dict[str, Any] = {
    "phase": "Ready",
    "tenant": "acme",
    "conditions": [{"type": "Ready", "status": "True", "reason": "Serving", "message": "1 of 1 pods serve."}],
    "replicas": {"ready": 1, "desired": 1},
}


@pytest.fixture
async def eve(cluster: Cluster) -> Person:
    return await cluster.control.person("eve@example.org", role=Role.ENGINEER)


async def create(person: Person, name: str = "parrot", spec: Any = None, **options: Any) -> Any:
    return await person.post(f"{API}/models", {"name": name, "spec": spec or ECHO}, **options)


async def test_a_new_model_is_in_the_list_at_once(cluster: Cluster, eve: Person) -> None:
    answer = await create(eve)
    assert answer.status_code == 201, answer.text
    assert answer.json()["etag"].startswith('"uid-parrot-')
    [row] = (await eve.get(f"{API}/models")).json()["items"]
    assert (row["name"], row["display_name"], row["phase"]) == ("parrot", "Parrot", "Pending")
    assert row["managed_by"] is None
    assert len(row["lifeline"]) == 96
    assert cluster.api.objects[NS, "parrot"]["spec"] == ECHO
    assert cluster.api.calls == [
        "PATCH /apis/freehold.dev/v1alpha1/namespaces/tenant-acme/models/parrot?fieldManager=freehold-app"
    ]


async def test_what_others_do_in_the_cluster_is_seen(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", ECHO, **READY)
    await cluster.seen(NS, "chat")
    row = (await eve.get(f"{API}/models/chat")).json()
    assert (row["phase"], row["reason"], row["replicas"]["ready"]) == ("Ready", "Serving", 1)
    assert (row["managed_by"], row["managers"]) == ("kubectl", ["kubectl"])
    cluster.api.drop(NS, "chat")
    await cluster.seen(NS, "chat")
    assert (await eve.get(f"{API}/models/chat")).status_code == 404


async def test_pages_go_by_name(cluster: Cluster, eve: Person) -> None:
    for name in ("c", "a", "b"):
        cluster.api.put(NS, name, ECHO)
        await cluster.seen(NS, name)
    first = (await eve.get(f"{API}/models", params={"limit": 2})).json()
    second = (await eve.get(f"{API}/models", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [row["name"] for row in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None


async def test_a_list_that_did_not_change_is_304(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", ECHO, **READY)
    await cluster.seen(NS, "chat")
    for path in ("models", "models/chat"):
        etag = (await eve.get(f"{API}/{path}")).headers["etag"]
        assert (await eve.get(f"{API}/{path}", headers={"if-none-match": etag})).status_code == 304


async def test_before_the_first_list_nobody_claims_that_there_is_nothing(cluster: Cluster, eve: Person) -> None:
    cluster.informer.listed = False
    answer = await eve.get(f"{API}/models")
    assert (answer.status_code, answer.json()["code"]) == (503, "kubernetes_unavailable")
    assert answer.headers["retry-after"]


async def test_a_tenant_without_a_namespace_hears_so(cluster: Cluster) -> None:
    ada = await cluster.control.person("ada@example.org", tenant="fresh")
    async with cluster.control.deps.database.platform() as session:
        from sqlalchemy import text

        await session.execute(text("UPDATE tenants SET namespace = NULL WHERE name = 'fresh'"))
    answer = await ada.get(f"{API}/models")
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_not_provisioned")


ROUTES = [
    ("GET", ""),
    ("PUT", ""),
    ("DELETE", ""),
    ("POST", "/scale"),
    ("POST", "/suspend"),
    ("POST", "/resume"),
    ("GET", "/manifest"),
    ("GET", "/snippets"),
    ("GET", "/history"),
    ("GET", "/pods"),
    ("GET", "/events"),
    ("GET", "/logs"),
]
BODIES: dict[str, Any] = {"": {"spec": ECHO}, "/scale": {"replicas": 1}}


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_another_tenants_model_is_404_on_every_route(cluster: Cluster, method: str, path: str) -> None:
    cluster.api.put("tenant-beta", "secret", {**ECHO, "description": "canary-4711"}, **READY)
    await cluster.seen("tenant-beta", "secret")
    ada = await cluster.control.person("ada@example.org", tenant="acme")
    await cluster.control.person("bob@example.org", tenant="beta")
    options: dict[str, Any] = {"json": BODIES.get(path)} if method in {"PUT", "POST"} else {}
    answer = await ada.send(method, f"{API}/models/secret{path}", headers={"if-match": "*"}, **options)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "canary" not in answer.text
    assert (await ada.get(f"{API}/models")).json()["items"] == []
    assert cluster.api.calls == []


async def test_a_name_that_is_taken_is_refused_and_nothing_changed(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "parrot", {"engine": "Custom", "image": "x"})
    problem = (await create(eve)).json()
    assert (problem["status"], problem["code"]) == (409, "model_exists")
    assert problem["errors"][0]["pointer"] == "/name"
    assert cluster.api.objects[NS, "parrot"]["spec"]["engine"] == "Custom"


async def test_a_repeated_creation_is_answered_alike(cluster: Cluster, eve: Person) -> None:
    key: dict[str, Any] = {"headers": {"idempotency-key": "k1"}}
    first, again = await create(eve, **key), await create(eve, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


async def test_a_dry_run_checks_and_makes_nothing(cluster: Cluster, eve: Person) -> None:
    answer = await eve.post(f"{API}/models?dryRun=1", {"name": "parrot", "spec": ECHO})
    assert answer.status_code == 200
    assert answer.json()["spec"] == ECHO
    assert cluster.api.objects == {}
    assert (await eve.get(f"{API}/models")).json()["items"] == []


async def test_the_api_servers_refusal_names_the_field(cluster: Cluster, eve: Person) -> None:
    problem = (await eve.post(f"{API}/models?dryRun=1", {"name": "llama", "spec": {"engine": "LlamaCpp"}})).json()
    assert (problem["status"], problem["code"], problem["blame"]) == (422, "model_rejected", "you")
    assert [(error["pointer"], error["message"]) for error in problem["errors"]] == [
        ("/spec/url", "engine LlamaCpp needs url")
    ]
    assert "engine LlamaCpp needs url" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "Parrot", "spec": ECHO}, "/name"),
        ({"name": "parrot", "spec": {"engine": "Parrot"}}, "/spec/engine"),
        ({"name": "parrot", "spec": {"engine": "Echo", "minReplicas": -1}}, "/spec/minReplicas"),
        ({"name": "parrot", "spec": {"engine": "Echo", "tolerations": []}}, "/spec/tolerations"),
        ({"name": "parrot", "spec": {"engine": "Echo", "env": [{"name": "1"}]}}, "/spec/env/0/name"),
        ({"name": "parrot", "spec": {"engine": "Echo", "replicas": 2}}, "/spec/replicas"),
        ({"name": "parrot"}, "/spec"),
        ({"name": "parrot", "spec": ECHO, "namespace": "kube-system"}, "/namespace"),
    ],
)
async def test_a_wrong_field_is_named_with_a_remedy(cluster: Cluster, eve: Person, body: Any, pointer: str) -> None:
    problem = (await eve.post(f"{API}/models", body)).json()
    assert (problem["status"], problem["code"]) == (422, "invalid_request"), problem
    assert pointer in [error["pointer"] for error in problem["errors"]]
    assert problem["fix"]
    assert cluster.api.calls == []


async def test_over_quota_is_the_quotas_fault(cluster: Cluster, eve: Person) -> None:
    cluster.api.refuse = status(403, 'models "x" is forbidden: exceeded quota: freehold, limited: count/models=1')
    problem = (await create(eve)).json()
    assert (problem["status"], problem["code"], problem["blame"]) == (429, "quota_exceeded", "quota")
    assert "exceeded quota" in problem["detail"]


async def test_a_right_that_control_lacks_is_not_the_callers_fault(cluster: Cluster, eve: Person) -> None:
    cluster.api.refuse = status(403, 'models is forbidden: User "system:serviceaccount:freehold:freehold-control"')
    problem = (await create(eve)).json()
    assert (problem["status"], problem["code"], problem["blame"]) == (503, "kubernetes_unavailable", "platform")
    assert "serviceaccount" not in str(problem)


async def test_an_api_server_that_is_away_is_503(cluster: Cluster, eve: Person) -> None:
    cluster.api.refuse = status(500, "etcd is sad")
    answer = await create(eve)
    assert (answer.status_code, answer.json()["code"]) == (503, "kubernetes_unavailable")
    assert answer.headers["retry-after"]


async def test_a_change_replaces_the_whole_spec(cluster: Cluster, eve: Person) -> None:
    etag = (await create(eve)).headers["etag"]
    spec = {"engine": "Echo", "maxReplicas": 2}
    answer = await eve.put(f"{API}/models/parrot", {"spec": spec}, headers={"if-match": etag})
    assert answer.status_code == 200, answer.text
    assert cluster.api.objects[NS, "parrot"]["spec"] == spec  # displayName is gone: it is no longer wanted
    assert answer.headers["etag"] != etag


async def test_a_change_needs_the_version_that_was_read(cluster: Cluster, eve: Person) -> None:
    etag = (await create(eve)).json()["etag"]
    body = {"spec": ECHO}
    assert (await eve.put(f"{API}/models/parrot", body)).status_code == 428
    assert (await eve.delete(f"{API}/models/parrot")).status_code == 428
    cluster.api.put(NS, "parrot", ECHO, manager="freehold-app")
    for stale in (etag, '"nonsense"', '"uid-other-1"'):
        headers = {"if-match": stale}
        answer = await eve.put(f"{API}/models/parrot", body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_etag")
        assert (await eve.delete(f"{API}/models/parrot", headers=headers)).status_code == 412


async def test_what_others_manage_is_refused_with_their_names(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", {"engine": "Echo", "maxReplicas": 3}, manager="argocd-controller")
    await cluster.seen(NS, "chat")
    change, any_version = {"spec": {"engine": "Echo", "maxReplicas": 1}}, {"if-match": "*"}
    problem = (await eve.put(f"{API}/models/chat", change, headers=any_version)).json()
    assert (problem["status"], problem["code"], problem["managers"]) == (
        409,
        "managed_elsewhere",
        ["argocd-controller"],
    )
    assert problem["errors"][0]["pointer"] == "/spec/maxReplicas"
    forced = await eve.put(f"{API}/models/chat?force=1", change, headers=any_version)
    assert (forced.status_code, forced.json()["code"]) == (403, "forbidden")
    ada = await cluster.control.person("ada@example.org", role=Role.ADMIN)
    assert (await ada.put(f"{API}/models/chat?force=1", change, headers=any_version)).status_code == 200
    assert cluster.api.objects[NS, "chat"]["spec"]["maxReplicas"] == 1


async def test_replicas_that_follow_demand_are_not_taken_from_a_form(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", {"engine": "Echo", "replicas": 1}, manager="freehold-operator")
    await cluster.seen(NS, "chat")
    sent_back = {"spec": {"engine": "Echo", "replicas": 1, "displayName": "Chat"}}
    assert (await eve.put(f"{API}/models/chat", sent_back, headers={"if-match": "*"})).status_code == 200
    assert {"freehold-operator": {"engine", "replicas"}, "freehold-app": {"engine", "displayName"}} == (
        cluster.api._owners[NS, "chat"]
    )


async def test_suspending_keeps_what_was_applied_before(cluster: Cluster, eve: Person) -> None:
    await create(eve)
    for verb, suspended in (("suspend", True), ("resume", False)):
        answer = await eve.post(f"{API}/models/parrot/{verb}")
        assert answer.status_code == 200, answer.text
        assert cluster.api.objects[NS, "parrot"]["spec"] == ECHO | {"suspend": suspended}


async def test_a_model_that_was_applied_by_hand_can_be_suspended(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", {"engine": "Echo", "suspend": False}, manager="kubectl-client-side-apply")
    await cluster.seen(NS, "chat")
    assert (await eve.post(f"{API}/models/chat/suspend")).status_code == 200
    assert cluster.api.objects[NS, "chat"]["spec"]["suspend"] is True


async def test_a_controller_that_would_put_it_back_is_named(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "chat", {"engine": "Echo", "suspend": False}, manager="argocd-controller")
    await cluster.seen(NS, "chat")
    answer = await eve.post(f"{API}/models/chat/suspend")
    assert (answer.status_code, answer.json()["code"]) == (409, "managed_elsewhere")


async def test_the_number_of_pods_is_set_in_mode_fixed_only(cluster: Cluster, eve: Person) -> None:
    cluster.api.put(NS, "fixed", {"engine": "Echo", "autoscaling": {"mode": "Fixed"}})
    cluster.api.put(NS, "free", {"engine": "Echo", "minReplicas": 1, "maxReplicas": 4})
    cluster.api.put(NS, "outside", {"engine": "External"})
    for name in ("fixed", "free", "outside"):
        await cluster.seen(NS, name)
    scaled = await eve.post(f"{API}/models/fixed/scale", {"replicas": 3})
    assert (scaled.status_code, scaled.json()["spec"]["replicas"]) == (200, 3)
    problem = (await eve.post(f"{API}/models/free/scale", {"replicas": 3})).json()
    assert (problem["status"], problem["code"]) == (409, "wrong_state")
    assert "between 1 and 4" in problem["detail"]
    assert (await eve.post(f"{API}/models/outside/scale", {"replicas": 3})).json()["code"] == "wrong_state"
    assert (await eve.post(f"{API}/models/fixed/scale", {"replicas": -1})).json()["errors"][0]["pointer"] == "/replicas"


async def test_a_deleted_model_is_gone_at_once(cluster: Cluster, eve: Person) -> None:
    etag = (await create(eve)).headers["etag"]
    assert (await eve.delete(f"{API}/models/parrot", headers={"if-match": etag})).status_code == 204
    assert (await eve.get(f"{API}/models")).json()["items"] == []
    assert (await eve.delete(f"{API}/models/parrot", headers={"if-match": etag})).status_code == 404


async def test_an_old_state_on_the_watch_does_not_undo_a_change(cluster: Cluster, eve: Person) -> None:
    old = cluster.api.put(NS, "chat", ECHO, manager="freehold-app")
    await cluster.seen(NS, "chat")
    await eve.put(f"{API}/models/chat", {"spec": {"engine": "Echo"}}, headers={"if-match": "*"})
    cluster.informer.change("MODIFIED", old)
    assert (await eve.get(f"{API}/models/chat")).json()["display_name"] == "chat"


async def test_the_manifest_can_be_applied_again(cluster: Cluster, eve: Person) -> None:
    made = cluster.api.put(NS, "chat", ECHO | {"replicas": 1}, **READY)
    made["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "team": "a"}
    cluster.api.tell("MODIFIED", made)
    await cluster.seen(NS, "chat")
    answer = (await eve.get(f"{API}/models/chat/manifest")).json()
    assert answer["manifest"] == {
        "apiVersion": "freehold.dev/v1alpha1",
        "kind": "Model",
        "metadata": {"name": "chat", "namespace": NS, "annotations": {"team": "a"}},
        "spec": ECHO,
    }
    assert answer["yaml"].startswith("apiVersion: freehold.dev/v1alpha1\nkind: Model\n")


async def test_snippets_name_this_address(cluster: Cluster, eve: Person) -> None:
    await create(eve)
    answer = (await eve.get(f"{API}/models/parrot/snippets")).json()
    assert answer["base_url"] == "http://127.0.0.1:8080/v1"
    for language in ("curl", "python", "javascript"):
        assert "http://127.0.0.1:8080/v1" in answer[language]
        assert "parrot" in answer[language]
    assert f"--namespace {NS} get model parrot" in answer["kubectl"]
    compile(answer["python"], "snippet", "exec")
