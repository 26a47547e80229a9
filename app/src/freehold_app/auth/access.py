"""What endpoints write into their signatures: who may call them, and the one door to the caller's rows.

    @router.post("/notes", status_code=201)
    async def create_note(
        note: NoteIn, principal: TenantMember, session: TenantSession, _: Idempotent
    ) -> NoteOut: ...

`TenantSession` is one transaction for the request: it begins with the caller's tenant, commits after the endpoint and
before the answer's first byte, and rolls back on any error. Streaming endpoints take `Given[Database]` instead and open
short transactions of their own. A route without one of the aliases of the matrix fails a test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from freehold_app.auth.directory import Directory
from freehold_app.auth.errors import ForbiddenRoleError, TenantSuspendedError, UnauthenticatedError
from freehold_app.auth.permissions import Action, allows
from freehold_app.auth.principal import Principal
from freehold_app.kit import idempotency
from freehold_app.kit.clock import Clock
from freehold_app.kit.errors import RateLimitedError
from freehold_app.kit.given import given
from freehold_app.kit.limits import Limit, LocalBuckets
from freehold_app.kit.pages import DEFAULT_LIMIT, MAX_CURSOR, MAX_LIMIT, Cursors, PageRequest, page_scope
from freehold_app.platform.postgres import Connection, Database

PER_USER = Limit(600, 60)
PER_TENANT = Limit(3000, 60)
# What a suspended tenant's people may still do.
WHILE_SUSPENDED = frozenset(
    {Action.PROFILE, Action.TENANT_READ, Action.CATALOG_READ, Action.USAGE_OWN, Action.USAGE_TENANT}
)

_bearer = HTTPBearer(auto_error=False, description="An access token from /auth/login, or an API key.")


class Quotas:
    """How often one caller and one tenant may call this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets = LocalBuckets()

    def take(self, principal: Principal) -> None:
        """RateLimitedError says when again."""
        now = self._clock.monotonic()
        subjects = ((f"{principal.tenant_id}:{principal.subject}", PER_USER), (str(principal.tenant_id), PER_TENANT))
        wait = max(self._buckets.take(subject, limit, now) for subject, limit in subjects)
        if wait > 0:
            raise RateLimitedError(retry_after_seconds=int(wait) + 1)


async def authenticate(
    directory: Annotated[Directory, Depends(given(Directory))],
    quotas: Annotated[Quotas, Depends(given(Quotas))],
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Principal:
    if shown is None or not shown.credentials:
        raise UnauthenticatedError
    principal = await directory.principal(shown.credentials)
    quotas.take(principal)
    return principal


CurrentPrincipal = Annotated[Principal, Depends(authenticate)]


class Requires:
    """A dependency that lets pass whom the matrix lets pass."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, principal: CurrentPrincipal) -> Principal:
        if not allows(principal, self.action):
            raise ForbiddenRoleError
        if principal.suspended and self.action not in WHILE_SUSPENDED:
            raise TenantSuspendedError
        return principal


ProfileOwner = Annotated[Principal, Depends(Requires(Action.PROFILE))]
CatalogReader = Annotated[Principal, Depends(Requires(Action.CATALOG_READ))]
ModelCaller = Annotated[Principal, Depends(Requires(Action.INFERENCE))]
TenantMember = Annotated[Principal, Depends(Requires(Action.CHAT))]
KeyOwner = Annotated[Principal, Depends(Requires(Action.KEYS_OWN))]
ModelWriter = Annotated[Principal, Depends(Requires(Action.MODELS_WRITE))]
ModelInspector = Annotated[Principal, Depends(Requires(Action.MODELS_INSPECT))]
OwnUsageReader = Annotated[Principal, Depends(Requires(Action.USAGE_OWN))]
TenantUsageReader = Annotated[Principal, Depends(Requires(Action.USAGE_TENANT))]
TenantReader = Annotated[Principal, Depends(Requires(Action.TENANT_READ))]
TenantAdmin = Annotated[Principal, Depends(Requires(Action.TENANT_ADMIN))]
TenantOwner = Annotated[Principal, Depends(Requires(Action.TENANT_OWN))]


async def _tenant_session(
    principal: CurrentPrincipal, database: Annotated[Database, Depends(given(Database))]
) -> AsyncIterator[Connection]:
    async with database.tenant(principal.tenant_id) as session:
        yield session


TenantSession = Annotated[Connection, Depends(_tenant_session, scope="function")]


class Idempotency:
    """A dependency for creating POSTs; `masked` are members of the answer that are shown once, such as a key."""

    def __init__(self, *masked: str) -> None:
        self._masked = frozenset(masked)

    async def __call__(self, request: Request, principal: CurrentPrincipal, session: TenantSession) -> None:
        await idempotency.begin(request, session, principal.tenant_id, principal.subject, self._masked)


Idempotent = Annotated[None, Depends(Idempotency(), scope="function")]


async def _pages(
    request: Request,
    principal: CurrentPrincipal,
    cursors: Annotated[Cursors, Depends(given(Cursors))],
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    return PageRequest(limit, cursor, page_scope(request.url.path, principal.tenant_id, query), cursors)


Pages = Annotated[PageRequest, Depends(_pages)]
