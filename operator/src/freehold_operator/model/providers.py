"""What a provider's probe means for an External Model. Pure."""

from freehold_crds import FailureLocation as Location
from freehold_crds import ModelReason as Reason
from freehold_operator.model.failures import Failure
from freehold_operator.model.observed import Observed

TOLERATED_FAILURES = 2  # one lost packet must not turn a Model red; the third probe in a row does


def provider_failure(seen: Observed) -> Failure | None:
    """401 and 403 count at once, anything else after three probes."""
    check = seen.provider
    if check is None or (200 <= check.status < 300):
        return None
    if check.status in {401, 403}:
        text = f"the provider refused the key (HTTP {check.status}); check external.secretRef"
        return Failure("Available", Reason.PROVIDER_DENIED, text, Location.PROVIDER)
    if check.failures <= TOLERATED_FAILURES:
        return None
    text = f"the provider does not answer: {check.problem or f'HTTP {check.status}'}"
    return Failure("Available", Reason.PROVIDER_UNREACHABLE, text, Location.PROVIDER)
