"""What only a real API server can say: schemas, quotas, RBAC, Pod Security, apply conflicts, namespaces that go."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
import yaml

from freehold_operator.queue import GONE
from tests.operator.tenant.live import ACCOUNT, RELEASE_NAMESPACE, LiveWorld
from tests.operator.tenant.world import STORES

pytestmark = pytest.mark.api
READY_SECONDS = 15.0
CONTROLLER = f"system:serviceaccount:{RELEASE_NAMESPACE}:{ACCOUNT}"
FULL: dict[str, Any] = {
    **STORES,
    "displayName": "Acme",
    "access": [
        {"kind": "User", "name": "ann", "role": "Admin"},
        {"kind": "Group", "name": "editors", "role": "Editor"},
        {"kind": "User", "name": "vic", "role": "Viewer"},
        {"kind": "ServiceAccount", "name": "robot", "role": "Viewer"},
    ],
    "quota": {"hard": {"requests.cpu": "20", "count/services": 30, "limits.memory": "1.5Gi"}},
    "limitRange": {"default": {"cpu": "1", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}, "max": {"cpu": 4}},
    "network": {
        "isolation": "Namespace",
        "egress": [{"cidr": "203.0.113.0/24", "ports": [443]}, {"cidr": "2001:db8::/32"}],
    },
}
PERSISTENT: dict[str, Any] = {
    "postgres": {"mode": "Dedicated", "size": "1Gi"},
    "redis": {"mode": "Dedicated", "persistent": True},
}


def model(name: str) -> dict[str, object]:
    spec = {"engine": "LlamaCpp", "url": "file:///models/smollm2-135m-instruct.gguf"}
    return {"apiVersion": "freehold.dev/v1alpha1", "kind": "Model", "metadata": {"name": name}, "spec": spec}


async def test_a_tenant_without_stores_is_ready_in_time_with_the_accounts_own_rights(live: LiveWorld) -> None:
    name, started = live.tenant(), time.monotonic()
    assert await live.settle(name) is None
    assert time.monotonic() - started < READY_SECONDS
    assert live.condition(name, "Ready")[:2] == ("True", "Provisioned")
    assert [refused for refused in live.refused if refused[2] != 403] == []
    columns = live.kube.kubectl("get", "tenant", name)
    assert "Ready" in columns
    assert f"tenant-{name}" in columns


async def test_everything_a_tenant_may_ask_for_is_accepted_and_then_nothing_is_written(live: LiveWorld) -> None:
    name = live.tenant(**FULL)
    await live.settle(name)
    conditions = {item["type"]: item["reason"] for item in live.status(name)["conditions"]}
    assert conditions["QuotaReady"] == conditions["NetworkReady"] == conditions["AccessReady"] == "Applied"
    assert conditions["PostgresReady"] == conditions["RedisReady"] == "Provisioning"
    before = len(live.writes)
    await live.run(name)
    await live.run(name)
    assert live.writes[before:] == []


async def test_persistent_stores_are_accepted(live: LiveWorld) -> None:
    name = live.tenant(**PERSISTENT)
    await live.settle(name)
    claims = live.kube.get("persistentvolumeclaims", f"--namespace=tenant-{name}")["items"]
    sizes = {claim["metadata"]["name"]: claim["spec"]["resources"]["requests"]["storage"] for claim in claims}
    assert sizes == {"freehold-postgres": "1Gi", "freehold-redis": "1Gi"}


async def test_store_pods_pass_the_namespaces_own_pod_security_and_a_root_pod_does_not(live: LiveWorld) -> None:
    name = live.tenant(**STORES)
    await live.settle(name)
    place = f"tenant-{name}"
    # Kubernetes' own controller, which this tier lacks, makes it in every namespace.
    live.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, place)
    for store in ("freehold-postgres", "freehold-redis"):
        template = live.kube.get("statefulset", store, f"--namespace={place}")["spec"]["template"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"{store}-0"} | template["metadata"]}
        live.kube.kubectl(
            "create",
            "--dry-run=server",
            f"--namespace={place}",
            "--filename=-",
            stdin=json.dumps(pod | {"spec": template["spec"]}),
        )
    root = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "root"}}
    refusal = live.kube.refusal(root | {"spec": {"containers": [{"name": "c", "image": "x"}]}}, place)
    assert 'violates PodSecurity "restricted:v1.34"' in refusal


async def test_the_quota_counts_models_in_the_api_server(live: LiveWorld) -> None:
    name = live.tenant(models={"max": 7})
    await live.settle(name)
    quota = live.kube.get("resourcequota", "freehold", f"--namespace=tenant-{name}")
    assert quota["spec"]["hard"] == {"count/models.freehold.dev": "7"}


async def test_a_drifted_child_is_restored_and_foreign_fields_stay(live: LiveWorld) -> None:
    name = live.tenant(**FULL)
    await live.settle(name)
    place = f"--namespace=tenant-{name}"
    live.kube.kubectl("delete", "networkpolicy", "freehold-deny-all", place)
    live.kube.kubectl("label", "resourcequota", "freehold", "team=ml", place)
    patch = json.dumps({"spec": {"hard": {"count/models.freehold.dev": "999"}}})
    live.kube.kubectl("patch", "resourcequota", "freehold", "--type=merge", f"--patch={patch}", place)
    await live.settle(name)
    assert live.kube.get("networkpolicy", "freehold-deny-all", place)["spec"]["policyTypes"] == ["Ingress", "Egress"]
    quota = live.kube.get("resourcequota", "freehold", place)
    assert quota["spec"]["hard"]["count/models.freehold.dev"] == "20"
    assert quota["metadata"]["labels"]["team"] == "ml"


async def test_removed_fields_remove_their_children(live: LiveWorld) -> None:
    name = live.tenant(**FULL)
    await live.settle(name)
    live.tenant(name)
    await live.settle(name)
    place = f"--namespace=tenant-{name}"
    for kind in ("statefulsets", "services", "limitranges", "secrets"):
        assert live.kube.get(kind, place)["items"] == [], kind
    roles = [body["metadata"]["name"] for body in live.kube.get("rolebindings", place)["items"]]
    assert roles == ["freehold-control", "freehold-model-controller", "freehold-tenant-controller"]
    quota = live.kube.get("resourcequota", "freehold", place)
    assert quota["spec"]["hard"] == {"count/models.freehold.dev": "20"}


PEOPLES_RIGHTS = [
    ("ann", "create", "freehold.dev/models", True),
    ("ann", "create", "/secrets", True),
    ("ann", "get", "/secrets", False),
    ("ann", "list", "/secrets", False),
    ("ann", "create", "/pods", False),
    ("ann", "create", "/pods/exec", False),
    ("ann", "patch", "freehold.dev/models/status", False),
    ("ann", "create", "rbac.authorization.k8s.io/rolebindings", False),
    ("ann", "patch", "/resourcequotas", False),
    ("ann", "delete", "networking.k8s.io/networkpolicies", False),
    ("eve", "delete", "freehold.dev/models", True),
    ("eve", "create", "/secrets", False),
    ("eve", "get", "/pods/log", True),
    ("vic", "get", "freehold.dev/models", True),
    ("vic", "get", "/pods/log", True),
    ("vic", "list", "/events", True),
    ("vic", "create", "freehold.dev/models", False),
    ("robot", "list", "freehold.dev/models", True),
    ("robot", "delete", "freehold.dev/models", False),
    ("nobody", "get", "freehold.dev/models", False),
]
CONTROLLERS_RIGHTS = [
    ("get", "/secrets", "tenant", True),
    ("list", "/secrets", "tenant", False),
    ("get", "/secrets", "kube-system", False),
    ("create", "apps/statefulsets", "tenant", True),
    ("create", "apps/statefulsets", "default", False),
    ("create", "apps/deployments", "tenant", False),
    ("create", "/pods", "tenant", False),
    ("create", "/pods/exec", "tenant", False),
    ("escalate", "rbac.authorization.k8s.io/clusterroles", "tenant", False),
    ("impersonate", "/users", "tenant", False),
    ("create", "rbac.authorization.k8s.io/clusterrolebindings", "tenant", False),
    ("patch", "freehold.dev/models", "tenant", False),
    ("create", "freehold.dev/tenants", "tenant", False),
]


def review(user: str, groups: list[str], verb: str, what: str, namespace: str) -> dict[str, object]:
    group, resource, subresource = (*what.split("/"), "")[:3]
    asked = {"verb": verb, "group": group, "resource": resource, "subresource": subresource, "namespace": namespace}
    spec = {"user": user, "groups": groups, "resourceAttributes": asked}
    return {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}


def answers(live: LiveWorld, reviews: list[dict[str, object]]) -> list[bool]:
    """What the API server's authoriser says to each, in one call."""
    text = yaml.safe_dump_all(reviews)
    said = yaml.safe_load_all(live.kube.kubectl("create", "--filename=-", "--output=yaml", stdin=text))
    return [item["status"]["allowed"] for item in said]


async def test_people_may_do_what_their_role_says_and_nothing_elsewhere(live: LiveWorld) -> None:
    name = live.tenant(access=FULL["access"])
    await live.settle(name)
    place = f"tenant-{name}"
    groups = {"eve": ["editors"]}
    users = {"robot": f"system:serviceaccount:{place}:robot"}
    asked = [
        review(users.get(who, who), groups.get(who, []), verb, what, namespace)
        for namespace in (place, "default")
        for who, verb, what, _ in PEOPLES_RIGHTS
    ]
    said = answers(live, asked)
    assert dict(zip(PEOPLES_RIGHTS, said, strict=False)) == {row: row[3] for row in PEOPLES_RIGHTS}
    assert said[len(PEOPLES_RIGHTS) :] == [False] * len(PEOPLES_RIGHTS)


async def test_the_controller_may_do_no_more_than_its_table(live: LiveWorld) -> None:
    name = live.tenant()
    await live.settle(name)
    places = {"tenant": f"tenant-{name}"}
    asked = [
        review(CONTROLLER, [], verb, what, places.get(place, place)) for verb, what, place, _ in CONTROLLERS_RIGHTS
    ]
    said = answers(live, asked)
    assert dict(zip(CONTROLLERS_RIGHTS, said, strict=True)) == {row: row[3] for row in CONTROLLERS_RIGHTS}


async def test_the_controller_cannot_bind_a_role_that_is_not_on_its_list(live: LiveWorld) -> None:
    name = live.tenant()
    await live.settle(name)
    binding: dict[str, Any] = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "escalation"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": RELEASE_NAMESPACE}],
    }
    arguments = ("create", f"--namespace=tenant-{name}", f"--as={CONTROLLER}", "--filename=-")
    refused = live.kube.call(*arguments, stdin=json.dumps(binding))
    assert "attempting to grant RBAC permissions not currently held" in refused.stderr
    binding["roleRef"]["name"] = "freehold-tenant-viewer"
    binding["subjects"] = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "vic"}]
    assert live.kube.call(*arguments, stdin=json.dumps(binding)).returncode == 0


async def test_adoption_needs_the_namespaces_consent(live: LiveWorld) -> None:
    with live.kube.namespace("lab") as lab:
        name = live.tenant(namespace={"name": lab, "adopt": True})
        await live.settle(name)
        assert live.condition(name, "NamespaceReady")[1] == "Foreign"
        live.kube.kubectl("annotate", "namespace", lab, f"freehold.dev/adopt-by={name}")
        await live.settle(name)
        assert live.condition(name, "Ready")[:2] == ("True", "Provisioned")
        labels = live.kube.get("namespace", lab)["metadata"]["labels"]
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


async def test_a_namespace_with_a_pod_that_breaks_the_rules_is_not_adopted(live: LiveWorld) -> None:
    with live.kube.namespace("lab") as lab:
        live.kube.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}, lab)
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "old-web"}}
        live.kube.apply(pod | {"spec": {"containers": [{"name": "c", "image": "x"}]}}, lab)
        name = live.tenant(namespace={"name": lab, "adopt": True})
        live.kube.kubectl("annotate", "namespace", lab, f"freehold.dev/adopt-by={name}")
        await live.settle(name)
        status, reason, message = live.condition(name, "NamespaceReady")
        assert (status, reason) == ("False", "Foreign")
        assert "old-web" in message
        assert "freehold.dev/tenant" not in live.kube.get("namespace", lab)["metadata"]["labels"]
        live.kube.kubectl("delete", "pod", "old-web", f"--namespace={lab}", "--grace-period=0", "--force")
        await live.settle(name)
        assert live.condition(name, "Ready")[:2] == ("True", "Provisioned")


async def test_nothing_to_adopt_names_the_remedy(live: LiveWorld) -> None:
    name = live.tenant(namespace={"name": "no-such-lab", "adopt": True})
    await live.settle(name)
    status, reason, message = live.condition(name, "NamespaceReady")
    assert (status, reason) == ("False", "NotFound")
    assert f"freehold.dev/adopt-by: {name}" in message


async def test_a_quota_the_server_refuses_names_the_field(live: LiveWorld) -> None:
    name = live.tenant(quota={"hard": {"no such resource!": "1"}})
    await live.settle(name)
    status, reason, message = live.condition(name, "QuotaReady")
    assert (status, reason) == ("False", "Denied")
    assert "no such resource!" in message
    assert live.condition(name, "NetworkReady")[1] == "Applied"


async def test_a_label_that_leaves_the_spec_leaves_the_namespace(live: LiveWorld) -> None:
    name = live.tenant(namespace={"labels": {"team": "ml", "cost": "7"}})
    await live.settle(name)
    live.tenant(name, namespace={"labels": {"team": "ml"}})
    await live.settle(name)
    labels = live.kube.get("namespace", f"tenant-{name}")["metadata"]["labels"]
    assert labels["team"] == "ml"
    assert "cost" not in labels


async def test_a_deleted_tenant_is_kept_or_taken_away_as_it_says(live: LiveWorld) -> None:
    kept = live.tenant(**STORES)
    gone = live.tenant(deletionPolicy="Delete", offboarding={"graceHours": 0})
    for name in (kept, gone):
        await live.settle(name)
        live.kube.kubectl("delete", "tenant", name, "--wait=false")
    assert await live.settle(kept) == GONE
    namespace = live.kube.get("namespace", f"tenant-{kept}")
    assert namespace["metadata"]["labels"]["freehold.dev/released"] == kept
    await live.settle(gone)
    assert live.status(gone)["offboarding"]["step"] == "DeleteNamespace"
    finalise(live, f"tenant-{gone}")
    assert await live.settle(gone) == GONE
    assert live.kube.call("get", "tenant", gone).returncode != 0


async def test_a_namespace_deleted_under_its_tenant_is_made_anew(live: LiveWorld) -> None:
    name = live.tenant()
    await live.settle(name)
    place = f"tenant-{name}"
    before = live.kube.get("namespace", place)["metadata"]["uid"]
    live.kube.kubectl("delete", "namespace", place, "--wait=false")
    await live.settle(name)
    assert live.condition(name, "NamespaceReady")[1] == "Terminating"
    for kind in ("rolebindings", "networkpolicies", "resourcequotas"):
        live.kube.kubectl("delete", kind, "--all", f"--namespace={place}")  # the namespace controller's part
    finalise(live, place)
    await live.settle(name)
    assert live.condition(name, "Ready")[:2] == ("True", "Provisioned")
    assert live.kube.get("namespace", place)["metadata"]["uid"] != before


async def test_models_are_counted(live: LiveWorld) -> None:
    name = live.tenant()
    await live.settle(name)
    live.kube.apply(model("one"), f"tenant-{name}")
    await live.settle(name)
    assert live.status(name)["usage"] == {"models": 1}


async def test_tenants_made_at_once_are_all_ready(live: LiveWorld) -> None:
    names = [live.tenant() for _ in range(5)]
    await asyncio.gather(*(live.settle(name) for name in names))
    assert [live.condition(name, "Ready")[0] for name in names] == ["True"] * 5


def finalise(live: LiveWorld, namespace: str) -> None:
    """Kubernetes' namespace controller, which this tier lacks, would do this once the namespace is empty."""
    body = live.kube.get("namespace", namespace) | {"spec": {"finalizers": []}}
    path = f"/api/v1/namespaces/{namespace}/finalize"
    live.kube.kubectl("replace", f"--raw={path}", "--filename=-", stdin=json.dumps(body))
