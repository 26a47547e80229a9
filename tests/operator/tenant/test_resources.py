"""What each builder writes: the property that matters, for the fields that change it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freehold_crds import Tenant, parse_tenant
from freehold_operator.kube import labels
from freehold_operator.tenant.resources import access, namespace, postgres, quota, store, valkey, walls
from freehold_operator.tenant.resources.store import StoreMaterial
from tests.operator.tenant.world import STORES
from tests.operator.tenant.world import tenant as raw_tenant

MATERIAL = StoreMaterial("pass-word", "CA", "CERT", "KEY", admin_password="admin-word")
RELEASE = "freehold-system"
BOTH = {"postgres": False, "redis": False}
POSTGRES_KEYS = {"host", "port", "dbname", "username", "password", "sslmode", "ca.crt", "uri", "asyncpg"}
AMOUNTS = {"cpu", "memory", "ephemeral-storage"}
REDIS_KEYS = {"host", "port", "username", "password", "prefix", "ca.crt", "url"}


def tenant(name: str = "acme", **spec: Any) -> Tenant:
    raw = raw_tenant(name, **spec)
    raw["metadata"]["uid"] = "u1"
    return parse_tenant(raw)


def stores(**spec: Any) -> Iterator[dict[str, Any]]:
    asked = tenant(**(STORES | spec))
    yield from postgres.children(asked, "postgres:17", MATERIAL, running=True)
    yield from valkey.children(asked, "valkey:8", MATERIAL, running=True)


def of_kind(bodies: Iterator[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {body["metadata"]["name"]: body for body in bodies if body["kind"] == kind}


def decoded(secret: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


def empties(value: Any, path: str = "") -> list[str]:
    """Paths of empty lists and maps; those with a meaning of their own are named in the test."""
    if isinstance(value, dict):
        items = [(f"{path}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(f"{path}[]", item) for item in value]
    else:
        return []
    return ([] if value else [path]) + [found for place, item in items for found in empties(item, place)]


class TestNamespace:
    def test_every_pod_security_mode_is_restricted_and_pinned(self) -> None:
        marks = namespace.namespace(tenant())["metadata"]["labels"]
        for mode in ("enforce", "audit", "warn"):
            assert marks[f"pod-security.kubernetes.io/{mode}"] == "restricted"
            assert marks[f"pod-security.kubernetes.io/{mode}-version"] == "v1.34"

    def test_own_labels_cannot_be_overridden_by_the_spec(self) -> None:
        spec = {"labels": {"app.kubernetes.io/managed-by": "me", "team": "ml"}}
        marks = namespace.namespace(tenant(namespace=spec))["metadata"]["labels"]
        assert marks["app.kubernetes.io/managed-by"] == "freehold-operator"
        assert marks["team"] == "ml"

    def test_the_name_is_the_tenants_unless_it_says_otherwise(self) -> None:
        assert namespace.namespace(tenant())["metadata"]["name"] == "tenant-acme"
        assert namespace.namespace(tenant(namespace={"name": "lab"}))["metadata"]["name"] == "lab"

    def test_a_released_one_keeps_its_walls_and_says_whose_it_was(self) -> None:
        marks = namespace.released_namespace(tenant())["metadata"]["labels"]
        assert marks["freehold.dev/released"] == marks["freehold.dev/tenant"] == "acme"
        assert marks["pod-security.kubernetes.io/enforce"] == "restricted"


class TestQuota:
    def test_models_are_counted_by_default(self) -> None:
        assert quota.resource_quota(tenant())["spec"]["hard"] == {"count/models.freehold.dev": "20"}

    def test_the_number_of_models_wins_over_a_hard_limit_of_the_same_name(self) -> None:
        asked = tenant(models={"max": 3}, quota={"hard": {"count/models.freehold.dev": "999", "limits.cpu": 8}})
        assert quota.resource_quota(asked)["spec"]["hard"] == {"count/models.freehold.dev": "3", "limits.cpu": "8"}

    @pytest.mark.parametrize("given", [None, {}, {"default": {}}])
    def test_a_limit_range_that_says_nothing_is_not_made(self, given: Any) -> None:
        assert quota.limit_range(tenant(**({"limitRange": given} if given is not None else {}))) is None

    def test_a_limit_range_holds_what_is_given(self) -> None:
        made = quota.limit_range(tenant(limitRange={"defaultRequest": {"cpu": "100m"}, "max": {"memory": "2Gi"}}))
        assert made is not None
        item = {"type": "Container", "defaultRequest": {"cpu": "100m"}, "max": {"memory": "2Gi"}}
        assert made["spec"]["limits"] == [item]


class TestAccess:
    def test_a_role_that_nobody_has_is_not_bound(self) -> None:
        assert access.access_bindings(tenant()) == ()

    def test_each_subject_is_bound_to_its_role_in_its_own_namespace(self) -> None:
        asked = [
            {"kind": "User", "name": "ann", "role": "Admin"},
            {"kind": "Group", "name": "ml", "role": "Admin"},
            {"kind": "ServiceAccount", "name": "robot", "role": "Viewer"},
        ]
        bound = {body["roleRef"]["name"]: body["subjects"] for body in access.access_bindings(tenant(access=asked))}
        group = "rbac.authorization.k8s.io"
        assert bound == {
            "freehold-tenant-admin": [
                {"apiGroup": group, "kind": "User", "name": "ann"},
                {"apiGroup": group, "kind": "Group", "name": "ml"},
            ],
            "freehold-tenant-viewer": [{"kind": "ServiceAccount", "name": "robot", "namespace": "tenant-acme"}],
        }

    def test_the_control_plane_is_an_administrator_and_no_more(self) -> None:
        made = access.control_binding(tenant(), RELEASE, "freehold-control")
        assert made["roleRef"]["name"] == "freehold-tenant-admin"
        assert made["subjects"] == [{"kind": "ServiceAccount", "name": "freehold-control", "namespace": RELEASE}]


class TestWalls:
    def names(self, **network: Any) -> set[str]:
        made = walls.walls(tenant(network=network), RELEASE, BOTH)
        return {body["metadata"]["name"].removeprefix("freehold-") for body in made}

    def policy(self, name: str, exposed: bool = False, **network: Any) -> dict[str, Any]:
        made = walls.walls(tenant(network=network), RELEASE, dict.fromkeys(BOTH, exposed))
        spec: dict[str, Any] = {body["metadata"]["name"]: body["spec"] for body in made}[f"freehold-{name}"]
        return spec

    def test_strict_lets_in_the_gateway_and_out_only_what_is_named(self) -> None:
        assert self.names() == {"deny-all", "dns", "gateway", "to-postgres", "to-redis", "postgres", "redis"}

    def test_namespace_adds_the_own_pods_and_egress_its_destinations(self) -> None:
        extra = self.names(isolation="Namespace", egress=[{"cidr": "203.0.113.0/24"}]) - self.names()
        assert extra == {"own-pods", "egress"}

    def test_without_walls_the_stores_keep_their_own_doors(self) -> None:
        assert self.names(isolation="None") == {"postgres", "redis"}

    def test_denying_all_is_policy_types_alone(self) -> None:
        assert self.policy("deny-all") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}

    def test_only_gateway_pods_of_the_release_reach_engines_and_only_engines(self) -> None:
        rule = self.policy("gateway")
        assert rule["podSelector"] == {"matchExpressions": [{"key": labels.MODEL, "operator": "Exists"}]}
        (peer,) = rule["ingress"][0]["from"]
        assert peer["namespaceSelector"] == {"matchLabels": {"kubernetes.io/metadata.name": RELEASE}}
        assert peer["podSelector"] == {"matchLabels": {"freehold.dev/role": "gateway"}}
        assert rule["ingress"][0]["ports"] == [{"protocol": "TCP", "port": "http"}]

    @pytest.mark.parametrize(("exposed", "models_kept_out"), [(False, True), (True, False)])
    def test_models_reach_a_store_only_if_it_is_exposed(self, exposed: bool, models_kept_out: bool) -> None:
        peers = self.policy("postgres", exposed)["ingress"][0]["from"]
        keep_out = {"key": labels.MODEL, "operator": "DoesNotExist"}
        assert (keep_out in peers[0]["podSelector"]["matchExpressions"]) is models_kept_out
        assert "namespaceSelector" not in peers[0]

    def test_a_store_is_never_a_client(self) -> None:
        for name in ("to-postgres", "to-redis"):
            assert self.policy(name)["podSelector"]["matchExpressions"][0]["operator"] == "NotIn"

    def test_destinations_keep_their_ports(self) -> None:
        asked = [{"cidr": "203.0.113.0/24", "ports": [443, 8443]}, {"cidr": "2001:db8::/32"}]
        rules = self.policy("egress", egress=asked)["egress"]
        assert [port["port"] for port in rules[0]["ports"]] == [443, 8443]
        assert rules[1] == {"to": [{"ipBlock": {"cidr": "2001:db8::/32"}}]}


class TestStores:
    def test_the_secrets_hold_the_promised_keys(self) -> None:
        secrets = of_kind(stores(), "Secret")
        assert set(secrets["freehold-postgres"]["data"]) == POSTGRES_KEYS
        assert set(secrets["freehold-redis"]["data"]) == REDIS_KEYS

    def test_models_may_name_the_secret_of_an_exposed_store_and_no_other(self) -> None:
        secrets = of_kind(stores(postgres={"mode": "Dedicated", "exposeToModels": True}), "Secret")
        usable = [name for name, body in secrets.items() if labels.CREDENTIAL in body["metadata"]["labels"]]
        assert usable == ["freehold-postgres"]

    def test_the_addresses_are_complete(self) -> None:
        secrets = of_kind(stores(), "Secret")
        login = "t_acme:pass-word@freehold-postgres.tenant-acme.svc:5432/t_acme"
        assert decoded(secrets["freehold-postgres"])["uri"] == f"postgresql://{login}?sslmode=verify-full"
        assert decoded(secrets["freehold-postgres"])["asyncpg"] == f"postgresql+asyncpg://{login}?ssl=verify-full"
        url = "rediss://tenant-acme:pass-word@freehold-redis.tenant-acme.svc:6379/0"
        assert decoded(secrets["freehold-redis"])["url"] == url

    def test_no_server_ever_sees_the_password(self) -> None:
        secrets = of_kind(stores(), "Secret")
        for name in ("freehold-postgres-server", "freehold-redis-server"):
            assert "pass-word" not in str(decoded(secrets[name]))
        for body in of_kind(stores(), "StatefulSet").values():
            volumes = body["spec"]["template"]["spec"]["volumes"]
            mounted = [volume["secret"]["secretName"] for volume in volumes if "secret" in volume]
            assert mounted == [f"{body['metadata']['name']}-server"]

    def test_the_stored_verifier_is_the_passwords(self) -> None:
        verifier = decoded(of_kind(stores(), "Secret")["freehold-postgres-server"])["verifier"]
        method, rounds, keys = verifier.split("$")
        iterations, salt = rounds.split(":")
        stored, server = (base64.b64decode(part) for part in keys.split(":"))
        salted = hashlib.pbkdf2_hmac("sha256", b"pass-word", base64.b64decode(salt), int(iterations))
        client = hmac.digest(salted, b"Client Key", "sha256")
        assert method == "SCRAM-SHA-256"
        assert hashlib.sha256(client).digest() == stored
        assert hmac.digest(salted, b"Server Key", "sha256") == server

    def test_every_pod_is_restricted_with_requests_limits_and_probes(self) -> None:
        for body in of_kind(stores(), "StatefulSet").values():
            pod = body["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsUser"] == 65532
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert pod["automountServiceAccountToken"] is False
            (container,) = pod["containers"]
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert set(container["resources"]["limits"]) == set(container["resources"]["requests"]) == AMOUNTS
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                assert "exec" in container[probe]

    def test_memory_is_what_is_asked_for_and_the_servers_know_it(self) -> None:
        sets = of_kind(stores(postgres={"memory": "2Gi"}, redis={"memory": "1Gi"}), "StatefulSet")
        containers = {name: body["spec"]["template"]["spec"]["containers"][0] for name, body in sets.items()}
        assert containers["freehold-postgres"]["resources"]["limits"]["memory"] == "2Gi"
        assert "shared_buffers=512MB" in containers["freehold-postgres"]["args"]
        assert "768mb" in containers["freehold-redis"]["args"]

    def test_a_volume_has_the_size_and_class_asked_for(self) -> None:
        claims = of_kind(stores(postgres={"size": "5Gi", "storageClassName": "fast"}), "PersistentVolumeClaim")
        assert set(claims) == {"freehold-postgres"}
        assert claims["freehold-postgres"]["spec"]["resources"]["requests"]["storage"] == "5Gi"
        assert claims["freehold-postgres"]["spec"]["storageClassName"] == "fast"
        assert "storageClassName" not in of_kind(stores(), "PersistentVolumeClaim")["freehold-postgres"]["spec"]

    def test_a_persistent_cache_has_a_volume_and_refuses_to_forget(self) -> None:
        lasting = list(stores(redis={"mode": "Dedicated", "persistent": True}))
        assert "freehold-redis" in of_kind(iter(lasting), "PersistentVolumeClaim")
        words = of_kind(iter(lasting), "StatefulSet")["freehold-redis"]["spec"]["template"]["spec"]["containers"][0][
            "args"
        ]
        assert words[words.index("--maxmemory-policy") + 1] == "noeviction"
        assert words[words.index("--appendonly") + 1] == "yes"

    @pytest.mark.parametrize("part", ["password", "certificate", "key", "ca_certificate"])
    def test_a_changed_secret_changes_the_pods_of_both(self, part: str) -> None:
        asked = tenant(**STORES)
        changed = StoreMaterial(**({name: getattr(MATERIAL, name) for name in MATERIAL.__slots__} | {part: "other"}))
        for children in (postgres.children, valkey.children):
            before, after = (
                of_kind(iter(children(asked, "image", material, running=True)), "StatefulSet")
                for material in (MATERIAL, changed)
            )
            assert before != after

    def test_stopped_means_zero_and_nothing_else_changes(self) -> None:
        asked = tenant(**STORES)
        for children in (postgres.children, valkey.children):
            up, down = (children(asked, "image", MATERIAL, running=running) for running in (True, False))
            different = [(before, after) for before, after in zip(up, down, strict=True) if before != after]
            ((before, after),) = different
            assert after == before | {"spec": before["spec"] | {"replicas": 0}}

    def test_nobody_logs_in_without_tls_or_as_the_superuser(self) -> None:
        rules = [line.split() for line in postgres.ACCESS_RULES.splitlines() if not line.startswith("#")]
        assert rules == [
            ["local", "all", "all", "trust"],
            ["host", "all", "all", "127.0.0.1/32", "scram-sha-256"],
            ["hostssl", "all", "postgres", "all", "reject"],
            ["hostssl", "all", "all", "all", "scram-sha-256"],
        ]

    def test_the_caches_default_user_is_off(self) -> None:
        users = decoded(of_kind(stores(), "Secret")["freehold-redis-server"])["users.acl"].splitlines()
        assert users[0] == "user default off"
        assert users[2].startswith(f"user tenant-acme on #{hashlib.sha256(b'pass-word').hexdigest()} ")
        assert "-@admin" in users[2]


@pytest.mark.parametrize(("size", "expected"), [("512Mi", 512), ("1Gi", 1024), ("1.5Gi", 1536), ("1G", 953), ("1M", 1)])
def test_sizes_in_mebibytes(size: str, expected: int) -> None:
    assert store.mebibytes(size) == expected


NAMES = st.from_regex(r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$", fullmatch=True)
SIZES = st.builds("{}{}".format, st.integers(1, 4096), st.sampled_from(["M", "Mi", "G", "Gi", "T", "Ti"]))


@settings(max_examples=30)
@given(name=NAMES, memory=SIZES, isolation=st.sampled_from(["Strict", "Namespace", "None"]), persistent=st.booleans())
def test_no_word_of_a_tenant_reaches_a_shell_and_no_list_is_empty(
    name: str, memory: str, isolation: str, persistent: bool
) -> None:
    asked = tenant(
        name,
        postgres={"mode": "Dedicated", "memory": memory},
        redis={"mode": "Dedicated", "memory": memory, "persistent": persistent},
        network={"isolation": isolation},
    )
    children = [
        *postgres.children(asked, "i", MATERIAL, running=True),
        *valkey.children(asked, "i", MATERIAL, running=True),
        *walls.walls(asked, RELEASE, BOTH),
        quota.resource_quota(asked),
    ]
    # An empty podSelector means every pod, an empty `save` no snapshots; anything else would never come to rest.
    assert [path for body in children for path in empties(body) if not path.endswith("podSelector")] == []
    scripts = {
        container[hook]["exec"]["command"][-1]
        for body in children
        if body["kind"] == "StatefulSet"
        for container in body["spec"]["template"]["spec"]["containers"]
        for hook in ("startupProbe", "readinessProbe", "livenessProbe")
    }
    assert scripts == {postgres.CHECK, valkey.PING}
    for body in children:
        assert body["metadata"]["labels"]["freehold.dev/tenant"] == name
        assert labels.is_ours(body)
