"""The page of metrics names what running processes report, in words."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from gen import metrics


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| `")]


def test_each_metric_has_a_meaning() -> None:
    (page,) = metrics.outputs().values()
    assert any("freehold_gateway_requests_total" in row for row in rows(page))
    assert any("freehold_usage_backlog" in row for row in rows(page))
    assert [row for row in rows(page) if not row.split("|")[3].strip()] == []


def test_a_metric_without_words_would_show() -> None:
    registry = CollectorRegistry()
    Counter("freehold_silent", "", registry=registry)
    assert list(metrics._rows(registry)) == ["| `freehold_silent_total` | counter |  |\n"]


def test_what_is_not_ours_is_left_out() -> None:
    registry = CollectorRegistry()
    Counter("python_things", "Not ours.", registry=registry)
    assert list(metrics._rows(registry)) == []
