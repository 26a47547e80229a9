"""Values that the schema takes render to objects that Kubernetes takes, in whatever combination."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.charts import schemas
from tests.charts.rendering import Object, cases, render, values_of
from tests.charts.restricted import faults

pytestmark = pytest.mark.charts

EXAMPLES = 25
FOREIGN = {"HTTPRoute", "PodMonitor"}
# what only makes sense together
TOGETHER = (
    {"app.split", "operator.gateway.account"},
    {"operator.defaultProfile", "operator.profiles"},
    {"app.exposure.mode", "global.host", "app.exposure.parentRefs"},
    {"postgres.mode", "global.secrets.database", "postgres.passwordsSecret", "postgres.tlsSecret"},
    {"valkey.mode", "global.secrets.redis", "valkey.usersSecret", "valkey.tlsSecret"},
)
NEEDS_ALL = {"global.secrets.generate"}  # fails with a list by design; its own test is in test_secrets


@st.composite
def mixtures(draw: st.DrawFn) -> Object:
    """Some values of one case, some of another, and the rest at their defaults."""
    merged: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(cases()), min_size=1, max_size=3, unique=True)):
        leaves = _leaves(values_of(name))
        kept = {path for path in leaves if path not in NEEDS_ALL and draw(st.booleans())}
        for group in TOGETHER:
            kept = kept | (group & set(leaves)) if kept & group else kept - group
            for path in (group & set(merged)) if kept & group else ():
                del merged[path]
        merged |= {path: leaves[path] for path in kept}
    return _nested(merged)


@given(values=mixtures())
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_mixture_of_known_values_renders_to_valid_restricted_objects(values: Object) -> None:
    rendered = render(values)
    own = [item for item in rendered.objects if item["kind"] not in FOREIGN]
    assert [fault for item in own for fault in schemas.faults(item, "1.36")] == []
    assert {pod: found for pod, template in rendered.pods() if (found := faults(template))} == {}


def _leaves(values: Object, path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        here = f"{path}.{key}".lstrip(".")
        whole = not isinstance(value, dict) or not value or any("/" in word or word.isupper() for word in value)
        found |= {here: value} if whole or here.endswith((".resources", "profiles")) else _leaves(value, here)
    return found


def _nested(leaves: Object) -> Object:
    root: Object = {}
    for path, value in leaves.items():
        *parents, last = path.split(".")
        place = root
        for word in parents:
            place = place.setdefault(word, {})
        place[last] = value
    return root
