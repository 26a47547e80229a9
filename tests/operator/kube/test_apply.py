"""Carrying out a Plan: what is written, what is skipped, what is left alone."""

import pytest

from freehold_operator.desired import Plan, unplanned
from freehold_operator.kube import comparison, labels
from freehold_operator.kube.apply import Applier
from freehold_operator.kube.kinds import CONFIG_MAP, SERVICE, Raw
from freehold_operator.kube.store import Store
from tests.operator.fake_kube import CrashError, FakeKube

pytestmark = pytest.mark.inproc


def config_map(name: str, **data: str) -> Raw:
    metadata = {"name": name, "namespace": "t", "labels": labels.model_labels("acme", "m")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(data)}


def world() -> tuple[FakeKube, Store, Applier]:
    fake, store = FakeKube(), Store()
    fake.feed(store)
    return fake, store, Applier(fake, store)


async def test_a_second_run_writes_nothing() -> None:
    fake, _, applier = world()
    plan = Plan(apply=(config_map("a", x="1"), config_map("b", x="2")))
    assert (await applier.carry_out(plan)).writes == 2
    assert (await applier.carry_out(plan)).writes == 0
    assert len(fake.writes) == 2


async def test_drift_of_an_owned_field_is_repaired_and_foreign_fields_stay() -> None:
    fake, _, applier = world()
    await applier.carry_out(Plan(apply=(config_map("a", x="1"),)))
    fake.change(CONFIG_MAP, "a", "t", data={"x": "changed", "theirs": "2"})
    await applier.carry_out(Plan(apply=(config_map("a", x="1"),)))
    assert fake.find(CONFIG_MAP, "a", "t")["data"] == {"x": "1", "theirs": "2"}


async def test_a_field_no_longer_wanted_disappears() -> None:
    fake, _, applier = world()
    await applier.carry_out(Plan(apply=(config_map("a", x="1", y="2"),)))
    await applier.carry_out(Plan(apply=(config_map("a", x="1"),)))
    assert fake.find(CONFIG_MAP, "a", "t")["data"] == {"x": "1"}


async def test_an_object_of_our_name_that_is_not_ours_is_left_alone() -> None:
    fake, _, applier = world()
    theirs = config_map("a", x="theirs")
    del theirs["metadata"]["labels"][labels.MANAGED_BY]
    fake.put(theirs)
    applied = await applier.carry_out(Plan(apply=(config_map("a", x="ours"),), delete=(theirs,)))
    assert [body["metadata"]["name"] for body in applied.foreign] == ["a"]
    assert fake.find(CONFIG_MAP, "a", "t")["data"] == {"x": "theirs"}
    assert fake.writes == []


async def test_only_the_object_with_the_seen_uid_is_deleted() -> None:
    fake, store, applier = world()
    await applier.carry_out(Plan(apply=(config_map("a"),)))
    seen = store.get(CONFIG_MAP, "t", "a")
    assert seen
    fake.remove(CONFIG_MAP, "a", "t")
    fake.put(config_map("a"))
    assert (await applier.carry_out(Plan(delete=(seen,)))).writes == 0
    assert fake.names(CONFIG_MAP, "t") == ["a"]
    fresh = store.get(CONFIG_MAP, "t", "a")
    assert fresh
    assert (await applier.carry_out(Plan(delete=(fresh,)))).writes == 1
    assert fake.names(CONFIG_MAP, "t") == []


async def test_an_apply_that_changes_nothing_is_not_repeated() -> None:
    """The server spells a field in a way the comparison does not know: one try, then rest."""
    fake, store, applier = world()
    body = config_map("a", x="1")
    await applier.carry_out(Plan(apply=(body,)))
    respelled = fake.find(CONFIG_MAP, "a", "t") | {"data": {"x": "one"}}
    store._objects[CONFIG_MAP]["t", "a"] = respelled  # the cache shows another spelling, the server holds ours
    for _ in range(3):
        await applier.carry_out(Plan(apply=(body,)))
        store._objects[CONFIG_MAP]["t", "a"] = respelled
    assert len(fake.writes) == 2


@pytest.mark.parametrize("moment", ["crash_before", "crash_after"])
@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_crash_at_any_write_ends_in_the_same_objects(moment: str, number: int) -> None:
    fake, _, applier = world()
    await applier.carry_out(Plan(apply=(config_map("old"),)))
    fake.writes.clear()
    setattr(fake, moment, number)
    wanted = (config_map("a"), config_map("b"))

    def plan(store: Store) -> Plan:
        return Plan(apply=wanted, delete=unplanned(store.all(CONFIG_MAP), wanted))

    with pytest.raises(CrashError):
        await applier.carry_out(plan(world_store(fake)))
    setattr(fake, moment, None)
    again = world_store(fake)
    await Applier(fake, again).carry_out(plan(again))
    assert fake.names(CONFIG_MAP, "t") == ["a", "b"]


def world_store(fake: FakeKube) -> Store:
    """The cache of a freshly started operator."""
    store = Store()
    fake.feed(store)
    return store


def test_unplanned_names_what_is_live_and_not_wanted() -> None:
    live = [config_map("a"), config_map("b")]
    assert unplanned(live, (config_map("a"),)) == (config_map("b"),)


def test_the_hash_depends_on_the_whole_manifest() -> None:
    one, two = comparison.marked(config_map("a", x="1")), comparison.marked(config_map("a", x="2"))
    assert one["metadata"]["annotations"][labels.HASH] != two["metadata"]["annotations"][labels.HASH]
    assert SERVICE.path("t", "a") == "/api/v1/namespaces/t/services/a"
