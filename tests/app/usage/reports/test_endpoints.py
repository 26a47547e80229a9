"""/api/v1/usage: figures equal to what was written, one's own by default, the tenant's for whom the matrix lets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import TextClause

from freehold_app.auth.principal import Role
from freehold_app.events import UsageEvent
from freehold_app.kit.errors import InvalidRequestError
from freehold_app.kit.ids import new_id
from freehold_app.platform.limiter import RedisLimiter
from freehold_app.platform.postgres import Database
from freehold_app.usage.reports import repository
from freehold_app.usage.reports.days import Days
from freehold_app.usage.reports.export import HEAD, Exports
from freehold_app.usage.reports.repository import Whose
from freehold_app.usage.repository import record
from tests.app.conftest import FakeClock
from tests.app.people import Control, Person
from tests.app.samples import usage_event
from tests.store_fixtures import TestDatabase

pytestmark = pytest.mark.stores

USAGE = "/api/v1/usage"
MONTH = {"from": "2026-11-01", "to": "2026-11-24"}


class Ledger:
    """Writes usage as the worker does."""

    def __init__(self, database: Database, control: Control) -> None:
        self._database = database
        self._clock = FakeClock()
        self._clock.at = control.clock.at

    async def write(self, *, days_ago: float = 0, times: int = 1, **changes: Any) -> None:
        await self.events([self.event(days_ago=days_ago, **changes) for _ in range(times)])

    def event(self, *, days_ago: float = 0, **changes: Any) -> UsageEvent:
        clock = FakeClock()
        clock.at = self._clock.at - timedelta(days=days_ago)
        return usage_event(request_id=new_id(clock), **changes)

    async def events(self, events: list[UsageEvent]) -> None:
        async with self._database.platform() as session:
            await record(session, events)


@pytest.fixture
async def ledger(control: Control, worker_database: Database) -> Ledger:
    return Ledger(worker_database, control)


@pytest.fixture
async def ada(control: Control) -> Person:
    return await control.person("ada@example.org", role=Role.MEMBER)


@pytest.fixture
async def owner(control: Control) -> Person:
    return await control.person("olga@example.org", role=Role.OWNER)


async def answer(person: Person, path: str, **query: Any) -> dict[str, Any]:
    got = await person.get(f"{USAGE}/{path}", params=MONTH | query)
    assert got.status_code == 200, got.text
    body: dict[str, Any] = got.json()
    return body


def of(person: Person, **more: Any) -> dict[str, Any]:
    return {"tenant_id": person.tenant_id, "user_id": person.user_id, "key_id": None} | more


async def test_the_summary_is_the_sum_of_what_was_written(ledger: Ledger, ada: Person) -> None:
    await ledger.write(**of(ada), times=3)
    await ledger.write(**of(ada), status=502, provider="api.example.org")
    await ledger.write(**of(ada), days_ago=30)
    found = await answer(ada, "summary")
    month = found.pop("month")
    assert found == {
        "from": "2026-11-01",
        "to": "2026-11-24",
        "requests": 4,
        "errors": 1,
        "tokens": 60,
        "prompt_tokens": 40,
        "completion_tokens": 20,
        "cost_usd_micros": 28,
        "own_tokens": 45,
        "cached_tokens": 8,
        "reasoning_tokens": 0,
        "own_share": 0.75,
    }
    assert (month["from"], month["requests"], month["tokens"]) == ("2026-11-01", 4, 60)
    assert month["at_this_pace_tokens"] == round(60 * 30 / (23 + 10 / 24))
    assert (await answer(ada, "summary", **{"from": "2026-10-01"}))["requests"] == 5


async def test_what_nobody_used_is_nothing_and_no_error(ada: Person) -> None:
    found = await answer(ada, "summary")
    assert (found["requests"], found["tokens"], found["own_share"]) == (0, 0, None)
    assert (await answer(ada, "series"))["points"] == []
    assert (await answer(ada, "top"))["items"] == []


async def test_days_are_days_in_utc_and_both_ends_count(ledger: Ledger, ada: Person) -> None:
    for days in (0, 23, 23 + 10 / 24, 23 + 10 / 24 + 1e-6):  # the last one lies before the month
        await ledger.write(**of(ada), days_ago=days)
    points = (await answer(ada, "series", by="day"))["points"]
    assert [(point["bucket"], point["requests"], point["kind"]) for point in points] == [
        ("2026-11-01", 2, "all"),
        ("2026-11-24", 1, "all"),
    ]


async def test_everybody_sees_their_own_and_some_the_tenants(ledger: Ledger, control: Control, ada: Person) -> None:
    bob = await control.person("bob@example.org", role=Role.VIEWER)
    foreign = await control.person("eve@example.org", tenant="beta", role=Role.OWNER)
    for person, times in ((ada, 1), (bob, 2), (foreign, 4)):
        await ledger.write(**of(person), times=times)
    await ledger.write(**of(ada, user_id=None), times=8)  # a service key
    assert [(await answer(person, "summary"))["requests"] for person in (ada, bob, foreign)] == [1, 2, 4]
    for role, seen in ((Role.VIEWER, 11), (Role.ENGINEER, 11), (Role.ADMIN, 11), (Role.OWNER, 11)):
        person = await control.person(f"{role}@example.org", role=role)
        assert (await answer(person, "summary", scope="tenant"))["requests"] == seen
    assert (await answer(foreign, "summary", scope="tenant"))["requests"] == 4
    for path in ("summary", "series", "top", "export.csv"):
        refused = await ada.get(f"{USAGE}/{path}", params={"scope": "tenant"})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert refused.json()["fix"]
        assert (await control.anonymous.get(f"{USAGE}/{path}")).status_code == 401


async def test_a_chart_by_day_and_model_holds_the_largest_and_the_rest(ledger: Ledger, ada: Person) -> None:
    for model, times in (("small", 1), ("large", 9), ("middle", 4), ("other", 2)):
        await ledger.write(**of(ada), served_model=model, times=times)
    await ledger.write(**of(ada), served_model="small", days_ago=1)
    found = await answer(ada, "series", by="day,model", groups=2, metric="requests")
    assert [(p["bucket"], p["group"], p["label"], p["kind"], p["requests"]) for p in found["points"]] == [
        ("2026-11-23", None, None, "rest", 1),
        ("2026-11-24", "large", "large", "one", 9),
        ("2026-11-24", "middle", "middle", "one", 4),
        ("2026-11-24", None, None, "rest", 3),
    ]
    whole = await answer(ada, "series", by=["model"])
    assert [(p["bucket"], p["group"], p["requests"]) for p in whole["points"]] == [
        (None, "large", 9),
        (None, "middle", 4),
        (None, "other", 2),
        (None, "small", 2),
    ]


async def test_keys_and_people_are_called_by_their_names(ledger: Ledger, ada: Person, owner: Person) -> None:
    made = (await ada.post("/api/v1/keys", {"name": "laptop"})).json()["row"]
    gone = UUID(int=4711)
    await ledger.write(**of(ada, key_id=UUID(made["id"])), times=3)
    await ledger.write(**of(ada), times=2)
    await ledger.write(**of(ada, user_id=None, key_id=gone))
    assert (await ada.delete(f"/api/v1/keys/{made['id']}")).status_code == 204  # its usage keeps its name
    keys = (await answer(owner, "top", by="key", scope="tenant"))["items"]
    assert [(item["group"], item["kind"], item["label"], item["requests"]) for item in keys] == [
        (made["id"], "one", "laptop", 3),
        (None, "none", None, 2),
        (str(gone), "one", None, 1),
    ]
    assert keys[0]["detail"] == f"{made['prefix']}…{made['last4']}"
    people = (await answer(owner, "top", by="user", scope="tenant", limit=1, metric="requests"))["items"]
    assert [(item["label"], item["detail"], item["kind"], item["requests"]) for item in people] == [
        ("ada", "ada@example.org", "one", 5),
        (None, None, "rest", 1),
    ]


async def test_a_chart_of_a_year_and_many_models_has_two_thousand_points(ledger: Ledger, ada: Person) -> None:
    events = [ledger.event(days_ago=n % 360, **of(ada), served_model=f"m{n % 7}") for n in range(4000)]
    await ledger.events(events)
    points = (await answer(ada, "series", by="day,model", **{"from": "2025-11-24"}))["points"]
    assert 1000 < len(points) <= 2000
    assert sum(point["requests"] for point in points) == 4000


async def test_a_service_key_sees_itself_or_the_tenant(control: Control, ledger: Ledger, owner: Person) -> None:
    asked = {"name": "robot", "service": True, "scopes": ["usage:read"]}
    made = (await owner.post("/api/v1/keys", asked)).json()
    await ledger.write(**of(owner, user_id=None, key_id=UUID(made["row"]["id"])), times=2)
    await ledger.write(**of(owner))
    headers = {"authorization": f"Bearer {made['key']}"}
    for scope, requests in (("mine", 2), ("tenant", 3)):
        got = await control.anonymous.get(f"{USAGE}/summary", params=MONTH | {"scope": scope}, headers=headers)
        assert got.json()["requests"] == requests


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("summary", {"from": "yesterday"}, "/query/from"),
        ("summary", {"from": "2026-11-02", "to": "2026-11-01"}, "/query/from"),
        ("summary", {"from": "2020-01-01"}, "/query/from"),
        ("summary", {"scope": "all"}, "/query/scope"),
        ("summary", {"tenant_id": "x"}, "/query/tenant_id"),
        ("series", {"by": "hour"}, "/query/by/0"),
        ("series", {"by": "model,key"}, "/query/by"),
        ("series", {"metric": "money"}, "/query/metric"),
        ("series", {"groups": "0"}, "/query/groups"),
        ("top", {"by": "day"}, "/query/by"),
        ("top", {"limit": "51"}, "/query/limit"),
        ("export.csv", {"to": "2026-13-01"}, "/query/to"),
    ],
)
async def test_what_is_wrong_is_named(ada: Person, path: str, query: dict[str, str], pointer: str) -> None:
    got = await ada.get(f"{USAGE}/{path}", params=query)
    problem = got.json()
    assert (got.status_code, problem["code"]) == (422, "invalid_request"), problem
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["fix"]


async def test_the_export_is_every_line_and_no_formula(ledger: Ledger, ada: Person) -> None:
    made = (await ada.post("/api/v1/keys", {"name": "=HYPERLINK(1)"})).json()["row"]
    await ledger.write(**of(ada, key_id=UUID(made["id"])), times=3)
    await ledger.write(**of(ada), status=500, days_ago=1)
    got = await ada.get(f"{USAGE}/export.csv", params=MONTH)
    assert got.headers["content-type"].startswith("text/csv")
    assert got.headers["content-disposition"] == 'attachment; filename="usage-2026-11-01-2026-11-24.csv"'
    head, *lines = csv.reader(io.StringIO(got.text, newline=""))
    assert tuple(head) == HEAD
    user = [str(ada.user_id), "ada@example.org"]
    assert lines == [
        ["2026-11-23", "smollm2", "", "", *user, "5xx", "1", "10", "2", "5", "0", "7", "15"],
        ["2026-11-24", "smollm2", made["id"], "'=HYPERLINK(1)", *user, "2xx", "3", "30", "6", "15", "0", "21", "45"],
    ]


async def test_an_export_goes_over_pages_without_losing_or_doubling_a_line(
    control: Control, ledger: Ledger, ada: Person
) -> None:
    events = [
        ledger.event(
            days_ago=n % 3, **of(ada, key_id=UUID(int=n % 7)), served_model=f"m{n % 5}", status=200 + n % 2 * 300
        )
        for n in range(420)
    ]
    await ledger.events(events)
    exports = Exports(control.deps.database, RedisLimiter(None, control.clock), page=4)
    principal = await control.deps.directory.principal(ada.access)
    days = Days(date(2026, 11, 1), date(2026, 11, 24))
    pieces = await exports.begin(principal, Whose("tenant", None), days)
    lines = list(csv.reader(io.StringIO(b"".join([piece async for piece in pieces]).decode(), newline="")))[1:]
    assert len(lines) == len({tuple(line[:7]) for line in lines}) == 210
    assert sum(int(line[7]) for line in lines) == 420


async def test_an_export_that_is_too_long_is_refused_before_it_begins(
    control: Control, ledger: Ledger, ada: Person
) -> None:
    await ledger.events([ledger.event(**of(ada), served_model=f"m{n}") for n in range(5)])
    principal = await control.deps.directory.principal(ada.access)
    days = Days(date(2026, 11, 1), date(2026, 11, 24))
    for most in (4, 5):
        exports = Exports(control.deps.database, RedisLimiter(None, control.clock), max_lines=most)
        if most == 5:
            await exports.begin(principal, Whose("user", ada.user_id), days)
            continue
        with pytest.raises(InvalidRequestError, match="/query/from"):
            await exports.begin(principal, Whose("user", ada.user_id), days)


async def test_the_fifth_export_of_an_hour_waits(ada: Person) -> None:
    answers = [await ada.get(f"{USAGE}/export.csv") for _ in range(5)]
    assert [got.status_code for got in answers] == [200] * 4 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1].headers["retry-after"]) <= 900


async def test_a_suspended_tenant_still_reads_its_usage(db: TestDatabase, ada: Person) -> None:
    superuser = await db.superuser()
    await superuser.execute("UPDATE tenants SET state = 'suspended'")
    await superuser.close()
    assert (await answer(ada, "summary"))["requests"] == 0


_PARAMETER = re.compile(r"(?<!:):(\w+)")
_QUERIES: Sequence[tuple[TextClause, dict[str, Any]]] = [
    (repository._SUMS, {"by_day": True, "part": "model", "parts": 10, "metric": "tokens"}),
    (repository._SUMS, {"by_day": False, "part": "", "parts": 1, "metric": "tokens"}),
    (repository._LINES_COUNTED, {"most": 1_000_001}),
    (
        repository._LINES,
        {
            "day": date(2026, 11, 1),
            "key_id": UUID(int=0),
            "user_id": UUID(int=0),
            "status_class": -1,
            "model": "",
            "limit": 5000,
        },
    ),
]


@pytest.fixture
async def busy(control: Control, db: TestDatabase, ada: Person) -> Person:
    """Two tenants with 10^5 rows in all: 500 days, 20 people, 5 Models each."""
    other = await control.tenant("beta")
    superuser = await db.superuser()
    await superuser.execute(
        "INSERT INTO usage_daily SELECT t, date '2025-08-01' + d, 'm' || m, gen_random_uuid(),"
        " CASE WHEN u = 0 THEN $3 ELSE md5(u::text)::uuid END, 2, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1"
        " FROM unnest(ARRAY[$1, $2]::uuid[]) t, generate_series(0, 499) d, generate_series(0, 4) m,"
        " generate_series(0, 19) u",
        ada.tenant_id,
        other,
        ada.user_id,
    )
    await superuser.execute("ANALYZE usage_daily")
    await superuser.close()
    return ada


async def plan_of(db: TestDatabase, person: Person, statement: TextClause, values: dict[str, Any], mode: str) -> str:
    """As the role that runs it, under row-level security; `mode` as PostgreSQL keeps plans of a busy connection."""
    names = list(dict.fromkeys(_PARAMETER.findall(statement.text)))
    numbered = _PARAMETER.sub(lambda found: f"${names.index(found[1]) + 1}", statement.text)
    shown = ", ".join(literal(values[name]) for name in names)
    connection = await db.superuser()
    try:
        await connection.execute(f"SET ROLE freehold_app; SET plan_cache_mode = {mode}")
        await connection.execute("SELECT set_config('app.tenant', $1, false)", str(person.tenant_id))
        await connection.execute(f"PREPARE asked AS {numbered}")
        return "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE) EXECUTE asked ({shown})"))
    finally:
        await connection.close()


def literal(value: object) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, bool | int) else f"'{value}'"


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("kind", ["tenant", "user"])
async def test_a_report_reads_sums_by_day_and_only_those_it_needs(
    db: TestDatabase, busy: Person, kind: str, mode: str
) -> None:
    days: dict[str, Any] = {"first": date(2026, 11, 1), "last": date(2026, 11, 24)}
    whose = {"whose": kind, "id": busy.user_id if kind == "user" else None}
    for statement, more in _QUERIES:
        plan = await plan_of(db, busy, statement, days | whose | more, mode)
        assert "usage_events" not in plan
        assert "usage_hourly" not in plan
        read = [node for node in plan.split("->") if "usage_daily" in node and "never executed" not in node]
        assert read, plan
        assert not [node for node in read if "Seq Scan" in node or "Rows Removed" in node], plan


async def test_a_line_of_the_past_month_does_not_count_in_this(ledger: Ledger, ada: Person) -> None:
    await ledger.write(**of(ada), days_ago=24)
    assert (await answer(ada, "summary"))["month"]["requests"] == 0
