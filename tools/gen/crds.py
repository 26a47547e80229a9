"""The CustomResourceDefinitions: plain for kubectl, wrapped for the operator's chart, and their reference page."""

from freehold_crds.reference import page
from freehold_crds.render import definitions, to_chart_template, to_yaml
from gen.registry import Outputs


def outputs() -> Outputs:
    rendered = definitions()
    files = {"docs/reference/crds.md": page(rendered)}
    for name, crd in rendered.items():
        files[f"k8s/crds/{name}.yaml"] = to_yaml(crd)
        files[f"charts/operator/templates/crds/{name}.yaml"] = to_chart_template(crd)
    return files
