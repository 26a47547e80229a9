"""The three admission policies: what each refuses, in which words, and beside it the like that it lets pass."""

import pytest

from tests.charts.personas import (
    ADMIN,
    GATEWAY,
    MODEL_CONTROLLER,
    OPERATIONS,
    PLATFORM,
    SYSTEM,
    TENANT,
    TENANT_CONTROLLER,
    Cast,
    Object,
    binding,
    config_map,
    model,
    namespace,
    person,
    role,
)

pytestmark = pytest.mark.api

MARK = {"freehold.dev/tenant": "red"}
SET_BY = "Freehold's operator"
FENCED = "write in tenants' namespaces only"
EVE = person("eve")


def test_a_mark_is_set_by_the_operator_and_platform_administrators_only(cast: Cast) -> None:
    assert SET_BY in cast.create(OPERATIONS, config_map(MARK))
    assert cast.create(PLATFORM, config_map(MARK)) == ""
    assert cast.create(OPERATIONS, config_map({"team": "red"})) == ""
    assert cast.create(TENANT_CONTROLLER, config_map(MARK, kind="Secret")) == ""


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"freehold.dev/role": "gateway"}},
        {"annotations": {"freehold.dev/hash": "forged"}},
        {"finalizers": ["freehold.dev/cleanup"]},
    ],
)
def test_a_tenants_administrator_cannot_mark_a_model(cast: Cast, metadata: Object) -> None:
    assert SET_BY in cast.create(ADMIN, model(**metadata))
    assert cast.create(ADMIN, model(labels={"team": "red"}, annotations={"note": "mine"})) == ""


def test_a_tenants_administrator_says_which_secrets_models_may_use(cast: Cast) -> None:
    secret = config_map({"freehold.dev/credential": "true"}, kind="Secret")
    assert cast.create(ADMIN, secret) == ""
    assert SET_BY in cast.create(ADMIN, config_map(MARK, kind="Secret"))


def test_a_mark_can_be_neither_changed_nor_taken_off_but_all_else_can(cast: Cast) -> None:
    cast.kube.apply(config_map(MARK, name="kept"), TENANT)  # a name of its own: this one is stored
    for change in ({"freehold.dev/tenant": "blue"}, {"freehold.dev/tenant": None}):
        assert SET_BY in cast.patch(OPERATIONS, "configmap/kept", {"metadata": {"labels": change}})
    assert cast.patch(OPERATIONS, "configmap/kept", {"data": {"a": "b"}}) == ""
    assert cast.patch(PLATFORM, "configmap/kept", {"metadata": {"labels": {"freehold.dev/tenant": None}}}) == ""


def test_a_namespace_is_offered_for_adoption_by_platform_administrators_only(cast: Cast) -> None:
    cast.namespace("offered")
    offer = {"metadata": {"annotations": {"freehold.dev/adopt-by": "blue"}}}
    assert SET_BY in cast.patch(OPERATIONS, "namespace/offered", offer)
    assert cast.patch(PLATFORM, "namespace/offered", offer) == ""


def test_pods_do_not_get_marks_from_a_template_either(cast: Cast) -> None:
    assert SET_BY in cast.create(OPERATIONS, _deployment({"app": "x", "freehold.dev/model": "m"}))
    assert cast.create(OPERATIONS, _deployment({"app": "x"})) == ""
    assert cast.create(OPERATIONS, _deployment({"app": "x", "freehold.dev/role": "gateway"}), SYSTEM) == ""


def test_the_tenant_controller_makes_marked_namespaces_only(cast: Cast) -> None:
    assert FENCED in cast.create(TENANT_CONTROLLER, namespace("tenant-new"))
    assert cast.create(TENANT_CONTROLLER, namespace("tenant-new", {"freehold.dev/tenant": "new"})) == ""


@pytest.mark.parametrize("place", ["kube-system", "default", SYSTEM])
def test_the_tenant_controller_cannot_bind_itself_where_the_cluster_lives(cast: Cast, place: str) -> None:
    own = binding("grab", "freehold-tenant-controller-ns", TENANT_CONTROLLER)
    assert FENCED in cast.create(TENANT_CONTROLLER, own, place)
    assert cast.create(TENANT_CONTROLLER, own, TENANT) == ""


def test_a_mark_on_a_reserved_namespace_opens_nothing(cast: Cast) -> None:
    cast.namespace("kube-marked", {"freehold.dev/tenant": "blue"})
    own = binding("grab", "freehold-tenant-controller-ns", TENANT_CONTROLLER)
    assert FENCED in cast.create(TENANT_CONTROLLER, own, "kube-marked")


def test_a_foreign_namespace_is_touched_only_if_it_is_offered(cast: Cast) -> None:
    cast.namespace("foreign")
    adopt = {"metadata": {"labels": {"freehold.dev/tenant": "blue"}}}
    assert FENCED in cast.patch(TENANT_CONTROLLER, "namespace/foreign", adopt)
    assert FENCED in cast.delete(TENANT_CONTROLLER, "namespace/foreign")
    cast.kube.kubectl("annotate", "namespace", "foreign", "freehold.dev/adopt-by=blue")
    assert cast.patch(TENANT_CONTROLLER, "namespace/foreign", adopt) == ""
    assert cast.delete(TENANT_CONTROLLER, f"namespace/{TENANT}") == ""


def test_status_of_a_model_without_a_tenant_may_be_written_but_nothing_beside_it(cast: Cast) -> None:
    cast.namespace("no-tenant")
    cast.kube.apply(model(), "no-tenant")
    bare: Object = {key: value for key, value in model().items() if key != "spec"}
    assert cast.write_part(MODEL_CONTROLLER, bare | {"status": {"phase": "Failed"}}, "status", "no-tenant") == ""
    assert FENCED in cast.create(TENANT_CONTROLLER, binding("x", "freehold-tenant-viewer", EVE), "no-tenant")


def test_leases_are_taken_in_the_release_namespace_only(cast: Cast) -> None:
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "freehold-tenant-controller"},
    }
    assert cast.create(TENANT_CONTROLLER, lease, SYSTEM) == ""
    assert "forbidden" in cast.create(TENANT_CONTROLLER, lease, "kube-system")


@pytest.mark.parametrize("name", ["freehold-tenant-controller-ns", "freehold-model-controller-ns"])
def test_the_controllers_roles_are_bound_to_the_controllers_only(cast: Cast, name: str) -> None:
    assert "bound to Freehold's controllers only" in cast.create((), binding("x", name, EVE))
    assert "bound to Freehold's controllers only" in cast.create((), binding("x", name, GATEWAY))
    assert cast.create((), binding("x", name, MODEL_CONTROLLER)) == ""


def test_tenant_roles_are_for_people_and_one_account_of_ours(cast: Cast) -> None:
    assert cast.create((), binding("x", "freehold-tenant-admin", EVE)) == ""
    assert cast.create((), binding("x", "freehold-tenant-admin", GATEWAY)) == ""
    assert "not for Freehold's" in cast.create((), binding("x", "freehold-tenant-editor", GATEWAY))
    assert "not for Freehold's" in cast.create((), binding("x", "freehold-tenant-admin", MODEL_CONTROLLER))


def test_the_model_controller_hands_out_single_secrets_and_only_to_the_gateway(cast: Cast) -> None:
    assert cast.create(MODEL_CONTROLLER, role("model-m")) == ""
    for wrong in (role("other"), role("model-m", resourceNames=[]), role("model-m", verbs=["get", "delete"])):
        assert "only Roles model-*" in cast.create(MODEL_CONTROLLER, wrong)
    cast.kube.apply(role("model-m"), TENANT)
    assert cast.create(MODEL_CONTROLLER, binding("model-m", "model-m", GATEWAY, "Role")) == ""
    assert "to the gateway's account" in cast.create(MODEL_CONTROLLER, binding("model-m", "model-m", EVE, "Role"))
    assert "only bindings model-*" in cast.create(MODEL_CONTROLLER, binding("mine", "model-m", GATEWAY, "Role"))


def _deployment(labels: dict[str, str]) -> Object:
    container = {"name": "c", "image": "x"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {
            "selector": {"matchLabels": {"app": "x"}},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
