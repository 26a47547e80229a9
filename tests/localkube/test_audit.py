"""Counting calls in the API server's audit log: what is a write, whose it is, and since when."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from localkube.audit import calls, counted, moment, parse
from localkube.control_plane import AUDIT_POLICY
from localkube.errors import UsageError

NOW = datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)


def event(verb: str, user: str = "op", minutes_ago: int = 0, **target: str) -> dict[str, Any]:
    return {
        "stage": "ResponseComplete",
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": "models", "namespace": "t", "name": "m", **target},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": (NOW - datetime.timedelta(minutes=minutes_ago)).isoformat(),
    }


def log(path: Path, *events: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(e) + "\n" for e in events))
    return path


def test_writes_are_counted_by_user_verb_and_resource_and_reads_are_not(tmp_path: Path) -> None:
    file = log(tmp_path / "audit.log", event("patch"), event("patch"), event("get"), event("create", "kubelet"))
    assert counted(calls(file), NOW) == {("op", "patch", "models"): 2, ("kubelet", "create", "models"): 1}
    assert counted(calls(file), NOW, reads=True)["op", "get", "models"] == 1


def test_calls_before_the_moment_do_not_count(tmp_path: Path) -> None:
    file = log(tmp_path / "audit.log", event("patch", minutes_ago=5), event("patch", minutes_ago=1))
    assert counted(calls(file), moment("3m", NOW)).total() == 1


def test_a_status_write_is_told_from_a_write_of_the_object(tmp_path: Path) -> None:
    file = log(tmp_path / "audit.log", event("patch", subresource="status"))
    assert list(counted(calls(file), NOW)) == [("op", "patch", "models/status")]


def test_rotated_parts_count_too(tmp_path: Path) -> None:
    log(tmp_path / "audit-2026-01-01T11-00-00.000.log", event("delete"))
    assert counted(calls(log(tmp_path / "audit.log", event("delete"))), NOW).total() == 2


@pytest.mark.parametrize("line", ["", "{", json.dumps(event("get") | {"stage": "ResponseStarted"})])
def test_half_lines_and_half_calls_are_no_calls(line: str) -> None:
    assert parse(line) is None


def test_a_request_for_no_object_is_no_call() -> None:
    assert parse(json.dumps(event("get") | {"objectRef": None})) is None


@pytest.mark.parametrize(
    ("text", "seconds_ago"),
    [("90s", 90), ("3m", 180), ("1h", 3600), ("2026-01-01T11:00:00+00:00", 3600), ("2026-01-01T11:00:00", 3600)],
)
def test_a_moment_is_a_time_or_an_age(text: str, seconds_ago: int) -> None:
    assert moment(text, NOW) == NOW - datetime.timedelta(seconds=seconds_ago)


def test_another_word_is_refused() -> None:
    with pytest.raises(UsageError, match="not a time: 'yesterday'"):
        moment("yesterday", NOW)


def test_the_policy_records_every_write_of_everybody() -> None:
    rules = yaml.safe_load(AUDIT_POLICY.read_text())["rules"]
    assert rules[-1] == {"level": "Metadata"}
    for rule in rules[:-1]:
        assert rule["level"] == "None"
        assert "nonResourceURLs" in rule or set(rule["verbs"]) == {"get", "list", "watch"}
