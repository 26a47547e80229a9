"""Why something of a Tenant is not done: said by the checks, folded into the status, put down nowhere else."""

from dataclasses import dataclass

from freehold_crds import TenantReason


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is not done: `Refusal(TenantReason.FOREIGN, "namespace x belongs to nobody we know")`."""

    reason: TenantReason
    message: str
