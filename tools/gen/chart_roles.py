"""The controllers' roles in the operator's chart, from the RIGHTS tables beside their handlers.

A role's name says how it is bound: `x-controller` by the chart in the whole cluster, `x-controller-release` by the
chart in the release's own namespace, and all others by the Tenant controller in each tenant's namespace.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import yaml

from freehold_operator.model.handlers import RIGHTS as MODEL_RIGHTS
from freehold_operator.rights import Right
from freehold_operator.tenant.handlers import RIGHTS as TENANT_RIGHTS
from gen.registry import Outputs

TARGET = "charts/operator/templates/rbac/controllers.yaml"
PREFIX = "freehold"
RELEASE = "-release"

HEAD = """\
# Generated from the RIGHTS tables of freehold_operator by `make generate`; change them there.
{{- $labels := include "operator.labels" (dict "root" $ "component" "rights") }}
"""

METADATA = """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: %(kind)s
metadata:
  name: %(name)s%(namespace)s
  labels:
    {{- $labels | nindent 4 }}
"""

IN_RELEASE = "\n  namespace: {{ .Release.Namespace }}"

SUBJECT = """\
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %(role_kind)s, name: %(name)s}
subjects:
  - kind: ServiceAccount
    name: {{ include "operator.account" (list $ %(controller)s) }}
    namespace: {{ .Release.Namespace }}
"""


def outputs() -> Outputs:
    return {TARGET: template([*TENANT_RIGHTS, *MODEL_RIGHTS])}


def template(rights: Iterable[Right]) -> str:
    """The chart template of all roles that are named, and the bindings of those that the chart binds."""
    by_role = sorted(rights, key=lambda right: right.role)
    parts = (part for role, rows in groupby(by_role, key=lambda right: right.role) for part in _role(role, rows))
    return HEAD + "".join(parts)


def _role(role: str, rights: Iterable[Right]) -> Iterator[str]:
    local = role.endswith(RELEASE)
    kind, namespace = ("Role", IN_RELEASE) if local else ("ClusterRole", "")
    words = {"kind": kind, "name": f"{PREFIX}-{role.removesuffix(RELEASE)}", "namespace": namespace}
    yield METADATA % words + _rules(rights)
    if role.removesuffix(RELEASE).endswith("-controller"):
        subject = {"role_kind": kind, "controller": f'"{role.split("-")[0]}"'}
        yield METADATA % (words | {"kind": f"{kind}Binding"}) + SUBJECT % (words | subject)


def _rules(rights: Iterable[Right]) -> str:
    rules = [rule(right) for right in rights]
    return str(yaml.safe_dump({"rules": rules}, sort_keys=False, default_flow_style=None, width=200))


def rule(right: Right) -> Mapping[str, list[str]]:
    """One RBAC rule, as Kubernetes writes it."""
    names = [name.replace("{prefix}", PREFIX) for name in right.names]
    named = {"resourceNames": names} if names else {}
    return {"apiGroups": list(right.groups), "resources": list(right.resources), **named, "verbs": list(right.verbs)}
