"""Renders the umbrella chart in process, as `helm template` would, and picks objects out of the result."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import yaml

ROOT = Path(__file__).resolve().parents[2]
UMBRELLA = ROOT / "charts/freehold"
NAMESPACE = "freehold-system"
# the resource definitions are long: the C loader reads a rendering in a tenth of the time
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORKLOADS = ("Deployment", "StatefulSet", "Job", "CronJob", "Pod")

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The objects of one rendering, and the text that the installer is shown."""

    objects: Sequence[Object]
    notes: str

    def of(self, kind: str) -> dict[str, Object]:
        return {item["metadata"]["name"]: item for item in self.objects if item["kind"] == kind}

    def one(self, kind: str, name: str) -> Object:
        return self.of(kind)[name]

    def pods(self) -> Iterator[tuple[str, Object]]:
        """`Kind/name` and pod template (metadata and spec) of everything that makes pods."""
        for item in self.objects:
            if item["kind"] in WORKLOADS:
                yield f"{item['kind']}/{item['metadata']['name']}", pod_template(item)


def cases() -> list[str]:
    return sorted(path.name.removesuffix("-values.yaml") for path in (UMBRELLA / "ci").glob("*-values.yaml"))


def values_of(case: str) -> Object:
    loaded: Object = yaml.safe_load((UMBRELLA / f"ci/{case}-values.yaml").read_text())
    return loaded


@cache
def case(name: str) -> Rendered:
    return render(values_of(name))


def render(
    values: Mapping[str, Any], *, chart: Path = UMBRELLA, namespace: str = NAMESPACE, upgrade: bool = False
) -> Rendered:
    """One rendering; HelmValuesError where the schema refuses the values, HelmRenderError where a template does."""
    with helm_python.Chart.load(chart) as loaded:
        files = loaded.render(
            dict(values), name="freehold", namespace=namespace, is_install=not upgrade, is_upgrade=upgrade
        )
    notes = "".join(text for path, text in files.items() if path.endswith("NOTES.txt"))
    manifests = (text for path, text in files.items() if not path.endswith("NOTES.txt"))
    return Rendered([item for text in manifests for item in yaml.load_all(text, Loader=LOADER) if item], notes)


def pod_template(item: Object) -> Object:
    if item["kind"] == "Pod":
        return item
    spec: Object = item["spec"]["jobTemplate"]["spec"] if item["kind"] == "CronJob" else item["spec"]
    template: Object = spec["template"]
    return template


def containers(template: Object) -> list[Object]:
    return [*template["spec"].get("initContainers", []), *template["spec"]["containers"]]
