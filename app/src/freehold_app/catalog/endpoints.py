"""/api/v1/models: what there is, how it is, and changes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import yaml
from fastapi import APIRouter, Depends, Path, Query, Response

from freehold_app.auth.access import CatalogReader, Idempotent, ModelInspector, ModelWriter, Pages, TenantSession
from freehold_app.auth.errors import ForbiddenRoleError
from freehold_app.auth.permissions import Action, allows
from freehold_app.auth.principal import Principal
from freehold_app.catalog import repository
from freehold_app.catalog.inspection import Tail
from freehold_app.catalog.pods import ENGINE
from freehold_app.catalog.reading import manifest_of, part
from freehold_app.catalog.repository import TransitionRow
from freehold_app.catalog.schemas import (
    Manifest,
    ModelChange,
    ModelDetail,
    ModelEvents,
    ModelIn,
    ModelRow,
    Pods,
    ScaleIn,
    Snippets,
    Transition,
)
from freehold_app.catalog.service import Catalog, header_etag
from freehold_app.catalog.snippets import snippets
from freehold_app.kit.errors import EtagRequiredError
from freehold_app.kit.etags import IfMatch, with_etag
from freehold_app.kit.given import given
from freehold_app.kit.pages import Page
from freehold_app.kit.routing import RestRoute
from freehold_app.kit.sse import EventStream, Streams

router = APIRouter(prefix="/models", tags=["models"], route_class=RestRoute)

Models = Annotated[Catalog, Depends(given(Catalog))]
Name = Annotated[str, Path(max_length=253, description="The Model's name.")]
DryRun = Annotated[bool, Query(alias="dryRun", description="1: check everything, change nothing.")]
Force = Annotated[bool, Query(description="1: take over fields that others manage. For administrators.")]


@router.get("")
async def list_models(principal: CatalogReader, catalog: Models, pages: Pages) -> Page[ModelRow]:
    """The tenant's Models and their states, by name."""
    [after] = pages.after(str) or ("",)
    names = catalog.names_after(principal, after, pages.fetch)
    return pages.page(await catalog.rows(principal, names), lambda row: row, key=lambda row: (row.name,))


@router.post("", status_code=201, responses={200: {"model": ModelDetail, "description": "With `dryRun`."}})
async def create_model(
    model: ModelIn,
    principal: ModelWriter,
    catalog: Models,
    session: TenantSession,
    response: Response,
    _: Idempotent,
    dry_run: DryRun = False,
) -> ModelDetail:
    """Create a Model. With `dryRun` the answer is 200 and shows what would be made."""
    place = catalog.place(principal)
    await repository.lock_name(session, place, model.name)
    made = await catalog.cluster.create(place, model.name, model.spec, dry_run=dry_run)
    response.status_code = 200 if dry_run else 201
    return _marked(await catalog.detail(principal, made), response)


@router.get("/{name}")
async def show_model(name: Name, principal: CatalogReader, catalog: Models, response: Response) -> ModelDetail:
    """One Model with its spec, its conditions and what went wrong last."""
    return _marked(await catalog.detail(principal, catalog.find(principal, name)), response)


@router.put("/{name}")
async def change_model(
    name: Name,
    change: ModelChange,
    principal: ModelWriter,
    catalog: Models,
    response: Response,
    dry_run: DryRun = False,
    force: Force = False,
    if_match: IfMatch = None,
) -> ModelDetail:
    """Give a Model a whole new spec, by server-side apply. Fields that somebody else manages are refused."""
    place = _check_change(catalog, principal, name, if_match, force=force)
    assert if_match is not None
    changed = await catalog.cluster.change(place, name, change.spec, if_match=if_match, force=force, dry_run=dry_run)
    return _marked(await catalog.detail(principal, changed), response)


@router.delete("/{name}", status_code=204)
async def delete_model(name: Name, principal: ModelWriter, catalog: Models, if_match: IfMatch = None) -> None:
    """Delete a Model and everything that runs for it. Its usage and its history stay."""
    place = _check_change(catalog, principal, name, if_match, force=False)
    assert if_match is not None
    await catalog.cluster.delete(place, name, if_match=if_match)


@router.post("/{name}/scale")
async def scale_model(
    name: Name, scale: ScaleIn, principal: ModelWriter, catalog: Models, response: Response
) -> ModelDetail:
    """Set the number of pods, in autoscaling.mode Fixed. In the other modes change the bounds instead."""
    scaled = await catalog.cluster.scale(catalog.place(principal), name, scale.replicas)
    return _marked(await catalog.detail(principal, scaled), response)


@router.post("/{name}/suspend")
async def suspend_model(
    name: Name, principal: ModelWriter, catalog: Models, response: Response, force: Force = False
) -> ModelDetail:
    """Stop all pods and answer calls with 503, until it is resumed."""
    return await _set_suspended(catalog, principal, name, response, suspend=True, force=force)


@router.post("/{name}/resume")
async def resume_model(
    name: Name, principal: ModelWriter, catalog: Models, response: Response, force: Force = False
) -> ModelDetail:
    """Let a suspended Model run again."""
    return await _set_suspended(catalog, principal, name, response, suspend=False, force=force)


@router.get("/{name}/manifest")
async def show_manifest(name: Name, principal: CatalogReader, catalog: Models) -> Manifest:
    """The Model as a file for `kubectl apply`."""
    manifest = manifest_of(catalog.find(principal, name))
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
    return Manifest(manifest=manifest, yaml=text)


@router.get("/{name}/snippets")
async def show_snippets(name: Name, principal: CatalogReader, catalog: Models) -> Snippets:
    """How to call the Model from elsewhere."""
    raw = catalog.find(principal, name)
    features = list(part(raw, "spec").get("features") or ("TextGeneration",))
    return snippets(name, catalog.place(principal), features, catalog.public_url)


@router.get("/{name}/history")
async def list_transitions(
    name: Name, principal: CatalogReader, catalog: Models, session: TenantSession, pages: Pages
) -> Page[Transition]:
    """What became of the Model, newest first: changes of phase, revision and conditions, for 90 days."""
    catalog.find(principal, name)
    at, last_id = pages.before(datetime, UUID)
    rows = await repository.page(session, name, at, last_id, pages.fetch)
    return pages.page(rows, _transition, key=lambda row: (row.at, row.id))


@router.get("/{name}/pods")
async def list_pods(name: Name, principal: ModelInspector, catalog: Models) -> Pods:
    """The Model's pods, newest first."""
    return Pods(items=await catalog.inspection.pods(catalog.place(principal), name))


@router.get("/{name}/events")
async def list_model_events(name: Name, principal: ModelInspector, catalog: Models) -> ModelEvents:
    """Kubernetes Events about the Model and its newest pods, newest first. They last an hour; `history` stays."""
    return ModelEvents(items=await catalog.inspection.events(catalog.place(principal), name))


@router.get("/{name}/logs", response_class=EventStream)
async def follow_logs(
    name: Name,
    principal: ModelInspector,
    catalog: Models,
    streams: Annotated[Streams, Depends(given(Streams))],
    pod: Annotated[str | None, Query(max_length=253, description="Default: the newest.")] = None,
    container: Annotated[str, Query(max_length=63, description="Init containers have names of their own.")] = ENGINE,
    follow: Annotated[bool, Query(description="1: go on with new lines as they come.")] = False,
    previous: Annotated[bool, Query(description="1: of the run before the last restart.")] = False,
    since: Annotated[int | None, Query(ge=1, le=604_800, description="Not older than so many seconds.")] = None,
    tail: Annotated[int, Query(ge=1, le=5000, description="The last so many lines.")] = 500,
) -> EventStream:
    """A pod's log as server-sent events: `lines` `{pod, container, lines: [{at, text}]}`, then `end` or `error`."""
    chosen = Tail(container, follow, previous, since, tail)
    events = await catalog.inspection.log(catalog.place(principal), name, pod, chosen)
    return streams.open(principal.user_id or principal.key_id, events, until=principal.expires_at)


def _check_change(catalog: Catalog, principal: Principal, name: str, if_match: str | None, *, force: bool) -> str:
    """The namespace, where there is such a Model, the version is said and nobody but administrators forces."""
    _check_force(principal, force=force)
    catalog.find(principal, name)
    if if_match is None:
        raise EtagRequiredError
    return catalog.place(principal)


def _check_force(principal: Principal, *, force: bool) -> None:
    if force and not allows(principal, Action.TENANT_ADMIN):
        raise ForbiddenRoleError("Only administrators take over what others manage.")


async def _set_suspended(
    catalog: Catalog, principal: Principal, name: str, response: Response, *, suspend: bool, force: bool
) -> ModelDetail:
    _check_force(principal, force=force)
    changed = await catalog.cluster.suspend(catalog.place(principal), name, suspend=suspend, force=force)
    return _marked(await catalog.detail(principal, changed), response)


def _marked(detail: ModelDetail, response: Response) -> ModelDetail:
    with_etag(response, header_etag(detail))
    return detail


def _transition(row: TransitionRow) -> Transition:
    return Transition(
        id=str(row.id),
        at=row.at,
        type=row.type,
        status=row.status,
        reason=row.reason,
        message=row.message,
        ready=row.ready,
        desired=row.desired,
    )
