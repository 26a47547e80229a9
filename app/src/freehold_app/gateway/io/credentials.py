"""What the gateway shows upstream: engine tokens and provider keys, out of Secrets or the environment.

Each is read once a minute at most, and again at once after an upstream refused it: that is how a rotation arrives.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from freehold_app.gateway.core.catalog import SecretKey
from freehold_app.gateway.errors import CredentialError
from freehold_app.platform.kubernetes import KubernetesError, NotFoundError

TTL_SECONDS = 60.0


@dataclass(slots=True)
class Kept:
    """One credential and when it was read."""

    value: bytes
    read_at: float


class Reader(Protocol):
    """The one call that is made: `KubeClient`, or a script in tests."""

    async def get(self, path: str) -> dict[str, Any]: ...


class Credentials:
    """Values by reference. `now` is the steady clock's."""

    def __init__(self, kube: Reader | None, environ: Mapping[str, str] = os.environ) -> None:
        self._kube = kube
        self._environ = environ
        self._kept: dict[SecretKey, Kept] = {}
        self._reading: dict[SecretKey, asyncio.Task[bytes]] = {}

    def known(self, reference: SecretKey, now: float) -> bytes | None:
        """The value if it was read in the last minute."""
        kept = self._kept.get(reference)
        return kept.value if kept is not None and now - kept.read_at < TTL_SECONDS else None

    async def read(self, reference: SecretKey, now: float) -> bytes:
        """Read it, once for all who ask; an old value serves while Kubernetes is away. CredentialError otherwise."""
        task = self._reading.get(reference)
        if task is None:
            task = self._reading[reference] = asyncio.create_task(self._fetch(reference))
            task.add_done_callback(lambda _: self._reading.pop(reference, None))
        try:
            value = await asyncio.shield(task)
        except CredentialError:
            kept = self._kept.get(reference)
            if kept is None:
                raise
            return kept.value
        self._kept[reference] = Kept(value, now)
        return value

    def forget(self, reference: SecretKey) -> None:
        """An upstream refused it: ask again before the next use."""
        kept = self._kept.get(reference)
        if kept is not None:
            kept.read_at = float("-inf")

    async def _fetch(self, reference: SecretKey) -> bytes:
        if not reference.namespace:
            return _printable(self._environ.get(reference.name, "").encode())
        if self._kube is None:
            raise CredentialError("there is no Kubernetes to read Secrets from")
        try:
            secret = await self._kube.get(f"/api/v1/namespaces/{reference.namespace}/secrets/{reference.name}")
        except NotFoundError as error:
            self._kept.pop(reference, None)
            raise CredentialError("the Secret does not exist") from error
        except KubernetesError as error:
            raise CredentialError("the Secret cannot be read") from error
        data = secret.get("data") or {}
        return _printable(base64.b64decode(data.get(reference.key, "")))


def _printable(value: bytes) -> bytes:
    """A value that can stand in a header; anything else could add headers of its own."""
    stripped = value.strip()
    if not stripped or not all(33 <= byte <= 126 for byte in stripped):
        raise CredentialError("the credential is empty or not plain text")
    return stripped
