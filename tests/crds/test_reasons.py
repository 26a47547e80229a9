"""The table of reasons says what the operator does: nothing in it is unused, nothing the operator builds differs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import freehold_operator
from freehold_crds import ModelCondition, ModelReason, TenantCondition, TenantReason
from freehold_crds.meanings import MODEL_MEANINGS, TENANT_MEANINGS

OPERATOR = Path(freehold_operator.__file__).parent
# Left open here: conditions whose type, status or reason is only known at run time.
LEAST_CHECKED = 15


def sources(kind: str) -> Iterator[str]:
    for path in sorted((OPERATOR / kind).rglob("*.py")):
        yield path.read_text(encoding="utf-8")


def named(node: ast.expr) -> str:
    """`Ready` of "Ready"; READY of R.READY."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return node.attr if isinstance(node, ast.Attribute) else ""


def built(source: str) -> Iterator[tuple[str, bool, str]]:
    """Condition type, status and reason of each `Condition(...)` that spells all three out."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(ast.Name("Condition"), [kind, ast.Constant(status), ast.Attribute(_, reason), *_]):
                if named(kind) and reason.isupper():  # failure.reason is known at run time only
                    yield named(kind), bool(status), reason


def disagreements(kind: str, source: str) -> list[str]:
    """Each spelt-out condition that the table does not have with that status."""
    return [f"{seen}" for seen in built(source) if not agrees(kind, *seen)]


def agrees(kind: str, condition: str, status: bool, reason: str) -> bool:
    if kind == "model":
        model = MODEL_MEANINGS[member(ModelCondition, condition)].get(ModelReason[reason])
        return model is not None and model.status == str(status)
    tenant = TENANT_MEANINGS[member(TenantCondition, condition)].get(TenantReason[reason])
    return tenant is not None and tenant.status == str(status)


def member[T: (ModelCondition, TenantCondition)](enum: type[T], name: str) -> T:
    return enum[name] if name.isupper() else enum(name)


def test_the_operator_writes_conditions_with_the_status_that_the_table_says() -> None:
    found = [problem for kind in ("model", "tenant") for text in sources(kind) for problem in disagreements(kind, text)]
    assert found == []


def test_the_comparison_sees_enough_to_mean_something() -> None:
    seen = [each for kind in ("model", "tenant") for text in sources(kind) for each in built(text)]
    assert len(seen) >= LEAST_CHECKED


def test_a_planted_disagreement_is_found() -> None:
    assert disagreements("model", 'Condition("Scheduled", True, Reason.NO_PODS, "")') != []
    assert disagreements("model", 'Condition("Scheduled", False, Reason.SERVING, "")') != []
    assert disagreements("tenant", "Condition(T.SUSPENDED, False, R.SUSPENDED)") != []
    assert disagreements("tenant", "Condition(T.SUSPENDED, True, R.SUSPENDED)") == []


def unused(kind: str, reasons: type[ModelReason] | type[TenantReason]) -> list[str]:
    return missing("".join(sources(kind)), reasons)


def missing(text: str, reasons: type[ModelReason] | type[TenantReason]) -> list[str]:
    return [reason.name for reason in reasons if f".{reason.name}" not in text]


def test_every_reason_is_one_that_the_operator_can_give() -> None:
    assert unused("model", ModelReason) == []
    assert unused("tenant", TenantReason) == []


def test_an_unused_reason_would_be_found() -> None:
    assert missing("".join(sources("model")).replace("Reason.VALID", "Reason.SERVING"), ModelReason) == ["VALID"]


def test_every_condition_has_meanings_and_every_reason_belongs_to_one() -> None:
    assert set(MODEL_MEANINGS) == set(ModelCondition)
    assert set(TENANT_MEANINGS) == set(TenantCondition)
    assert {reason for reasons in MODEL_MEANINGS.values() for reason in reasons} == set(ModelReason)
    assert {reason for reasons in TENANT_MEANINGS.values() for reason in reasons} == set(TenantReason)
