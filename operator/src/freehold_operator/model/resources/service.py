"""The Service whose EndpointSlices tell the gateway which pods are ready."""

from freehold_operator.kube import labels
from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child


def service(seen: Observed) -> Raw:
    """Port 80, name `http`, to the container port of the same name."""
    return child(seen, "v1", "Service") | {
        "spec": {
            "type": "ClusterIP",
            "selector": labels.model_selector(seen.name),
            "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
        }
    }
