"""What the Tenant's two data servers have in common: a Service, a volume, Secrets and one restricted pod."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from freehold_operator.kube import labels
from freehold_operator.quantities import quantity
from freehold_operator.tenant.resources.manifest import COMPONENT, Place, Raw

USER_ID = 65532
SERVER_FILES = "/run/freehold"  # the server Secret: certificate, key, access rules
SERVER_HASH = f"{labels.GROUP}/server-hash"
# What the writable folders of a pod may hold, and so what the pod asks a quota for.
DISK_REQUEST, DISK_LIMIT = "64Mi", "256Mi"


@dataclass(frozen=True, slots=True)
class StoreMaterial:
    """Everything secret about one store; all texts, certificates and keys as PEM.

    `admin_password` is for the image's superuser, where it has one that asks for a password.
    """

    password: str = field(repr=False)
    ca_certificate: str = field(repr=False)
    certificate: str = field(repr=False)
    key: str = field(repr=False)
    admin_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    """One kind of data server, as its StatefulSet needs it; `component` names it in labels."""

    name: str
    component: str
    port: int
    image: str
    cpu_request: str
    cpu_limit: str
    memory: str
    container: Raw
    volumes: tuple[Raw, ...]
    grace_seconds: int


def host_of(name: str, place: Place) -> str:
    """The name a client uses and the certificate bears."""
    return f"{name}.{place.namespace}.svc"


def mebibytes(size: str) -> int:
    """A size such as `512Mi` in MiB, rounded down, at least 1."""
    return max(1, int((quantity(size) or 0) // 2**20))


def service(place: Place, server: Server) -> Raw:
    """The Service of a store; its name is the host that clients verify."""
    port = {"name": server.component, "port": server.port, "protocol": "TCP", "targetPort": server.component}
    spec = {"type": "ClusterIP", "selector": _selector(server), "ports": [port]}
    return place.child("v1", "Service", server.name, server.component, spec=spec)


def volume_claim(place: Place, name: str, component: str, size: str, storage_class: str | None) -> Raw:
    """The volume, made by us and not by a claim template: a template cannot grow and goes with nothing."""
    spec: Raw = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    if storage_class:
        spec["storageClassName"] = storage_class
    return place.child("v1", "PersistentVolumeClaim", name, component, spec=spec)


def secret(place: Place, name: str, component: str, data: Mapping[str, str]) -> Raw:
    """A Secret of text values."""
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return place.child("v1", "Secret", name, component, type="Opaque", data=encoded)


def connection_secret(place: Place, name: str, component: str, data: Mapping[str, str], *, exposed: bool) -> Raw:
    """The Secret for clients; Models may name it only when the Tenant exposes the store to them."""
    body = secret(place, name, component, data)
    if exposed:
        body["metadata"]["labels"][labels.CREDENTIAL] = "true"
    return body


def stateful_set(place: Place, server: Server, server_secret: Raw, *, replicas: int) -> Raw:
    """The server: one pod, restarted when its certificate, key or access rules change."""
    pod_labels = labels.tenant_labels(place.tenant, server.component)
    template = {
        "metadata": {"labels": pod_labels, "annotations": {SERVER_HASH: _digest(server_secret["data"])}},
        "spec": _pod(server, server_secret["metadata"]["name"]),
    }
    spec = {
        "replicas": replicas,
        "serviceName": server.name,
        # Not OrderedReady: with it a pod that never gets ready is never replaced by a corrected one.
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": _selector(server)},
        "template": template,
    }
    return place.child("apps/v1", "StatefulSet", server.name, server.component, spec=spec)


def shell(script: str) -> Raw:
    """A constant script as a kubelet handler; nothing from a custom resource is ever part of one."""
    return {"exec": {"command": ["/bin/sh", "-c", script]}}


def probes(check: Raw, startup_seconds: int) -> Raw:
    """The three probes of a container around one check."""
    return {
        "startupProbe": {**check, "periodSeconds": 1, "timeoutSeconds": 5, "failureThreshold": startup_seconds},
        "readinessProbe": {**check, "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 2},
        "livenessProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
    }


def _selector(server: Server) -> dict[str, str]:
    return {labels.MANAGED_BY: labels.MANAGER, COMPONENT: server.component}


def _pod(server: Server, server_secret: str) -> Raw:
    mounted = {"name": "server", "secret": {"secretName": server_secret, "defaultMode": 0o440}}
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": server.grace_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER_ID,
            "runAsGroup": USER_ID,
            "fsGroup": USER_ID,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(server)],
        "volumes": [mounted, {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}}, *server.volumes],
    }


def _container(server: Server) -> Raw:
    mounts: list[Any] = [
        {"name": "server", "mountPath": SERVER_FILES, "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a path inside the pod
        *server.container["volumeMounts"],
    ]
    return server.container | {
        "name": server.component,
        "image": server.image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": server.component, "containerPort": server.port, "protocol": "TCP"}],
        "resources": {
            "requests": {"cpu": server.cpu_request, "memory": server.memory, "ephemeral-storage": DISK_REQUEST},
            "limits": {"cpu": server.cpu_limit, "memory": server.memory, "ephemeral-storage": DISK_LIMIT},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": mounts,
    }


def _digest(value: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
