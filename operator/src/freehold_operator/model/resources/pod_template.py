"""The pod of a Model: hardened always, whatever the spec says, as no field of the spec reaches these lines."""

from typing import Any

from freehold_operator.kube import labels
from freehold_operator.model import sizing
from freehold_operator.model.launch import TOKEN_FOLDER, Launch, TokenUse
from freehold_operator.model.names import token_secret_name
from freehold_operator.model.observed import Observed
from freehold_operator.model.probing import probes
from freehold_operator.model.profiles import Profile
from freehold_operator.model.resources.metadata import Raw
from freehold_operator.model.resources.network_policy import engine_port
from freehold_operator.model.weights import MOUNT, Weights, weights

USER = 65532
LEAVE_SECONDS = 5  # until every gateway has seen the pod leave its EndpointSlice
SPARE_SECONDS = 10  # between the engine's own deadline and SIGKILL
TMP_SIZE = "1Gi"
WEIGHTS_SIZE = "20Gi"
TRUSTED = "FREEHOLD_TRUSTED_CERTIFICATES"
INPUTS = f"{labels.GROUP}/inputs"
CONTAINER_SECURITY: Raw = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
FETCH_RESOURCES: Raw = {
    "requests": {"cpu": "100m", "memory": "128Mi"},
    "limits": {"cpu": "1", "memory": "512Mi"},
}


def pod_template(seen: Observed, profile: Profile, launch: Launch, inputs: str) -> Raw:
    """Labels, annotations and spec of the pods; `inputs` is a digest of everything that must roll them."""
    source = weights(seen.model.spec.url)
    spec: Raw = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": LEAVE_SECONDS + seen.model.spec.drain_seconds + SPARE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": labels.model_selector(seen.name)},
            }
        ],
        "containers": [_engine(seen, profile, launch, source)],
        "volumes": _volumes(seen, profile, launch, source),
    }
    if source.fetch_url:
        spec["initContainers"] = [_fetch(seen, source)]
    tenant = seen.tenant.name if seen.tenant else ""
    return {
        "metadata": {"labels": labels.model_labels(tenant, seen.name), "annotations": {INPUTS: inputs}},
        "spec": spec | _placement(profile),
    }


def _engine(seen: Observed, profile: Profile, launch: Launch, source: Weights) -> Raw:
    drain = seen.model.spec.drain_seconds
    pause = LEAVE_SECONDS if launch.drains else max(LEAVE_SECONDS, drain)
    container: Raw = {
        "name": "engine",
        "image": launch.image,
        "imagePullPolicy": seen.platform.pull_policy,
        "env": _environment(seen, launch),
        "ports": [{"name": "http", "containerPort": engine_port(seen), "protocol": "TCP"}],
        "resources": sizing.resources(seen.model.spec, profile),
        "securityContext": CONTAINER_SECURITY,
        "lifecycle": {"preStop": {"sleep": {"seconds": pause}}},
        "terminationMessagePolicy": "File",  # never the log: it may hold prompts
        "volumeMounts": _mounts(launch, source),
    }
    if launch.command:
        container["command"] = list(launch.command)
    if launch.args:
        container["args"] = list(launch.args)
    return container | probes(seen)


def _environment(seen: Observed, launch: Launch) -> list[Raw]:
    given = [
        variable.model_dump(by_alias=True, exclude_none=True, mode="json") for variable in seen.model.spec.env or ()
    ]
    own: list[Raw] = [*launch.env]
    if launch.token is TokenUse.VARIABLE:
        reference = {"name": token_secret_name(seen.name), "key": "token"}
        own.append({"name": "FREEHOLD_TOKEN", "valueFrom": {"secretKeyRef": reference}})
    if all(variable["name"] != "HOME" for variable in given):
        own.append({"name": "HOME", "value": "/tmp"})  # noqa: S108 - an emptyDir of this pod alone
    return own + given


def _mounts(launch: Launch, source: Weights) -> list[Raw]:
    mounts: list[Raw] = [{"name": "tmp", "mountPath": "/tmp"}, {"name": "shm", "mountPath": "/dev/shm"}]  # noqa: S108
    if source.claim or source.fetch_url:
        mounts.append({"name": "weights", "mountPath": MOUNT, "readOnly": True})
    if launch.token is TokenUse.FILE:
        mounts.append({"name": "token", "mountPath": TOKEN_FOLDER, "readOnly": True})
    return mounts


def _volumes(seen: Observed, profile: Profile, launch: Launch, source: Weights) -> list[Raw]:
    volumes: list[Raw] = [
        {"name": "tmp", "emptyDir": {"sizeLimit": TMP_SIZE}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": profile.shmSize}},
    ]
    if source.claim:
        volumes.append({"name": "weights", "persistentVolumeClaim": {"claimName": source.claim, "readOnly": True}})
    if source.fetch_url:
        volumes.append({"name": "weights", "emptyDir": {"sizeLimit": WEIGHTS_SIZE}})
    if launch.token is TokenUse.FILE:
        secret = {"secretName": token_secret_name(seen.name), "defaultMode": 0o440}
        volumes.append({"name": "token", "secret": secret})
    return volumes


def _fetch(seen: Observed, source: Weights) -> Raw:
    trusted = seen.platform.trusted_certificates
    variables = {"env": [{"name": TRUSTED, "value": trusted}]} if trusted else {}
    return variables | {
        "name": "fetch",
        "image": seen.platform.operator_image,
        "imagePullPolicy": seen.platform.pull_policy,
        "command": ["python", "-m", "freehold_operator.fetch"],
        "args": ["--url", source.fetch_url, "--to", source.path],
        "resources": FETCH_RESOURCES,
        "securityContext": CONTAINER_SECURITY,
        "volumeMounts": [{"name": "weights", "mountPath": MOUNT}],
    }


def _placement(profile: Profile) -> dict[str, Any]:
    wanted = {
        "nodeSelector": dict(profile.nodeSelector),
        "tolerations": [dict(toleration) for toleration in profile.tolerations],
        "affinity": dict(profile.affinity),
        "priorityClassName": profile.priorityClassName,
        "runtimeClassName": profile.runtimeClassName,
        "schedulerName": profile.schedulerName,
    }
    return {name: value for name, value in wanted.items() if value}
