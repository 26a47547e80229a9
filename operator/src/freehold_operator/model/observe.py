"""Gathers one Model's world: the watch cache, and one GET per Secret or ConfigMap that it names."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import yaml

from freehold_operator import errors
from freehold_operator.controller import Services
from freehold_operator.kube import labels, owners
from freehold_operator.kube.kinds import (
    AUTOSCALER,
    CONFIG_MAP,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    NETWORK_POLICY,
    POD,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE,
    TENANT,
    VOLUME_CLAIM,
    Kind,
    ObjectKey,
    Raw,
)
from freehold_operator.model import profiles
from freehold_operator.model.names import token_secret_name
from freehold_operator.model.observed import (
    Observed,
    Platform,
    ProviderCheck,
    Reference,
    ScalingView,
    TenantView,
    Token,
)
from freehold_operator.model.typed import ModelReader
from freehold_operator.model.weights import weights
from freehold_operator.settings import Settings

CHILDREN: tuple[Kind, ...] = (
    SERVICE,
    NETWORK_POLICY,
    DISRUPTION_BUDGET,
    DEPLOYMENT,
    AUTOSCALER,
    ROLE,
    ROLE_BINDING,
)
TOKEN_BYTES = 32


class Observer:
    """Builds an Observed; the only part of the Model controller that reads."""

    def __init__(
        self,
        services: Services,
        models: ModelReader,
        scaling: Callable[[ObjectKey], ScalingView | None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),  # a fake in tests
    ) -> None:
        self._services = services
        self._models = models
        self._scaling = scaling
        self._now = now
        self._profiles = ProfilesFile(services.settings.profiles_file)

    async def observe(
        self, key: ObjectKey, raw: Raw, *, taken: tuple[str, ...], provider: ProviderCheck | None
    ) -> Observed:
        """One frozen picture. Raises `errors.ApiError`, or `errors.GiveUp` for an unreadable Model."""
        store, model = self._services.store, self._models.model(raw)
        uid = raw["metadata"]["uid"]
        children = tuple(body for body in store.owned(key, CHILDREN) if owners.is_owned_by(body, uid))
        tenant = tenant_of(key.namespace, list(store.all(TENANT)))
        claim = weights(model.spec.url).claim
        return Observed(
            model=model,
            raw=raw,
            platform=platform(self._services.settings, self._profiles.read()),
            now=self._now(),
            tenant=tenant,
            children=children,
            pods=tuple(store.owned(key, (POD,))),
            # Outside of Tenants' namespaces we may read nothing, and say so in the status without having read it.
            references=await self._references(key.namespace, model.spec) if tenant else (),
            token=await self._token(key, uid) if tenant and model.spec.external is None else Token(),
            provider=provider,
            claim=await self._services.api.get(VOLUME_CLAIM, claim, key.namespace) if claim and tenant else None,
            taken=taken,
            scaling=self._scaling(key),
        )

    async def _references(self, namespace: str, spec: object) -> tuple[Reference, ...]:
        return tuple([await self._reference(namespace, *named) for named in named_references(spec)])

    async def _reference(self, namespace: str, kind: str, name: str, key: str) -> Reference:
        body = await self._services.api.get(SECRET if kind == "Secret" else CONFIG_MAP, name, namespace)
        if body is None:
            return Reference(kind, name, key, found=False)
        usable = kind != "Secret" or labels.labels_of(body).get(labels.CREDENTIAL) == "true"
        data = {**(body.get("data") or {}), **(body.get("binaryData") or {})}
        return Reference(
            kind,
            name,
            key,
            usable=usable,
            has_key=key in data,
            digest=_digest(body["metadata"]["uid"], data.get(key, "")),
        )

    async def _token(self, key: ObjectKey, owner_uid: str) -> Token:
        """Its digest is keyed by the Model and so known before the Secret exists: one pod template, not two."""
        body = await self._services.api.get(SECRET, token_secret_name(key.name), key.namespace)
        kept = (body or {}).get("data", {}).get("token")
        if kept:
            return Token(digest=_digest(owner_uid, base64.b64decode(kept).decode()))
        fresh = secrets.token_urlsafe(TOKEN_BYTES)
        return Token(digest=_digest(owner_uid, fresh), fresh=fresh)


class ProfilesFile:
    """The mounted profiles, read again when the file changes; a broken file keeps the last good content."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._profiles = dict(profiles.BUILT_IN)

    def read(self) -> dict[str, profiles.Profile]:
        """The profiles of this moment. Raises `errors.GiveUp` for a file that never was readable."""
        if self._path is None:
            return self._profiles
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if stamp != self._stamp:
                self._profiles = profiles.parse_profiles(self._path.read_text())
                self._stamp = stamp
        except (OSError, ValueError, yaml.YAMLError) as error:
            if self._stamp is None:
                raise errors.GiveUp("ProfilesUnreadable", f"{self._path}: {error}") from error
        return self._profiles


def platform(settings: Settings, known: dict[str, profiles.Profile]) -> Platform:
    """The settings as decisions need them."""
    return Platform(
        release_namespace=settings.release_namespace,
        gateway_account=settings.gateway_account,
        engine_images=settings.engine_images,
        profiles=known,
        default_profile=settings.default_profile or next(iter(known), ""),
        operator_image=settings.operator_image,
        pull_policy=settings.engine_pull_policy,
        trusted_certificates=settings.trusted_certificates,
        allowed_images=tuple(settings.allowed_images),
    )


def tenant_of(namespace: str, tenants: list[Raw]) -> TenantView | None:
    """The Tenant whose status says that this is its namespace."""
    for body in tenants:
        if (body.get("status") or {}).get("namespace") == namespace:
            spec = body.get("spec") or {}
            leaving = bool(body["metadata"].get("deletionTimestamp"))
            egress = tuple((spec.get("network") or {}).get("egress") or ())
            return TenantView(body["metadata"]["name"], bool(spec.get("suspend")) or leaving, egress)
    return None


def named_references(spec: object) -> list[tuple[str, str, str]]:
    """(kind, name, key) of every Secret and ConfigMap a spec names, in order, once each."""
    found: list[tuple[str, str, str]] = []
    for variable in getattr(spec, "env", None) or ():
        source = variable.value_from
        if source and source.secret_key_ref:
            found.append(("Secret", source.secret_key_ref.name, source.secret_key_ref.key))
        if source and source.config_map_key_ref:
            found.append(("ConfigMap", source.config_map_key_ref.name, source.config_map_key_ref.key))
    external = getattr(spec, "external", None)
    if external and external.secret_ref:
        found.append(("Secret", external.secret_ref.name, external.secret_ref.key))
    return list(dict.fromkeys(found))


def _digest(key: str, value: str) -> str:
    """Changes with the value and cannot be compared across objects: keyed by a uid."""
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:16]
