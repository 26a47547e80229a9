"""Without a cluster the routes file's models are the catalogue, and nothing can be changed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from freehold_app.catalog.file_source import FileSource, models_in
from freehold_app.catalog.informer import ModelInformer
from freehold_app.catalog.service import Catalog
from freehold_app.control import API
from tests.app.conftest import FakeClock
from tests.app.people import Control

FILE = """
models:
  - {name: small, tenant: acme, endpoints: ["http://127.0.0.1:9000/v1"], features: [TextGeneration],
     contextLength: 2048}
  - {name: large, tenant: beta, external: {baseURL: "https://api.example.com/v1", model: big-1}}
  - {name: broken}
tenants: [{name: acme}, {name: beta}]
keys: []
"""


async def look(path: Path, informer: ModelInformer, source: FileSource | None = None) -> FileSource:
    source = source or FileSource(path, informer)
    stop = asyncio.Event()
    stop.set()
    await source.run(stop)
    await source._look(path)
    return source


async def test_the_files_models_are_ready(tmp_path: Path, clock: FakeClock) -> None:
    path, informer = tmp_path / "routes.yaml", ModelInformer(clock)
    path.write_text(FILE)
    await look(path, informer)
    assert informer.names("acme") == ["small"]
    state = informer.state("acme", "small")
    assert (state.phase, state.features, state.context_length) == ("Ready", ["TextGeneration"], 2048)
    assert informer.state("beta", "large").engine == "External"


async def test_a_changed_file_is_read_again_and_a_broken_one_is_not(tmp_path: Path, clock: FakeClock) -> None:
    path, informer = tmp_path / "routes.yaml", ModelInformer(clock)
    path.write_text(FILE)
    source = await look(path, informer)
    path.write_text("models: [")
    os.utime(path, ns=(1, 1))
    await look(path, informer, source)
    assert informer.names("acme") == ["small"]
    path.write_text(FILE.replace("small", "tiny"))
    os.utime(path, ns=(2, 2))
    await look(path, informer, source)
    assert informer.names("acme") == ["tiny"]


@pytest.mark.parametrize("content", [None, [], {"models": None}, {"models": ["x", {"name": "a"}]}])
def test_a_file_of_another_shape_has_no_models(content: object) -> None:
    assert models_in(content) == []


async def test_without_a_file_there_are_no_models(clock: FakeClock) -> None:
    informer, stop = ModelInformer(clock), asyncio.Event()
    stop.set()
    await FileSource(None, informer).run(stop)
    assert informer.names("acme") == []


@pytest.mark.stores
async def test_people_see_them_and_are_told_where_to_change_them(control: Control) -> None:
    [catalog] = [thing for part in control.role._slices for thing in part.gives if isinstance(thing, Catalog)]
    catalog.informer.replace(models_in({"models": [{"name": "small", "tenant": "acme", "endpoints": []}]}))
    ada = await control.person("ada@example.org", tenant="acme")
    [row] = (await ada.get(f"{API}/models")).json()["items"]
    assert (row["name"], row["phase"], row["lifeline"][-1]) == ("small", "Ready", "R")
    answer = await ada.post(f"{API}/models", {"name": "new", "spec": {"engine": "Echo"}})
    assert (answer.status_code, answer.json()["code"]) == (503, "kubernetes_unavailable")
    assert "FREEHOLD_GATEWAY_ROUTES" in answer.json()["fix"]
