"""docs/reference/errors.md: what a caller of the gateway can be told, from the table that the gateway answers from."""

from freehold_app.gateway.core.errors import PUBLIC_CODES, TABLE, Row
from gen.registry import Outputs

HEAD = """<!-- Generated from freehold_app.gateway.core.errors by `make generate`; change the table there. -->
# Errors of the gateway

Every refusal below `/v1` has OpenAI's shape, so official clients raise their own error classes:

```json
{"error": {"message": "...", "type": "...", "param": null, "code": "..."}}
```

A word in braces stands for what the answer names. `again` says whether official clients try again by themselves after
a 408, 409, 429 or 5xx; some answers carry `x-should-retry: false` because another try cannot help. Answers of a Model's
own engine or of a provider pass unchanged.

| status | type | code | message | again |
| --- | --- | --- | --- | --- |
"""
RETRIED = frozenset({408, 409, 429})


def outputs() -> Outputs:
    return {"docs/reference/errors.md": HEAD + "".join(_row(code, row) for code, row in TABLE.items())}


def _row(code: str, row: Row) -> str:
    retried = row.status in RETRIED or row.status >= 500
    again = "yes" if retried and row.may_retry else "no"
    return f"| {row.status} | `{row.type}` | `{PUBLIC_CODES.get(code, code)}` | {row.message} | {again} |\n"
