"""The walls of the release namespace, as pairs of who may speak to whom."""

from collections.abc import Iterator

import pytest

from tests.charts.rendering import Object, Rendered, case, cases, render

pytestmark = pytest.mark.charts

PARTS = {
    "gateway": {"app.kubernetes.io/name": "freehold-app", "freehold.dev/role": "gateway"},
    "control": {"app.kubernetes.io/name": "freehold-app", "app.kubernetes.io/component": "control"},
    "frontend": {"app.kubernetes.io/name": "freehold-frontend"},
    "worker": {"app.kubernetes.io/name": "freehold-app"},
    "operator": {"app.kubernetes.io/name": "freehold-operator"},
    "postgres": {"app.kubernetes.io/name": "freehold-postgres"},
    "valkey": {"app.kubernetes.io/name": "freehold-valkey"},
    "smoke": {"app.kubernetes.io/name": "freehold-smoke"},
    "stranger": {"app.kubernetes.io/name": "stranger"},
}


def test_inside_the_namespace_only_these_pairs_may_speak() -> None:
    rendered = case("split")
    open_pairs = {
        (source, target, port)
        for source in PARTS
        for target in PARTS
        for port in (5432, 6379, 8080, 8081, 9090)
        if source != target
        and _may_leave(rendered, source, target, port)
        and _may_enter(rendered, source, target, port)
    }
    assert open_pairs == {
        ("gateway", "postgres", 5432), ("gateway", "valkey", 6379),
        ("control", "postgres", 5432), ("control", "valkey", 6379), ("control", "gateway", 8080),
        ("frontend", "gateway", 8080), ("frontend", "control", 8080),
        ("worker", "postgres", 5432), ("worker", "valkey", 6379),
        ("smoke", "postgres", 5432), ("smoke", "valkey", 6379), ("smoke", "gateway", 8080),
        ("operator", "gateway", 9090),
    }  # fmt: skip


@pytest.mark.parametrize("name", cases())
def test_everything_is_denied_before_anything_is_allowed(name: str) -> None:
    spec = case(name).one("NetworkPolicy", "freehold-deny-all")["spec"]
    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("name", cases())
def test_no_way_out_leads_to_the_clouds_metadata_address(name: str) -> None:
    for policy, rule in _egress(case(name)):
        for peer in rule.get("to", [{}]):
            block = peer.get("ipBlock", {})
            assert peer, f"{policy} lets out to everywhere"
            assert block.get("cidr") != "0.0.0.0/0" or "169.254.0.0/16" in block["except"], policy


def test_engines_are_reached_in_tenants_namespaces_only() -> None:
    rules = [rule for policy, rule in _egress(case("small")) if "freehold.dev/model" in str(rule)]
    assert [rule["to"] for rule in rules] == [
        [
            {
                "namespaceSelector": {"matchExpressions": [{"key": "freehold.dev/tenant", "operator": "Exists"}]},
                "podSelector": {"matchExpressions": [{"key": "freehold.dev/model", "operator": "Exists"}]},
            }
        ]
    ]


def test_without_provider_egress_the_gateway_reaches_no_stranger() -> None:
    blocks = [peer for _, rule in _egress(case("air-gapped")) for peer in rule["to"] if "ipBlock" in peer]
    assert {block["ipBlock"]["cidr"] for block in blocks} == {"10.96.0.1/32", "169.254.20.10/32"}


def test_behind_an_ingress_only_its_namespace_and_tenants_reach_the_public_port() -> None:
    ingress = case("ingress-tls").one("NetworkPolicy", "freehold-gateway")["spec"]["ingress"]
    (public,) = [rule for rule in ingress if rule["ports"] == [{"port": 8080}]]
    selectors = [peer.get("namespaceSelector") for peer in public["from"]]
    assert {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}} in selectors


def test_switched_off_walls_leave_no_policy_and_a_warning() -> None:
    rendered = render({"global": {"networkPolicy": {"enabled": False}}})
    assert rendered.of("NetworkPolicy") == {}
    assert "WARNING: global.networkPolicy.enabled is false" in rendered.notes
    assert "networkPolicy" not in case("small").notes


def _may_enter(rendered: Rendered, source: str, target: str, port: int) -> bool:
    rules = [
        rule
        for policy in _selecting(rendered, target, "Ingress")
        for rule in policy["spec"].get("ingress", [])
        if port in [item["port"] for item in rule["ports"]]
    ]
    # the public port is open to everybody, so that the pair is decided by the way out
    return any("from" not in rule or any(_matches(peer, PARTS[source]) for peer in rule["from"]) for rule in rules)


def _may_leave(rendered: Rendered, source: str, target: str, port: int) -> bool:
    return any(
        port in [item["port"] for item in rule.get("ports", [{"port": port}])] and _matches(peer, PARTS[target])
        for policy in _selecting(rendered, source, "Egress")
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
    )


def _selecting(rendered: Rendered, part: str, direction: str) -> list[Object]:
    ours = {"app.kubernetes.io/instance": "freehold", "app.kubernetes.io/component": part}
    return [
        policy
        for policy in rendered.of("NetworkPolicy").values()
        if direction in policy["spec"]["policyTypes"] and _selects(policy["spec"]["podSelector"], PARTS[part] | ours)
    ]


def _matches(peer: Object, labels: dict[str, str]) -> bool:
    here = "namespaceSelector" not in peer and "podSelector" in peer
    return here and _selects(peer["podSelector"], labels)


def _selects(selector: Object, labels: dict[str, str]) -> bool:
    expressions = selector.get("matchExpressions", [])
    assert all(expression["operator"] == "In" for expression in expressions), "only what the charts use is judged here"
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(expression["key"]) in expression["values"] for expression in expressions
    )


def _egress(rendered: Rendered) -> Iterator[tuple[str, Object]]:
    for name, policy in rendered.of("NetworkPolicy").items():
        for rule in policy["spec"].get("egress", []):
            yield name, rule
