"""From raw Kubernetes objects to catalogue entries, also where fields are missing."""

from __future__ import annotations

from typing import Any

import pytest

from freehold_app.gateway.core.catalog import Endpoint, Readiness, SecretKey
from freehold_app.gateway.core.resources import (
    model_entry,
    slice_endpoints,
    slice_model,
    tenant_entry,
    tenant_of_namespace,
)


def raw_model(spec: dict[str, Any] | None = None, status: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "m",
            "namespace": "tenant-acme",
            "resourceVersion": "7",
            "creationTimestamp": "2026-11-24T03:00:00Z",
        },
        "spec": {"engine": "LlamaCpp", **(spec or {})},
        "status": status or {},
    }


def ready(status: str, reason: str, message: str = "") -> dict[str, Any]:
    condition = {"type": "Ready", "status": status, "reason": reason, "message": message}
    return {"conditions": [condition | {"lastTransitionTime": "2026-11-24T03:00:00Z"}]}


def test_a_fresh_model_is_callable_with_defaults() -> None:
    entry = model_entry(raw_model(), "acme", ())
    assert (entry.key, entry.tenant, entry.readiness) == ("tenant-acme/m", "acme", Readiness.CALLABLE)
    assert (entry.target_requests, entry.mode, entry.activation.max_held) == (4, "Requests", 256)
    assert entry.secret == SecretKey("tenant-acme", "model-m-token", "token")
    assert entry.created == 1795489200
    assert entry.managed


@pytest.mark.parametrize(
    ("spec", "status", "readiness"),
    [
        ({"suspend": True}, {}, Readiness.SUSPENDED),
        ({}, ready("False", "TenantSuspended"), Readiness.SUSPENDED),
        ({}, ready("False", "Failing"), Readiness.FAILED),
        ({}, ready("False", "NotAccepted"), Readiness.FAILED),
        ({}, ready("False", "Stopped"), Readiness.FAILED),
        ({}, ready("False", "NotScheduled"), Readiness.UNSCHEDULED),
        ({}, ready("False", "Starting"), Readiness.CALLABLE),
        ({}, ready("True", "ScaledToZero"), Readiness.CALLABLE),
    ],
)
def test_readiness_follows_the_condition(spec: dict[str, Any], status: dict[str, Any], readiness: Readiness) -> None:
    assert model_entry(raw_model(spec, status), "acme", ()).readiness is readiness


@pytest.mark.parametrize(
    ("replicas", "mode", "can"), [(0, "Requests", True), (1, "Requests", False), (0, "HPA", False)]
)
def test_only_mode_requests_at_zero_can_be_activated(replicas: int, mode: str, can: bool) -> None:
    entry = model_entry(raw_model({"replicas": replicas, "autoscaling": {"mode": mode}}), "acme", ())
    assert entry.can_activate is can


def test_an_external_model_is_its_provider() -> None:
    external = {
        "baseURL": "https://api.example.com/v1",
        "model": "big",
        "secretRef": {"name": "s"},
        "timeoutSeconds": 5,
    }
    entry = model_entry(raw_model({"engine": "External", "external": external}), "acme", ())
    assert entry.endpoints == (Endpoint("api.example.com", 443, True, "/v1", True),)
    assert entry.secret == SecretKey("tenant-acme", "s", "apiKey")
    assert (entry.upstream_model, entry.first_byte_seconds, entry.managed) == ("big", 5, False)


def test_the_tenant_comes_from_the_tenants_status_not_from_labels() -> None:
    tenants = [
        tenant_entry({"metadata": {"name": "acme"}, "spec": {}, "status": {"namespace": "tenant-acme"}}),
        tenant_entry({"metadata": {"name": "new"}, "spec": {"suspend": True}}),
    ]
    assert tenant_of_namespace(tenants) == {"tenant-acme": "acme"}
    assert [tenant.suspended for tenant in tenants] == [False, True]


def test_a_slice_gives_its_ready_endpoints() -> None:
    raw = {
        "metadata": {"name": "s", "namespace": "tenant-acme", "labels": {"freehold.dev/model": "m"}},
        "ports": [{"name": "metrics", "port": 1}, {"name": "http", "port": 8080}],
        "endpoints": [
            {"addresses": ["10.0.0.1"], "conditions": {"ready": True}},
            {"addresses": ["10.0.0.2"], "conditions": {"ready": False}},
            {"addresses": ["10.0.0.3"], "conditions": {"ready": True, "terminating": True}},
            {"addresses": ["10.0.0.4"]},
            {"addresses": []},
        ],
    }
    assert slice_endpoints(raw) == (Endpoint("10.0.0.1", 8080), Endpoint("10.0.0.4", 8080))
    assert slice_model(raw) == "tenant-acme/m"
    assert slice_endpoints({"metadata": {"name": "s"}}) == ()


def test_a_provider_with_an_odd_address_has_no_endpoint() -> None:
    raw = raw_model({"engine": "External", "external": {"baseURL": "ftp://x"}})
    assert model_entry(raw, "acme", ()).endpoints == ()
