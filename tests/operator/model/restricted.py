"""The restricted Pod Security Standard as far as a pod of ours could break it; returns every violation it finds."""

from typing import Any

Raw = dict[str, Any]
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "secret", "projected", "downwardAPI", "csi", "ephemeral"}
HOST_FIELDS = ("hostNetwork", "hostPID", "hostIPC", "hostUsers", "serviceAccountName")


def violations(template: Raw) -> list[str]:
    """Empty for a pod that namespaces enforcing `restricted` take, and that has limits and no way to the API server."""
    spec = template["spec"]
    found = [f"{name} is set" for name in HOST_FIELDS if name in spec]
    found += [] if spec.get("automountServiceAccountToken") is False else ["a token would be mounted"]
    found += [] if spec.get("enableServiceLinks") is False else ["services would be told by environment"]
    context = spec.get("securityContext") or {}
    found += [] if context.get("runAsNonRoot") and context.get("runAsUser", 0) > 0 else ["may run as root"]
    found += [] if context.get("seccompProfile") == {"type": "RuntimeDefault"} else ["no seccomp profile"]
    for volume in spec.get("volumes") or []:
        kinds = volume.keys() - {"name"}
        found += [] if kinds <= VOLUMES else [f"volume of kind {kinds - VOLUMES}"]
        empty = volume.get("emptyDir")
        found += [] if empty is None or empty.get("sizeLimit") else [f"volume {volume['name']} has no size"]
    for container in [*spec["containers"], *(spec.get("initContainers") or [])]:
        found += [f"{container['name']}: {problem}" for problem in _container(container)]
    return found


def _container(container: Raw) -> list[str]:
    context = container.get("securityContext") or {}
    found = []
    if context.get("allowPrivilegeEscalation") is not False:
        found.append("may gain privileges")
    if context.get("capabilities") != {"drop": ["ALL"]}:
        found.append("keeps capabilities")
    if not context.get("readOnlyRootFilesystem"):
        found.append("root file system is writable")
    if context.get("privileged"):
        found.append("privileged")
    resources = container.get("resources") or {}
    parts = [part for part in ("requests", "limits") if not {"cpu", "memory"} <= (resources.get(part) or {}).keys()]
    found += [f"{part} lack cpu or memory" for part in parts]
    if any("hostPort" in port for port in container.get("ports") or []):
        found.append("takes a port of the host")
    return found
