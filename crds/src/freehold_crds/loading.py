"""Turns live objects into typed ones, across versions.

The API server has already checked a live object against the CustomResourceDefinition, which may be newer or older than
this package while an upgrade runs. So the loaders let unknown fields through unread, fill in defaults that an older
definition did not know, and forget a status that they cannot read (the operator observes it anew). What they refuse is
a spec that this version cannot understand at all.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from freehold_crds.base import Part
from freehold_crds.errors import InvalidResourceError
from freehold_crds.v1alpha1.model import Model
from freehold_crds.v1alpha1.tenant import Tenant


def parse_model(raw: Mapping[str, Any]) -> Model:
    """Reads a live Model; raises InvalidResourceError, which no retry cures."""
    return _parse(Model, raw)


def parse_tenant(raw: Mapping[str, Any]) -> Tenant:
    """Reads a live Tenant; raises InvalidResourceError, which no retry cures."""
    return _parse(Tenant, raw)


def _parse[Resource: Part](kind: type[Resource], raw: Mapping[str, Any]) -> Resource:
    try:
        return kind.model_validate(raw, extra="ignore")
    except ValidationError as error:
        if any(problem["loc"][:1] != ("status",) for problem in error.errors()):
            raise InvalidResourceError(_explained(kind, raw, error)) from error
    return kind.model_validate({**raw, "status": {}}, extra="ignore")


def _explained(kind: type[Part], raw: Mapping[str, Any], error: ValidationError) -> str:
    # The values stay out of the message: an env value may be a secret.
    name = (raw.get("metadata") or {}).get("name", "without a name")
    problems = (f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors())
    return f"{kind.__name__} {name}: {'; '.join(problems)}"
