"""What is sent to the API server for a wish, and what its refusals mean. Pure.

Control changes Models by server-side apply as the manager `freehold-app`: what it no longer sends goes back to its
default, and what others set is not touched unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from freehold_app.catalog.errors import (
    ManagedElsewhereError,
    ModelRejectedError,
    ModelsQuotaError,
    RightMissingError,
)
from freehold_app.catalog.reading import FIXED, OURS, Raw, mode_of, part
from freehold_app.errors import FieldError, FreeholdError
from freehold_app.kit.errors import InvalidRequestError, StaleEtagError, WrongStateError
from freehold_app.platform.kubernetes import (
    Cause,
    ConflictError,
    ForbiddenError,
    KubernetesError,
    RejectedError,
)
from freehold_crds import API_VERSION, ModelSpec

MANAGER = "freehold-app"
_MANAGER_NAME = re.compile(r'conflict with "([^"]+)"')
_QUALIFIED = re.compile(r'^(Invalid value|Required value|Unsupported value|Forbidden|Duplicate value)(: "object")?:? ?')
_VERSION = re.compile(r'(?:W/)?"([0-9A-Za-z.-]+)-([0-9]+)(?:\+[0-9a-f]+)?"')
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]*)\]")
_FIELDS = {info.alias or name for name, info in ModelSpec.model_fields.items()}


def wanted_spec(spec: ModelSpec, live: Raw | None = None) -> dict[str, Any]:
    """The spec as it is applied: what was given and nothing else. InvalidRequestError for `replicas` that would fight
    with the autoscaler; those of the live object, sent back, are left to it.
    """
    given = spec.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    if mode_of(given) == FIXED or "replicas" not in given:
        return given
    replicas = given.pop("replicas")
    if replicas != (live or {}).get("replicas"):
        raise InvalidRequestError.at(
            "/spec/replicas",
            "the autoscaler decides how many pods run, between minReplicas and maxReplicas",
            fix="Leave `replicas` out, or set `autoscaling.mode` to Fixed.",
        )
    return given


def body_of(
    name: str, namespace: str, spec: Mapping[str, Any], version: tuple[str, str] | None = None
) -> dict[str, Any]:
    """An object to apply; with `version` (uid, resourceVersion or nothing) only onto exactly that one."""
    metadata = {"name": name, "namespace": namespace}
    if version is not None:
        metadata |= {"uid": version[0]} | ({"resourceVersion": version[1]} if version[1] else {})
    return {"apiVersion": API_VERSION, "kind": "Model", "metadata": metadata, "spec": dict(spec)}


def version_of(if_match: str) -> tuple[str, str] | None:
    """What an If-Match header names; none for `*`. StaleEtagError where it is no ETag of a Model."""
    if if_match.strip() == "*":
        return None
    found = _VERSION.fullmatch(if_match.strip())
    if found is None:
        raise StaleEtagError("If-Match is not the ETag of a Model")
    return found[1], found[2]


def own_spec(raw: Raw) -> dict[str, Any]:
    """What Freehold itself applied of a live Model's spec: it must be sent again with every apply, or it is undone."""
    for entry in raw["metadata"].get("managedFields") or ():
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource"):
            owned = part(entry, "fieldsV1", "f:spec")
            return dict(_owned(part(raw, "spec"), owned)) if owned else {}
    return {}


def _owned(value: Any, fields: Raw) -> Any:
    """The part of `value` that a set of fields names (Kubernetes' FieldsV1)."""
    steps = {key: inner for key, inner in fields.items() if key != "."}
    if isinstance(value, Mapping) and steps:
        return {key[2:]: _owned(value[key[2:]], inner) for key, inner in steps.items() if key[2:] in value}
    if isinstance(value, list) and steps:
        return [_owned(item, inner) for key, inner in steps.items() for item in value if _is_item(item, key)]
    return value


def _is_item(item: Any, key: str) -> bool:
    """`k:{...}` names an item by its keys, `v:...` by its value."""
    kind, _, text = key.partition(":")
    wanted = orjson.loads(text)
    if kind == "v":
        return bool(item == wanted)
    return isinstance(item, Mapping) and all(item.get(name) == value for name, value in wanted.items())


def scale_refusal(raw: Raw) -> WrongStateError | None:
    """Why nobody may set the number of pods by hand, where that is so."""
    spec = part(raw, "spec")
    if spec.get("engine") == "External":
        return WrongStateError("An External Model has no pods.", fix="Suspend it to stop its calls.")
    if mode_of(spec) == FIXED:
        return None
    low, high = spec.get("minReplicas", 0), spec.get("maxReplicas", 1)
    return WrongStateError(
        f"The autoscaler decides how many pods run, between {low} and {high}.",
        fix="Change `minReplicas` and `maxReplicas`, or set `autoscaling.mode` to Fixed.",
    )


def may_take_over(error: ConflictError) -> bool:
    """Whether only people's hands and our own programs own what collides: nobody puts it back by itself."""
    names = _managers(error.causes)
    return bool(names) and all(name in OURS or name.startswith("kubectl") for name in names)


def only_ours(error: ConflictError) -> bool:
    names = _managers(error.causes)
    return bool(names) and all(name in OURS for name in names)


def explained(error: KubernetesError) -> FreeholdError:
    """A refusal of the API server in the catalogue's words; others stay as they are."""
    if isinstance(error, ConflictError):
        return _conflict(error)
    if isinstance(error, ForbiddenError):
        return ModelsQuotaError(error.detail) if "exceeded quota" in error.detail else RightMissingError()
    if isinstance(error, RejectedError):
        return ModelRejectedError(error.detail, fields=tuple(field_error(cause) for cause in error.causes))
    return error


def _conflict(error: ConflictError) -> FreeholdError:
    names = _managers(error.causes)
    if not names:
        return StaleEtagError("The Model has changed since you read it.")
    fields = tuple(
        FieldError(pointer_of(cause.field), "managed_elsewhere", f"set by {name}")
        for cause in error.causes
        for name in _MANAGER_NAME.findall(cause.message)
    )
    return ManagedElsewhereError(f"Set by {', '.join(names)}.", fields=fields, extra={"managers": names})


def _managers(causes: Iterable[Cause]) -> list[str]:
    found = [name for cause in causes for name in _MANAGER_NAME.findall(cause.message)]
    return list(dict.fromkeys(found))


def field_error(cause: Cause) -> FieldError:
    """A cause of the API server; a rule about the whole spec points to the field that its sentence names."""
    message = _QUALIFIED.sub("", cause.message) or cause.message
    pointer = pointer_of(cause.field)
    if pointer in {"", "/spec"}:
        named = [word for word in re.findall(r"[A-Za-z]+", message) if word in _FIELDS]
        pointer = f"/spec/{_telling(named)}" if named else "/spec"
    return FieldError(pointer, cause.reason or "FieldValueInvalid", message)


def _telling(named: Sequence[str]) -> str:
    """Most rules speak of the engine and of the field that is wrong for it."""
    return next((name for name in named if name != "engine"), "engine")


def pointer_of(field: str) -> str:
    """`spec.env[0].name` as a JSON pointer into the request: `/spec/env/0/name`, `metadata.name` as `/name`."""
    steps = [plain or index.strip('"') for plain, index in _STEP.findall(field)]
    if steps[:1] == ["metadata"]:
        steps = steps[1:]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
