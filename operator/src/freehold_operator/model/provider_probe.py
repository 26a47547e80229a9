"""Asks an outside provider whether it answers: `GET <baseURL>/models`, once a minute, no redirects followed."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import SECRET, ObjectKey
from freehold_operator.model.observed import ProviderCheck
from freehold_operator.model.typed import ModelReader

EVERY_SECONDS = 60.0
TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Probed:
    """The last answer, and for which generation of the Model it holds."""

    at: float
    generation: int
    check: ProviderCheck


class ProviderProbe:
    """Remembers the last answer of each External Model's provider; belongs to one event loop."""

    def __init__(self, api: KubeApi, models: ModelReader, clock: Callable[[], float]) -> None:
        self._api = api
        self._models = models
        self._clock = clock
        self._last: dict[ObjectKey, Probed] = {}
        self._session: aiohttp.ClientSession | None = None

    async def check(self, key: ObjectKey, raw: dict[str, object]) -> ProviderCheck | None:
        """The answer of at most a minute ago; None for a Model without a provider, or one that wants no probe."""
        spec = self._models.spec(raw)
        if spec is None or spec.external is None or spec.external.probe == "None" or spec.suspend:
            return None
        generation, now = _generation(raw), self._clock()
        last = self._last.get(key)
        if last and last.generation == generation and now - last.at < EVERY_SECONDS:
            return last.check
        status, problem = await self._ask(key, spec.external.base_url, spec.external.secret_ref)
        before = last.check.failures if last and last.generation == generation else 0
        failures = 0 if 200 <= status < 300 else before + 1
        self._last[key] = Probed(now, generation, ProviderCheck(status, failures, problem))
        return self._last[key].check

    def forget(self, key: ObjectKey) -> None:
        """The Model is gone."""
        self._last.pop(key, None)

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def _ask(self, key: ObjectKey, base_url: str, reference: object) -> tuple[int, str]:
        token = await self._key(key.namespace, reference)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True)
        try:
            url = f"{base_url.rstrip('/')}/models"
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                return response.status, ""
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return 0, type(error).__name__

    async def _key(self, namespace: str, reference: object) -> str:
        name, key = getattr(reference, "name", ""), getattr(reference, "key", "")
        body = await self._api.get(SECRET, name, namespace) if name else None
        try:
            return base64.b64decode((body or {}).get("data", {}).get(key, "")).decode().strip()
        except (binascii.Error, UnicodeDecodeError):
            return ""


def _generation(raw: dict[str, object]) -> int:
    metadata = raw["metadata"]
    return int(metadata.get("generation") or 0) if isinstance(metadata, dict) else 0
