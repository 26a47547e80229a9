"""The rights in the charts are those of the tables beside the handlers, and never the ones that nobody may have."""

import pytest

from freehold_operator.model.handlers import RIGHTS as MODEL_RIGHTS
from freehold_operator.rights import Right
from freehold_operator.tenant.handlers import RIGHTS as TENANT_RIGHTS
from gen.chart_roles import rule, template
from tests.charts.rendering import NAMESPACE, Object, Rendered, case, cases, render

pytestmark = pytest.mark.charts

CONTROLLERS = ("freehold-tenant-controller", "freehold-model-controller")


def rules(rendered: Rendered, kind: str, name: str) -> list[Object]:
    found: list[Object] = rendered.one(kind, name)["rules"]
    return found


@pytest.mark.parametrize("role", sorted({right.role for right in (*TENANT_RIGHTS, *MODEL_RIGHTS)}))
def test_a_role_holds_what_its_table_says_and_nothing_else(role: str) -> None:
    kind = "Role" if role.endswith("-release") else "ClusterRole"
    table = [rule(right) for right in (*TENANT_RIGHTS, *MODEL_RIGHTS) if right.role == role]
    assert rules(case("small"), kind, f"freehold-{role.removesuffix('-release')}") == table


@pytest.mark.parametrize("name", cases())
def test_nobody_gets_a_wildcard_or_a_way_to_become_somebody_else(name: str) -> None:
    roles = [*case(name).of("ClusterRole").values(), *case(name).of("Role").values()]
    assert roles
    assert [fault for role in roles for entry in role["rules"] for fault in forbidden(entry)] == []


@pytest.mark.parametrize(
    "right",
    [
        Right("x", ("*",), ("pods",), ("get",)),
        Right("x", ("",), ("*",), ("get",)),
        Right("x", ("",), ("pods",), ("*",)),
        Right("x", ("",), ("users",), ("impersonate",)),
        Right("x", ("rbac.authorization.k8s.io",), ("clusterroles",), ("bind",)),
        Right("x", ("",), ("pods/exec",), ("create",)),
        Right("x", ("",), ("nodes/proxy",), ("get",)),
    ],
)
def test_what_is_forbidden_would_be_found(right: Right) -> None:
    assert list(forbidden(dict(rule(right))))


def test_no_role_for_the_whole_cluster_reads_secrets_or_configuration() -> None:
    rendered = case("small")
    bound = {item["roleRef"]["name"] for item in rendered.of("ClusterRoleBinding").values()}
    assert bound == {*CONTROLLERS, "freehold-gateway", "freehold-control"}
    resources = {
        word for name in bound for entry in rules(rendered, "ClusterRole", name) for word in entry["resources"]
    }
    assert not resources & {"secrets", "configmaps"}


def test_the_gateway_may_look_and_scale_and_no_more() -> None:
    verbs = {
        (resource, verb)
        for entry in rules(case("small"), "ClusterRole", "freehold-gateway")
        for resource in entry["resources"]
        for verb in entry["verbs"]
        if verb not in {"get", "list", "watch"}
    }
    assert verbs == {("models/scale", "patch")}


def test_the_control_plane_may_only_look_outside_of_tenants_namespaces() -> None:
    (entry,) = rules(case("small"), "ClusterRole", "freehold-control")
    assert entry["resources"] == ["models", "tenants"]
    assert entry["verbs"] == ["get", "list", "watch"]


def test_each_controller_has_its_own_account_unless_one_process_runs_both() -> None:
    assert subjects(case("small")) == {
        "freehold-tenant-controller": CONTROLLERS[0],
        "freehold-model-controller": CONTROLLERS[1],
    }
    both = render({"operator": {"split": False}})
    assert subjects(both) == dict.fromkeys(CONTROLLERS, "freehold-operator")
    assert set(both.of("Deployment")) == {"freehold-app", "freehold-frontend", "freehold-operator"}
    assert [
        entry["resourceNames"] for entry in rules(both, "Role", "freehold-operator-leases") if "resourceNames" in entry
    ] == [["freehold-tenant-controller", "freehold-model-controller"]]


def test_the_template_binds_controllers_and_leaves_peoples_roles_to_the_operator() -> None:
    text = template(
        [Right("tenant-viewer", ("",), ("pods",), ("get",)), Right("a-controller", ("",), ("pods",), ("get",))]
    )
    assert text.count("kind: ClusterRoleBinding") == 1
    assert 'operator.account" (list $ "a")' in text


def subjects(rendered: Rendered) -> dict[str, str]:
    found = {}
    for name, binding in rendered.of("ClusterRoleBinding").items():
        (subject,) = binding["subjects"]
        assert subject["namespace"] == NAMESPACE
        if name not in {"freehold-gateway", "freehold-control"}:
            found[name] = subject["name"]
    return found


def forbidden(entry: Object) -> list[str]:
    words = {*entry["apiGroups"], *entry["resources"], *entry["verbs"]}
    unnamed_bind = "bind" in words and not entry.get("resourceNames")
    never = words & {"*", "escalate", "impersonate", "serviceaccounts/token", "pods/exec", "pods/attach", "nodes/proxy"}
    return sorted(never) + (["bind"] if unnamed_bind else [])
