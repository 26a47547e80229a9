"""May this Model run here? Ordered checks; the first that objects becomes the Accepted condition. Pure.

The list is the specification: its order is the order in which people are told what to mend.
"""

from collections.abc import Callable

from freehold_crds import ModelReason as Reason
from freehold_operator.model import facts, profiles
from freehold_operator.model.observed import Observed, Verdict

Objection = tuple[Reason, str]
Check = Callable[[Observed], Objection | None]


def in_a_tenant(seen: Observed) -> Objection | None:
    """Only a Tenant's namespace has the walls a Model needs."""
    if seen.tenant is None:
        return Reason.NO_TENANT, f"namespace {seen.namespace} belongs to no Tenant; create a Tenant or move the Model"
    return None


def tenant_active(seen: Observed) -> Objection | None:
    """A suspended Tenant's Models rest."""
    if seen.tenant and seen.tenant.suspended:
        return Reason.TENANT_SUSPENDED, f"Tenant {seen.tenant.name} is suspended"
    return None


def profile_known(seen: Observed) -> Objection | None:
    """A typo in a profile must not end in a pod without limits."""
    if seen.is_external or profiles.find(seen.platform.profiles, seen.profile_name):
        return None
    known = ", ".join(sorted(seen.platform.profiles)) or "none"
    return Reason.PROFILE_UNKNOWN, f"resourceProfile {seen.profile_name} is not one of: {known}"


def image_allowed(seen: Observed) -> Objection | None:
    """The platform chooses where images come from."""
    image, allowed = seen.model.spec.image, seen.platform.allowed_images
    if image and allowed and not image.startswith(allowed):
        return Reason.IMAGE_NOT_ALLOWED, f"image {image} matches no allowed prefix: {', '.join(allowed)}"
    engine = seen.model.spec.engine
    if not image and not seen.is_external and not _has_image(seen):
        return Reason.IMAGE_NOT_ALLOWED, f"this platform has no image for engine {engine}; set spec.image"
    return None


def source_readable(seen: Observed) -> Objection | None:
    """Whether this engine, on this platform, can get weights from this url."""
    spec = seen.model.spec
    kind = facts.scheme(spec.url)
    readable = facts.ENGINES[spec.engine].schemes
    if kind and kind not in readable:
        return Reason.SOURCE_UNSUPPORTED, f"engine {spec.engine} cannot read {kind}:// weights"
    if kind == "https" and not seen.platform.operator_image:
        return Reason.SOURCE_UNSUPPORTED, "this platform cannot fetch https:// weights: no operator image is set"
    return None


def references_found(seen: Observed) -> Objection | None:
    """Every Secret and ConfigMap the spec names exists and has its key."""
    for reference in seen.references:
        if not reference.found:
            return Reason.SECRET_NOT_FOUND, f"{reference.kind} {reference.name} does not exist in {seen.namespace}"
        if not reference.has_key:
            return Reason.SECRET_NOT_FOUND, f"{reference.kind} {reference.name} has no key {reference.key}"
    return None


def references_usable(seen: Observed) -> Objection | None:
    """A Secret must be marked for use by Models: naming one is not enough to read it."""
    for reference in seen.references:
        if not reference.usable:
            label = 'label it freehold.dev/credential: "true"'
            return Reason.SECRET_NOT_USABLE, f"Secret {reference.name} may not be used by Models; {label}"
    return None


def names_free(seen: Observed) -> Objection | None:
    """Objects that others made under our names are never overwritten."""
    if seen.taken:
        return Reason.NAME_TAKEN, f"{seen.taken[0]} exists and is not Freehold's; delete or rename it"
    return None


CHECKS: tuple[Check, ...] = (
    in_a_tenant,
    tenant_active,
    profile_known,
    image_allowed,
    source_readable,
    references_found,
    references_usable,
    names_free,
)
STOPPING = {Reason.NO_TENANT, Reason.TENANT_SUSPENDED}


def judge(seen: Observed) -> Verdict:
    """The first objection, or acceptance."""
    for check in CHECKS:
        if objection := check(seen):
            reason, message = objection
            return Verdict(accepted=False, reason=reason, message=message, stops=reason in STOPPING)
    return Verdict(accepted=True, reason=Reason.VALID, message="the Model may run here")


def _has_image(seen: Observed) -> bool:
    profile = profiles.find(seen.platform.profiles, seen.profile_name)
    variant = profile.imageVariant if profile else ""
    engine = seen.model.spec.engine
    return bool(seen.platform.engine_images.get(f"{engine}-{variant}" if variant else engine))
