"""Keys to grants, out of PostgreSQL. Nothing is cached here: the gateway's cache is the one that is invalidated."""

from __future__ import annotations

from freehold_app.auth.digests import Peppers
from freehold_app.auth.errors import AuthUnavailableError
from freehold_app.auth.grant import Grant
from freehold_app.auth.key_format import is_well_formed
from freehold_app.auth.repository import key_by_digest
from freehold_app.platform.errors import PlatformError
from freehold_app.platform.postgres import Database


class DatabasePrincipals:
    """`PrincipalSource` over the database of the role `freehold_app`."""

    def __init__(self, database: Database, peppers: Peppers) -> None:
        self._database = database
        self._peppers = peppers

    async def lookup(self, key: str) -> Grant | None:
        if not is_well_formed(key):
            return None
        try:
            # tenancy: the key tells the tenant; only auth_api_key() answers here
            async with self._database.platform() as session:
                for digest in self._peppers.candidates(key):
                    found = await key_by_digest(session, digest)
                    if found is not None:
                        return found.grant
        except PlatformError as error:
            raise AuthUnavailableError from error  # fails closed: an unknown key never passes
        return None
