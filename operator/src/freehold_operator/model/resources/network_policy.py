"""The wall around a Model's pods: the gateway may come in; out goes only what is needed."""

from typing import Any

from freehold_operator.kube import labels
from freehold_operator.model import facts
from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child
from freehold_operator.model.weights import weights

# Private, shared, loopback, link-local (cloud metadata) and multicast ranges: a fetching pod needs none of them.
NOT_PUBLIC_V4 = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
)
NOT_PUBLIC_V6 = ("::1/128", "fc00::/7", "fe80::/10", "ff00::/8")


def network_policy(seen: Observed) -> Raw:
    """Additive to the tenant's own policies. An absent `egress` list with the type named means: nothing out."""
    return child(seen, "networking.k8s.io/v1", "NetworkPolicy") | {
        "spec": {
            "podSelector": {"matchLabels": labels.model_selector(seen.name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [_gateway(seen)], "ports": [{"port": engine_port(seen), "protocol": "TCP"}]}],
            "egress": [_dns(), *_tenant_egress(seen), *(_public() if weights(seen.model.spec.url).fetch_url else [])],
        }
    }


def engine_port(seen: Observed) -> int:
    """The port the engine listens on."""
    spec = seen.model.spec
    return spec.port or facts.ENGINES[spec.engine].port


def _gateway(seen: Observed) -> Raw:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": seen.platform.release_namespace}},
        "podSelector": {"matchLabels": {labels.ROLE: "gateway"}},
    }


def _dns() -> Raw:
    return {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ],
        "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
    }


def _tenant_egress(seen: Observed) -> list[Raw]:
    rules: list[Raw] = []
    for rule in seen.tenant.egress if seen.tenant else ():
        ports = [{"port": port, "protocol": "TCP"} for port in rule.get("ports") or []]
        block: dict[str, Any] = {"to": [{"ipBlock": {"cidr": rule["cidr"]}}]}
        rules.append(block | ({"ports": ports} if ports else {}))
    return rules


def _public() -> list[Raw]:
    blocks = [
        {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(NOT_PUBLIC_V4)}},
        {"ipBlock": {"cidr": "::/0", "except": list(NOT_PUBLIC_V6)}},
    ]
    return [{"to": blocks, "ports": [{"port": 443, "protocol": "TCP"}]}]
