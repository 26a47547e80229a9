"""Names, paths and address numbers: what two clusters on one machine must never share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localkube.cluster import Cluster, Place, find_cluster, places, read_cluster, write_description
from localkube.errors import NoClusterError, UsageError
from localkube.links import MAX_NUMBER, free_numbers

ROOT = Path("/var/lib/localkube")


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a/b", "..", "a b", "a" * 41, "a_b"])
def test_a_name_that_cannot_be_a_path_a_host_or_a_group_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="not a usable cluster name"):
        Place(name, ROOT)


@pytest.mark.parametrize("name", ["a", "fh-test-api-123", "a" * 40])
def test_an_ordinary_name_is_taken(name: str) -> None:
    assert Place(name, ROOT).state == ROOT / name


def test_the_same_name_in_two_state_directories_has_two_control_groups() -> None:
    assert Place("freehold", ROOT).cgroup != Place("freehold", Path("/tmp/other")).cgroup


def test_a_description_is_read_back_and_a_begun_place_is_no_cluster_yet(tmp_path: Path) -> None:
    place = Place("demo", tmp_path)
    place.state.mkdir()
    assert read_cluster(place) is None
    write_description(Cluster("demo", tmp_path, 7))
    found = read_cluster(place)
    assert found is not None
    assert (found.node_ip, found.host_interface) == ("10.250.7.2", "lk7")


def test_places_are_found_whether_they_run_or_were_only_begun(tmp_path: Path) -> None:
    (tmp_path / "begun").mkdir()
    (tmp_path / "sysctls.json").touch()
    assert [place.name for place in places(tmp_path)] == ["begun"]


def test_an_absent_cluster_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALKUBE_STATE", str(tmp_path))
    with pytest.raises(NoClusterError, match="no cluster called demo; make it"):
        find_cluster("demo")


@given(st.sets(st.integers(0, MAX_NUMBER - 1)), st.sets(st.integers(0, MAX_NUMBER - 1)))
def test_the_number_is_the_lowest_with_neither_interface_nor_address(names: set[int], addresses: set[int]) -> None:
    links: list[dict[str, Any]] = [{"ifname": f"lk{n}", "addr_info": []} for n in names]
    links += [{"ifname": f"other{n}", "addr_info": [{"local": f"10.250.{n}.1"}]} for n in addresses]
    assert free_numbers(links) == sorted(set(range(MAX_NUMBER)) - names - addresses)


def test_a_cluster_that_comes_back_gets_its_old_number_if_it_is_free() -> None:
    taken = [{"ifname": "lk0", "addr_info": []}]
    assert free_numbers(taken, preferred=5)[:2] == [5, 1]
    assert free_numbers(taken, preferred=0)[0] == 1
