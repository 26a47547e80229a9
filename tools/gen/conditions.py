"""docs/reference/conditions.md: every condition and reason, from the table that the operator itself reads."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from freehold_crds.meanings import MODEL_MEANINGS, TENANT_MEANINGS, Meaning
from gen.registry import Outputs

HEAD = """<!-- Generated from freehold_crds.meanings by `make generate`; change the table there. -->
# Conditions and reasons

`kubectl describe` shows an object's conditions. A reason is one word of the closed lists below; the condition's message
says the same in plain words and names the thing that it is about. `kubectl wait --for=condition=Ready` works on both
kinds. `Degraded` and `Suspended` are the two conditions for which True is the exception.
"""


def outputs() -> Outputs:
    lines = [HEAD, "## Model", *_tables(MODEL_MEANINGS), "\n## Tenant", *_tables(TENANT_MEANINGS)]
    return {"docs/reference/conditions.md": "\n".join(lines) + "\n"}


def _tables(meanings: Mapping[Any, Mapping[Any, Meaning]]) -> Iterator[str]:
    for condition, reasons in meanings.items():
        yield f"\n### {condition}\n\n| reason | status | meaning |\n| --- | --- | --- |"
        yield from (_row(reason, meaning) for reason, meaning in reasons.items())


def _row(reason: StrEnum, meaning: Meaning) -> str:
    return f"| `{reason}` | {meaning.status} | {meaning.sentence} |"
