"""Error reports leave without anything that a person may have typed."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from freehold_app.platform.telemetry import start_sentry, without_content
from freehold_app.settings import SentrySettings

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


class Recorder(Transport):
    """Keeps what would have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.sent.append(envelope.serialize().decode())


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    yield recorder
    sentry_sdk.get_global_scope().set_client(None)


def fail_with(secret: str) -> None:
    """An error whose text, variables and breadcrumbs all hold the secret."""
    sentry_sdk.add_breadcrumb(message=secret)
    prompt = f"please keep {secret}"
    try:
        raise ValueError(prompt)
    except ValueError as error:
        sentry_sdk.capture_exception(error)


def test_with_an_address_errors_are_reported_without_content(recorder: Recorder) -> None:
    settings = SentrySettings.model_validate({"dsn": "http://key@127.0.0.1:9/1"})
    start_sentry(settings, environment="production", release="1.2.3", transport=recorder)
    fail_with(CANARY)
    (report,) = recorder.sent
    assert "ValueError" in report
    assert "1.2.3" in report
    assert CANARY not in report


def test_without_an_address_nothing_is_reported(recorder: Recorder) -> None:
    start_sentry(SentrySettings(), environment="production", release="1.2.3", transport=recorder)
    fail_with(CANARY)
    assert recorder.sent == []
