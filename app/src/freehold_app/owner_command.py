"""`create-owner`: a person who owns a tenant, made by whoever has the database. For `make up` and for first aid.

The password comes from standard input, or is made and goes to standard output, once and alone; what people read goes to
standard error. Run again for the same person it sets the password anew and ends their sessions.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from freehold_app.auth.invalidation import RedisAnnounce
from freehold_app.auth.local import repository
from freehold_app.auth.local.schemas import Email
from freehold_app.auth.passwords import Passwords, check_strength
from freehold_app.auth.principal import Role
from freehold_app.kit.clock import Clock, SystemClock
from freehold_app.kit.errors import InvalidRequestError
from freehold_app.kit.ids import new_id
from freehold_app.lifespan import open_resources
from freehold_app.platform.postgres import Database
from freehold_app.settings import Settings
from freehold_app.tenants.service import enter_tenant

GENERATED_BYTES = 15  # 20 characters, 120 bits


@dataclass(frozen=True, slots=True)
class Owner:
    """Who shall own the tenant."""

    email: str
    name: str
    secret_hash: str


async def create_owner(settings: Settings, tenant: str, email: str, name: str, password: str | None) -> None:
    """InvalidRequestError, PasswordWeakError and TenantNameError say what is wrong."""
    email = _checked(email)
    given = password if password is not None else secrets.token_urlsafe(GENERATED_BYTES)
    check_strength(given, email)
    secret_hash = await _hashed(given)
    async with open_resources(settings, SystemClock()) as resources:
        if resources.database is None:
            raise AssertionError("settings.refusals let a command without database through")
        tenant_id = await enter_tenant(resources.database, tenant, resources.clock)
        user_id, ended = await _write(resources.database, resources.clock, tenant_id, Owner(email, name, secret_hash))
        announce = RedisAnnounce(resources.redis)
        for changed in (*ended, user_id):
            await announce("session" if changed in ended else "member", tenant_id, changed)
    if password is None:
        print(given)
    shown = " The password on standard output is shown this once." if password is None else ""
    print(f"{email} owns tenant {tenant}.{shown}", file=sys.stderr)


async def _write(database: Database, clock: Clock, tenant_id: UUID, owner: Owner) -> tuple[UUID, list[UUID]]:
    """The person, and the sessions that ended because their password is another one now."""
    async with database.tenant(tenant_id) as session:
        known = await repository.account(session, owner.email)
        user_id = known.user_id if known is not None else new_id(clock)
        if known is None:
            await repository.insert_user(session, user_id, owner.email, owner.name)
        await repository.set_password(session, new_id(clock), user_id, owner.secret_hash)
        await repository.set_membership(session, tenant_id, user_id, Role.OWNER)
        return user_id, await repository.revoke_all(session, user_id, clock.now())


def _checked(email: str) -> str:
    try:
        return TypeAdapter(Email).validate_python(email)
    except ValidationError as error:
        raise InvalidRequestError.at("email", "must be an address such as ada@example.org") from error


async def _hashed(password: str) -> str:
    passwords = Passwords()
    try:
        return await passwords.digest(password)
    finally:
        passwords.close()
