"""What the watch cache keeps of kinds that are many: a pod is at most 1 KiB here, 10 or more as served."""

from freehold_operator.kube.kinds import POD, Kind, Raw
from freehold_operator.kube.store import Trimmer

POD_METADATA = ("name", "namespace", "uid", "resourceVersion", "labels", "creationTimestamp", "deletionTimestamp")
POD_STATUS = ("phase", "reason", "message", "startTime")
CONDITIONS = {"PodScheduled", "ContainersReady"}
CONTAINER = ("name", "image", "ready", "started", "restartCount", "state", "lastState")


def trimmed_pod(body: Raw) -> Raw:
    """Labels, phase, two conditions and what each container does."""
    metadata = {key: body["metadata"][key] for key in POD_METADATA if key in body["metadata"]}
    status = body.get("status") or {}
    kept: Raw = {key: status[key] for key in POD_STATUS if key in status}
    kept["conditions"] = [item for item in status.get("conditions") or [] if item.get("type") in CONDITIONS]
    for part in ("initContainerStatuses", "containerStatuses"):
        containers = status.get(part) or []
        kept[part] = [{key: item[key] for key in CONTAINER if key in item} for item in containers]
    return {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata, "status": kept}


TRIMMERS: dict[Kind, Trimmer] = {POD: trimmed_pod}
