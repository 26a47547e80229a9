"""Freehold's custom resources as typed classes: the one source of definitions, reference and readers."""

from freehold_crds.base import API_VERSION, GROUP, VERSION, Condition, ConditionStatus, Metadata
from freehold_crds.errors import InvalidResourceError, ResourceError
from freehold_crds.loading import parse_model, parse_tenant
from freehold_crds.reasons import ModelCondition, ModelReason, TenantCondition, TenantReason
from freehold_crds.v1alpha1.model import Engine, Feature, Model, ModelSpec, ScalingMode
from freehold_crds.v1alpha1.model_status import FailureLocation, ModelPhase, ModelStatus
from freehold_crds.v1alpha1.tenant import StoreMode, Tenant, TenantSpec
from freehold_crds.v1alpha1.tenant_status import TenantPhase, TenantStatus

__all__ = [
    "API_VERSION",
    "GROUP",
    "VERSION",
    "Condition",
    "ConditionStatus",
    "Engine",
    "FailureLocation",
    "Feature",
    "InvalidResourceError",
    "Metadata",
    "Model",
    "ModelCondition",
    "ModelPhase",
    "ModelReason",
    "ModelSpec",
    "ModelStatus",
    "ResourceError",
    "ScalingMode",
    "StoreMode",
    "Tenant",
    "TenantCondition",
    "TenantPhase",
    "TenantReason",
    "TenantSpec",
    "TenantStatus",
    "parse_model",
    "parse_tenant",
]
