"""The control plane with people in it: over ASGI, on a real database, time in the test's hand.

async def test_...(control: Control) -> None:
    ada = await control.person("ada@example.org", tenant="acme", role=Role.OWNER)
    answer = await ada.get("/api/v1/me")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import text

from freehold_app.auth.local import repository
from freehold_app.auth.local.sessions import Device, Opened
from freehold_app.auth.passwords import Passwords
from freehold_app.auth.principal import Role
from freehold_app.control import ControlRole
from freehold_app.keys.service import KeyRequest, create_key
from freehold_app.kit.ids import new_id
from freehold_app.sign_in import new_sessions
from freehold_app.tenants.repository import Mirrored, mirror
from freehold_app.tenants.service import enter_tenant
from freehold_app.wiring import Deps
from tests.app.conftest import FakeClock

PUBLIC_URL = "http://127.0.0.1:8080"
BOOTSTRAP_TOKEN = "bootstrap-token-of-the-tests-0123456789"
PASSWORD = "correct horse battery staple"


@dataclass(slots=True)
class Person:
    """Somebody who is signed in; the methods send their access token."""

    client: AsyncClient
    user_id: UUID
    tenant_id: UUID
    session_id: UUID
    access: str
    cookie: str

    async def get(self, path: str, **options: Any) -> Response:
        return await self.send("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.send("POST", path, json=json, **options)

    async def patch(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.send("PATCH", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Response:
        return await self.send("PUT", path, json=json, **options)

    async def delete(self, path: str, **options: Any) -> Response:
        return await self.send("DELETE", path, **options)

    async def send(self, method: str, path: str, **options: Any) -> Response:
        headers = {"authorization": f"Bearer {self.access}"} | options.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **options)


@dataclass(slots=True)
class Control:
    """One control process and what is behind it."""

    role: ControlRole
    deps: Deps
    clock: FakeClock
    anonymous: AsyncClient
    _hash: list[str] = field(default_factory=list)

    async def tenant(self, name: str) -> UUID:
        """The tenant, with its place in the cluster."""
        tenant_id = await enter_tenant(self.deps.database, name, self.clock)
        async with self.deps.database.platform() as session:
            await mirror(session, Mirrored(name, None, f"tenant-{name}", "active", {"models": {"max": 20}}))
        return tenant_id

    async def key(self, tenant_id: UUID, *scopes: str, creator: UUID | None = None) -> str:
        """A key with exactly these scopes; without `creator` a service key."""
        request = KeyRequest("test")
        made = await create_key(self.deps.database, self.deps.peppers, self.clock, tenant_id, request)
        change = text(
            "UPDATE api_keys SET scopes = :scopes, created_by = :creator, service = :service WHERE public_id = :id"
        )
        values = {"scopes": list(scopes), "creator": creator, "service": creator is None, "id": made.public_id}
        async with self.deps.database.tenant(tenant_id) as session:
            await session.execute(change, values)
        return made.text

    async def person(self, email: str, *, tenant: str = "acme", role: Role = Role.OWNER) -> Person:
        """A member who is signed in. Made in the database, because a password costs 25 ms each time."""
        tenant_id = await self.tenant(tenant)
        async with self.deps.database.tenant(tenant_id) as session:
            user_id = new_id(self.clock)
            found = await repository.account(session, email)
            if found is None:
                await repository.insert_user(session, user_id, email, email.partition("@")[0])
                await repository.set_password(session, new_id(self.clock), user_id, await self._password())
            else:
                user_id = found.user_id
            await repository.set_membership(session, tenant_id, user_id, role)
            device = Device("test", "127.0.0.1")
            opened = await new_sessions(self.deps).open(session, user_id, tenant_id, device)
        return self.as_person(opened)

    def as_person(self, opened: Opened) -> Person:
        return Person(self.anonymous, opened.user_id, opened.tenant_id, opened.session_id, opened.access, opened.cookie)

    async def _password(self) -> str:
        if not self._hash:
            passwords = Passwords()
            self._hash.append(await passwords.digest(PASSWORD))
            passwords.close()
        return self._hash[0]


def client_of(role: ControlRole, address: str = "127.0.0.1") -> AsyncClient:
    """A browser's place, without its cookies: a test shows the cookie that it means."""
    transport = ASGITransport(app=role.asgi, client=(address, 50000), raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url=PUBLIC_URL)


__all__ = ["BOOTSTRAP_TOKEN", "PASSWORD", "PUBLIC_URL", "Control", "Person", "client_of"]
