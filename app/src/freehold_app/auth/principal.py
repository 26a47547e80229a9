"""Who calls, in whose name, and what that lets them do. Pure.

principal.tenant_id      # the only source of a tenant: never a path, a body or a header
principal.user_id        # the person; of a service key none
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


class Role(StrEnum):
    """What a member of a tenant is, weakest first."""

    VIEWER = "viewer"
    MEMBER = "member"
    ENGINEER = "engineer"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


@dataclass(frozen=True, slots=True)
class Principal:
    """One authenticated caller of one tenant. A key of a person has that person's role, a service key has none."""

    tenant_id: UUID
    tenant: str
    """The Tenant's name in Kubernetes."""
    namespace: str | None
    """Its namespace; none until the Tenant is provisioned."""
    kind: Literal["user", "key", "internal"]
    user_id: UUID | None
    role: Role | None
    key_id: UUID | None = None
    session_id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    platform_admin: bool = False
    on_behalf_of: UUID | None = None
    expires_at: datetime | None = None
    """When the credential ends; streams end with it."""
    suspended: bool = False

    @property
    def subject(self) -> str:
        """A name for limits and idempotency keys, unique within the tenant."""
        return f"{self.kind}:{self.user_id if self.kind == 'user' else self.key_id}"
