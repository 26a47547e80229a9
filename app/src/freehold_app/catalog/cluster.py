"""Changes Models through the Kubernetes API, as the field manager `freehold-app`, and says why where it may not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog

from freehold_app.auth.errors import TenantNotProvisionedError
from freehold_app.catalog.changes import (
    MANAGER,
    body_of,
    explained,
    may_take_over,
    only_ours,
    own_spec,
    scale_refusal,
    version_of,
    wanted_spec,
)
from freehold_app.catalog.errors import ModelExistsError, ModelNotFoundError, NoClusterError, RightMissingError
from freehold_app.catalog.informer import ModelInformer, Raw
from freehold_app.catalog.reading import part
from freehold_app.errors import FieldError
from freehold_app.kit.errors import StaleEtagError
from freehold_app.platform.kubernetes import ConflictError, KubeClient, KubernetesError, NotFoundError
from freehold_crds import ModelSpec

TRIES = 3
_TAKEN = FieldError("/name", "model_exists", "is taken")
_DRY_RUN = {True: "All", False: ""}


def models_path(namespace: str, name: str = "") -> str:
    """Both are checked before: a namespace comes from the Tenant, a name from the watch or by its pattern."""
    return f"/apis/freehold.dev/v1alpha1/namespaces/{namespace}/models" + (f"/{name}" if name else "")


@asynccontextmanager
async def refusals() -> AsyncIterator[None]:
    """The API server's errors become the catalogue's. What control's own account may not do is logged in full."""
    try:
        yield
    except KubernetesError as error:
        meant = explained(error)
        if isinstance(meant, RightMissingError):
            structlog.get_logger(__name__).error("right_missing", reason=error.detail)
        if meant is error:
            raise
        raise meant from error


class ModelCluster:
    """`kube` is none without a cluster: NoClusterError for every change then."""

    def __init__(self, kube: KubeClient | None, informer: ModelInformer) -> None:
        self._kube = kube
        self._informer = informer

    @property
    def kube(self) -> KubeClient:
        if self._kube is None:
            raise NoClusterError
        return self._kube

    async def create(self, namespace: str, name: str, spec: ModelSpec, *, dry_run: bool) -> Raw:
        """ModelExistsError, ModelRejectedError, ModelsQuotaError. Applied and not posted, so that `freehold-app` owns
        only what was given; the caller keeps others from creating the same name meanwhile.
        """
        kube, path = self.kube, models_path(namespace, name)
        body = body_of(name, namespace, wanted_spec(spec))
        async with refusals():
            await self._expect_none(path, name)
            try:
                made = await kube.apply(path, body, fieldManager=MANAGER, dryRun=_DRY_RUN[dry_run])
            except NotFoundError as error:
                raise TenantNotProvisionedError from error
        return self._seen(made, dry_run=dry_run)

    async def change(
        self, namespace: str, name: str, spec: ModelSpec, *, if_match: str, force: bool, dry_run: bool
    ) -> Raw:
        """A whole new spec. StaleEtagError, ManagedElsewhereError, ModelRejectedError."""
        live = self._informer.get(namespace, name)
        version = version_of(if_match) or (live["metadata"]["uid"], "")
        body = body_of(name, namespace, wanted_spec(spec, part(live, "spec")), version)
        async with refusals():
            changed = await self._apply(namespace, name, body, only_ours, force=force, dry_run=dry_run)
        return self._seen(changed, dry_run=dry_run)

    async def suspend(self, namespace: str, name: str, *, suspend: bool, force: bool) -> Raw:
        """One field, together with what Freehold applied before. A value that only people's hands have set is taken
        over: nobody sets it back.
        """
        self._informer.get(namespace, name)
        async with refusals():
            for attempt in range(1, TRIES + 1):
                try:
                    changed = await self._suspend_once(namespace, name, suspend=suspend, force=force)
                except ConflictError as error:
                    if error.causes or attempt == TRIES:
                        raise
                else:
                    return self._seen(changed)
        raise AssertionError

    async def _suspend_once(self, namespace: str, name: str, *, suspend: bool, force: bool) -> Raw:
        live = await self._read(namespace, name)
        version = live["metadata"]["uid"], live["metadata"]["resourceVersion"]
        body = body_of(name, namespace, own_spec(live) | {"suspend": suspend}, version)
        return await self._apply(namespace, name, body, may_take_over, force=force)

    async def scale(self, namespace: str, name: str, replicas: int) -> Raw:
        """WrongStateError unless the number is somebody's to set."""
        refused = scale_refusal(self._informer.get(namespace, name))
        if refused is not None:
            raise refused
        path = models_path(namespace, name)
        async with refusals():
            await self.kube.merge_patch(f"{path}/scale", {"spec": {"replicas": replicas}}, fieldManager=MANAGER)
            return self._seen(await self._read(namespace, name))

    async def delete(self, namespace: str, name: str, *, if_match: str) -> None:
        """StaleEtagError where it has changed."""
        uid = self._informer.get(namespace, name)["metadata"]["uid"]
        version = version_of(if_match) or (uid, "")
        preconditions = {"uid": version[0]} | ({"resourceVersion": version[1]} if version[1] else {})
        options = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
        async with refusals():
            try:
                left = await self.kube.delete(models_path(namespace, name), options)
            except NotFoundError as error:
                raise ModelNotFoundError(f"there is no Model {name!r}") from error
            except ConflictError as error:
                raise StaleEtagError from error
        if left.get("kind") == "Model":
            self._informer.note(left)
        else:
            self._informer.forget(namespace, name, version[0])

    async def _apply(
        self,
        namespace: str,
        name: str,
        body: Mapping[str, Any],
        yields: Callable[[ConflictError], bool],
        *,
        force: bool,
        dry_run: bool = False,
    ) -> Raw:
        """Once without force, and with it where the other managers are such that `yields` lets them be overruled."""
        path, query = models_path(namespace, name), {"fieldManager": MANAGER, "dryRun": _DRY_RUN[dry_run]}
        if not force:
            try:
                return await self.kube.apply(path, dict(body), **query)
            except ConflictError as error:
                if not yields(error):
                    raise
        return await self.kube.apply(path, dict(body), force="true", **query)

    async def _expect_none(self, path: str, name: str) -> None:
        try:
            await self.kube.get(path)
        except NotFoundError:
            return
        raise ModelExistsError(f"There is a Model {name!r} already.", fields=(_TAKEN,))

    async def _read(self, namespace: str, name: str) -> Raw:
        try:
            return await self.kube.get(models_path(namespace, name))
        except NotFoundError as error:
            raise ModelNotFoundError(f"there is no Model {name!r}") from error

    def _seen(self, raw: Raw, *, dry_run: bool = False) -> Raw:
        """What was written is shown at once, before the watch brings it."""
        if not dry_run:
            self._informer.note(raw)
        return raw
