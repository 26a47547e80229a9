"""A few rendered objects as files, so that a review sees what a change of a template does.

`FREEHOLD_UPDATE_SNAPSHOTS=1 pytest tests/charts/test_snapshots.py` writes them. The properties that matter are asserted
elsewhere in this folder; a snapshot only shows.
"""

import os
from pathlib import Path

import pytest
import yaml

from tests.charts.rendering import case

pytestmark = pytest.mark.charts

FOLDER = Path(__file__).with_name("snapshots")
SHOWN = (
    ("small", "Deployment", "freehold-app"),
    ("small", "Deployment", "freehold-model-controller"),
    ("small", "NetworkPolicy", "freehold-gateway"),
    ("gitops", "StatefulSet", "freehold-postgres"),
    ("gitops", "StatefulSet", "freehold-valkey"),
    ("small", "ValidatingAdmissionPolicy", "freehold-fence"),
)


@pytest.mark.parametrize(("name", "kind", "item"), SHOWN)
def test_the_object_is_as_it_was_last_reviewed(name: str, kind: str, item: str) -> None:
    path = FOLDER / f"{name}-{kind.lower()}-{item}.yaml"
    text = yaml.safe_dump(case(name).one(kind, item), sort_keys=True, width=120)
    if os.environ.get("FREEHOLD_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert text == path.read_text(), f"{path.name} differs; look at it, then run with FREEHOLD_UPDATE_SNAPSHOTS=1"


def test_no_snapshot_is_left_over() -> None:
    expected = {f"{name}-{kind.lower()}-{item}.yaml" for name, kind, item in SHOWN}
    assert {path.name for path in FOLDER.iterdir()} == expected
