"""What lies where; what `make up` remembers for `make down`."""

from __future__ import annotations

from pathlib import Path

import pytest

from install.choice import Kind
from install.clusters import remember, remembered
from install.errors import CommandError
from install.keys import only_key
from install.places import Places


def test_the_cache_follows_the_xdg_rule(tmp_path: Path) -> None:
    assert Places.of(tmp_path, {"HOME": "/h"}).cache == Path("/h/.cache/freehold")
    assert Places.of(tmp_path, {"HOME": "/h", "XDG_CACHE_HOME": "/c"}).cache == Path("/c/freehold")


def test_the_chosen_cluster_is_remembered(tmp_path: Path) -> None:
    path = Places.of(tmp_path, {}).cluster
    assert remembered(path) == ("", "")
    remember(path, Kind.LOCALKUBE, "freehold")
    assert remembered(path) == ("localkube", "freehold")
    path.write_text("{half")
    assert remembered(path) == ("", "")


def test_the_key_is_found_among_other_lines() -> None:
    assert only_key("note: tenant acme entered\nfhk_abc\n") == "fhk_abc"
    with pytest.raises(CommandError, match="printed no key"):
        only_key("denied\n")
