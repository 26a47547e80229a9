"""Work that must happen after a commit: the row is written with the business rows, so neither can be lost alone.

    await enqueue(session, clock, principal.tenant_id, "invitation.mail", {"invitation_id": str(row.id)})

    Handler("invitation.mail", send)                  # async def send(work: Work) -> None: idempotent, it may run again

The table is the outbox; the worker role claims from it (`kit.jobs.worker`).
"""

from freehold_app.kit.jobs.repository import Job, enqueue
from freehold_app.kit.jobs.worker import Handler, JobWorker, Work

__all__ = ["Handler", "Job", "JobWorker", "Work", "enqueue"]
