"""/api/v1/events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from freehold_app.auth.access import CatalogReader
from freehold_app.kit.errors import BadFilterError
from freehold_app.kit.given import given
from freehold_app.kit.routing import RestRoute
from freehold_app.kit.sse import EventStream, Streams
from freehold_app.live.hub import TOPICS, Hub

router = APIRouter(prefix="/events", tags=["events"], route_class=RestRoute)


@router.get("", response_class=EventStream)
async def follow_events(
    principal: CatalogReader,
    hub: Annotated[Hub, Depends(given(Hub))],
    streams: Annotated[Streams, Depends(given(Streams))],
    topics: Annotated[str, Query(description="Separated by commas; default: all.", max_length=200)] = "",
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Follow what changes, as server-sent events; `resync` means that some may have been missed."""
    wanted = frozenset(part.strip() for part in topics.split(",") if part.strip()) or TOPICS
    if wanted - TOPICS:
        raise BadFilterError(
            f"topics: {', '.join(sorted(wanted - TOPICS))}", fix=f"Choose from {', '.join(sorted(TOPICS))}."
        )
    events = hub.listen(principal, wanted, resumed=last_event_id is not None)
    return streams.open(principal.user_id or principal.key_id, events, until=principal.expires_at)
