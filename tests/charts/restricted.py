"""The restricted Pod Security profile and our own rules beyond it, as a list of what a pod template breaks."""

from collections.abc import Iterator

from tests.charts.rendering import Object, containers

HOST_FIELDS = ("hostNetwork", "hostPID", "hostIPC", "hostUsers")
VOLUME_KINDS = {"configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
RESOURCES = {"cpu", "memory", "ephemeral-storage"}


def faults(template: Object) -> list[str]:
    """Empty for a pod that the API server admits under `restricted` and that keeps our rules."""
    return [*_pod_faults(template["spec"]), *(f for c in containers(template) for f in _container_faults(c))]


def _pod_faults(spec: Object) -> Iterator[str]:
    security = spec.get("securityContext", {})
    if security.get("runAsNonRoot") is not True or security.get("runAsUser") != 65532:
        yield "runs as root"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "no seccomp profile"
    if any(spec.get(field) for field in HOST_FIELDS):
        yield "uses the host's namespaces"
    if spec.get("automountServiceAccountToken") is not False:
        yield "mounts an API token without saying so"
    if spec.get("enableServiceLinks") is not False:
        yield "service links"
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= VOLUME_KINDS:
            yield f"volume {volume['name']} is of a refused kind"
        if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
            yield f"emptyDir {volume['name']} has no size limit"


def _container_faults(container: Object) -> Iterator[str]:
    name = container["name"]
    security = container.get("securityContext", {})
    if security.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: may escalate"
    if security.get("capabilities", {}).get("drop") != ["ALL"] or security.get("capabilities", {}).get("add"):
        yield f"{name}: keeps capabilities"
    if security.get("readOnlyRootFilesystem") is not True:
        yield f"{name}: may write its root"
    if any("hostPort" in port for port in container.get("ports", [])):
        yield f"{name}: takes a port of the host"
    for side in ("requests", "limits"):
        if missing := RESOURCES - set(container.get("resources", {}).get(side, {})):
            yield f"{name}: no {side} for {', '.join(sorted(missing))}"
