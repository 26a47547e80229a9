"""Reads what callers want from every gateway replica: found by EndpointSlice, asked in parallel."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from freehold_operator import errors
from freehold_operator.kube.api import KubeApi
from freehold_operator.kube.kinds import ENDPOINT_SLICE, Raw
from freehold_operator.model.autoscaling import Sample

TIMEOUT = aiohttp.ClientTimeout(total=2)


@dataclass(frozen=True, slots=True)
class Report:
    """What one replica said: samples by Model (`namespace/name`); Models without calls may be left out."""

    at: float
    epoch: str
    models: Mapping[str, Sample]


@dataclass(frozen=True, slots=True)
class Reading:
    """One round over the gateways: each Ready replica's report, None from a silent one."""

    reports: Mapping[str, Report | None]


class DemandReader:
    """Asks the gateways; belongs to one event loop."""

    def __init__(
        self,
        api: KubeApi,
        namespace: str,
        service: str,
        port: int,
        token_file: Path | None,
        clock: Callable[[], float],
    ) -> None:
        self._api = api
        self._namespace = namespace
        self._service = service
        self._port = port
        self._token_file = token_file
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None

    async def read(self) -> Reading:
        """One round. Raises `errors.ApiError` when the replicas cannot even be listed."""
        selector = {"kubernetes.io/service-name": self._service}
        slices = await self._api.list(ENDPOINT_SLICE, self._namespace, selector)
        addresses = ready_addresses(slices, self._port)
        answers = await asyncio.gather(*(self._ask(address) for address in addresses))
        return Reading(reports=dict(zip(addresses, answers, strict=True)))

    async def close(self) -> None:
        """Close the connections."""
        if self._session:
            await self._session.close()

    async def _ask(self, address: str) -> Report | None:
        try:
            token = self._token_file.read_text().strip() if self._token_file else ""
            if self._session is None:
                self._session = aiohttp.ClientSession(timeout=TIMEOUT, trust_env=False)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with self._session.get(f"http://{address}/internal/demand", headers=headers) as response:
                response.raise_for_status()
                return report(await response.json(), self._clock())
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, errors.ApiError):
            return None


def ready_addresses(slices: list[Raw], port: int) -> list[str]:
    """`ip:port` of every ready endpoint; the slice's own port counts where it names one."""
    found = set()
    for body in slices:
        ports = [item.get("port") for item in body.get("ports") or [] if item.get("name") in {"internal", "", None}]
        for endpoint in body.get("endpoints") or []:
            if (endpoint.get("conditions") or {}).get("ready", True):
                found |= {f"{ip}:{ports[0] if ports else port}" for ip in endpoint.get("addresses") or []}
    return sorted(found)


def report(answer: Any, at: float) -> Report:
    """One answer, read. Raises `ValueError` for anything that is not the agreed form."""
    try:
        epoch = str(answer["epoch"])
        models = {str(name): _sample(counted, epoch, at) for name, counted in answer["models"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a demand report: {type(error).__name__}") from error
    return Report(at=at, epoch=epoch, models=models)


def _sample(counted: Mapping[str, Any], epoch: str, at: float) -> Sample:
    return Sample(
        at=at,
        epoch=epoch,
        inflight=int(counted.get("inflight", 0)),
        held=int(counted.get("held", 0)),
        oldest_held_seconds=float(counted.get("oldestHeldSeconds", 0)),
        busy_seconds=float(counted.get("busySeconds", 0)),
    )
