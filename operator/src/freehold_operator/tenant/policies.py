"""The ordered checks of a Tenant: each answers None or why not, in the words that a person will read.

The list is the specification: conditions, Events and columns come from it and from nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from freehold_crds import TenantReason
from freehold_operator.kube import labels
from freehold_operator.tenant.refusal import Refusal

Raw = dict[str, Any]

TENANT_UID = f"{labels.GROUP}/tenant-uid"
ADOPT_BY = f"{labels.GROUP}/adopt-by"
RELEASED = f"{labels.GROUP}/released"
POD_SECURITY_WARNING = "existing pods in namespace"
FAULTS_LIMIT = 800
RESERVED = ("default",)
RESERVED_PREFIXES = ("kube-", "freehold")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a Tenant says about its namespace. `held` is True once the namespace was this Tenant's."""

    tenant: str
    uid: str
    namespace: str
    adopt: bool
    held: bool
    release_namespace: str


Check = Callable[[Claim, Raw | None], Refusal | None]


def is_held(claim: Claim, namespace: Raw) -> bool:
    """True when this very Tenant already has the namespace: its uid is on it."""
    return _annotation(namespace, TENANT_UID) == claim.uid and _released_to(namespace) is None


def _reserved(claim: Claim, namespace: Raw | None) -> Refusal | None:  # noqa: ARG001 - one signature for all checks
    name = claim.namespace
    if name not in RESERVED and not name.startswith(RESERVED_PREFIXES) and name != claim.release_namespace:
        return None
    return Refusal(
        TenantReason.FOREIGN, f"namespace {name} is reserved; create a Tenant whose namespace.name is another"
    )


def _missing(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is not None or not claim.adopt or claim.held:
        return None
    return Refusal(
        TenantReason.NOT_FOUND,
        f"there is no namespace {claim.namespace} to adopt; create it with annotation {ADOPT_BY}: {claim.tenant},"
        " or set namespace.adopt to false and it is made",
    )


def _terminating(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is None or not namespace["metadata"].get("deletionTimestamp"):
        return None
    return Refusal(
        TenantReason.TERMINATING, f"namespace {claim.namespace} is being deleted; it is made anew once it is gone"
    )


def _of_another_tenant(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is None or is_held(claim, namespace):
        return None
    other, released = labels.labels_of(namespace).get(labels.TENANT), _released_to(namespace)
    if other is None and released is None:
        return None
    if released == claim.tenant:
        return None if claim.adopt else _left_behind(claim)
    return Refusal(
        TenantReason.NAME_TAKEN,
        f"namespace {claim.namespace} belongs to another Tenant, {released or other};"
        " create a Tenant whose namespace.name is another",
    )


def _left_behind(claim: Claim) -> Refusal:
    return Refusal(
        TenantReason.FOREIGN,
        f"namespace {claim.namespace} was left by an earlier Tenant of this name;"
        " set namespace.adopt to true to take it and its data over",
    )


def _not_adopted(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is None or claim.adopt or is_held(claim, namespace):
        return None
    return Refusal(
        TenantReason.FOREIGN,
        f"namespace {claim.namespace} exists and is not this Tenant's; set namespace.adopt to true and have a platform"
        f" administrator run: kubectl annotate namespace {claim.namespace} {ADOPT_BY}={claim.tenant}",
    )


def _controlled(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is None or is_held(claim, namespace):
        return None
    owners = [owner for owner in namespace["metadata"].get("ownerReferences") or [] if owner.get("controller")]
    if not owners:
        return None
    return Refusal(
        TenantReason.FOREIGN,
        f"namespace {claim.namespace} is controlled by {owners[0]['kind']} {owners[0]['name']}; it cannot be adopted",
    )


def _without_consent(claim: Claim, namespace: Raw | None) -> Refusal | None:
    if namespace is None or is_held(claim, namespace) or _released_to(namespace) == claim.tenant:
        return None
    if _annotation(namespace, ADOPT_BY) == claim.tenant:
        return None
    return Refusal(
        TenantReason.FOREIGN,
        f"namespace {claim.namespace} does not consent; have a platform administrator run:"
        f" kubectl annotate namespace {claim.namespace} {ADOPT_BY}={claim.tenant}",
    )


NAMESPACE_CHECKS: tuple[Check, ...] = (
    _reserved,
    _missing,
    _terminating,
    _of_another_tenant,
    _not_adopted,
    _controlled,
    _without_consent,
)


def namespace_refusal(claim: Claim, namespace: Raw | None) -> Refusal | None:
    """Why the namespace may not be made or taken; None when it may."""
    return next((refusal for check in NAMESPACE_CHECKS if (refusal := check(claim, namespace))), None)


def pods_refusal(claim: Claim, warnings: Sequence[str]) -> Refusal | None:
    """Why a namespace that consents is still not taken; `warnings` are the API server's to a dry run of taking it.

    Its Pod Security admission checks running pods then: first a sentence about all, then one per kind of fault.
    """
    first = next((number for number, text in enumerate(warnings) if text.startswith(POD_SECURITY_WARNING)), None)
    if first is None:
        return None
    faults = "; ".join(warnings[first + 1 :])[:FAULTS_LIMIT]
    return Refusal(
        TenantReason.FOREIGN,
        f"namespace {claim.namespace} has pods that break Pod Security `restricted`; change or delete them: {faults}",
    )


def image_refusal(store: str) -> Refusal:
    """Why a store cannot run here; `store` is the key that the setting `store_images` lacks."""
    return Refusal(
        TenantReason.DENIED,
        f"this installation names no image for {store}; set FREEHOLD_OPERATOR_STORE_IMAGES or remove the store",
    )


def _annotation(body: Raw, name: str) -> str | None:
    value: str | None = (body["metadata"].get("annotations") or {}).get(name)
    return value


def _released_to(namespace: Raw) -> str | None:
    return labels.labels_of(namespace).get(RELEASED)
