"""The mark that makes the API server wait for us when a Tenant is deleted."""

from typing import Any

from freehold_operator.controller import Services
from freehold_operator.kube import kinds, labels

Raw = dict[str, Any]

CLEANUP = f"{labels.GROUP}/cleanup"


async def ensure(services: Services, raw: Raw) -> Raw:
    """The Tenant with our finalizer; one conditional write if it was missing. Raises `errors.ApiError`."""
    present = raw["metadata"].get("finalizers") or []
    return raw if CLEANUP in present else await _write(services, raw, [*present, CLEANUP])


async def remove(services: Services, raw: Raw) -> None:
    """Let the Tenant go. Raises `errors.ApiError`."""
    await _write(services, raw, [name for name in raw["metadata"]["finalizers"] if name != CLEANUP])


async def _write(services: Services, raw: Raw, names: list[str]) -> Raw:
    """Conditional on the version read: others' finalizers must not be lost."""
    metadata = raw["metadata"]
    patch = {"metadata": {"finalizers": names, "resourceVersion": metadata["resourceVersion"]}}
    after = await services.api.merge_patch(kinds.TENANT, metadata["name"], "", patch)
    services.store.put(kinds.TENANT, after)
    return after
