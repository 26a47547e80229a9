"""What happens to keys after something else has happened: a member leaves, and their keys go with them.

Nobody could use such a key any more as it is (a key never allows more than its creator may now); revoked, it also stays
dead if the person comes back.
"""

from __future__ import annotations

from uuid import UUID

from freehold_app.auth.invalidation import Announce
from freehold_app.keys import repository
from freehold_app.kit.jobs import Handler, Work
from freehold_app.tenants.service import MEMBER_REMOVED


def handlers(announce: Announce) -> list[Handler]:
    async def revoke_of_member(work: Work) -> None:
        async with work.session() as session:
            revoked = await repository.revoke_of_creator(session, UUID(work.job.payload["user_id"]))
        for key_id in revoked:
            await announce("key", work.job.tenant_id, key_id)

    return [Handler(MEMBER_REMOVED, revoke_of_member)]
