"""Error reports leave without anything that a person may have typed."""

from __future__ import annotations

import json

from freehold_app.platform.telemetry import without_content

CANARY = "canary-4711"


def test_a_report_keeps_types_and_places_only() -> None:
    report = {
        "request": {"data": CANARY, "headers": {"authorization": CANARY}},
        "extra": {"body": CANARY},
        "breadcrumbs": {"values": [CANARY]},
        "logentry": {"message": CANARY},
        "exception": {"values": [{"type": "ValueError", "value": CANARY, "stacktrace": {"frames": [{"lineno": 7}]}}]},
    }
    sent = without_content(report, {})
    assert CANARY not in json.dumps(sent)
    assert sent["exception"]["values"][0]["type"] == "ValueError"
    assert sent["exception"]["values"][0]["stacktrace"]["frames"] == [{"lineno": 7}]
