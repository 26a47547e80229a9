"""The HorizontalPodAutoscaler of mode HPA; it scales the Model, and the operator copies the number down."""

from freehold_operator.model.observed import Observed
from freehold_operator.model.resources.metadata import Raw, child

LONGEST_WINDOW_SECONDS = 3600  # Kubernetes' own bound


def autoscaler(seen: Observed) -> Raw:
    """CPU use against the request, with the spec's delay as the window for going down."""
    spec = seen.model.spec
    return child(seen, "autoscaling/v2", "HorizontalPodAutoscaler") | {
        "spec": {
            "scaleTargetRef": {"apiVersion": seen.raw["apiVersion"], "kind": seen.raw["kind"], "name": seen.name},
            "minReplicas": max(1, spec.min_replicas),
            "maxReplicas": spec.max_replicas,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {
                        "name": "cpu",
                        "target": {
                            "type": "Utilization",
                            "averageUtilization": spec.autoscaling.hpa.target_cpu_percent,
                        },
                    },
                }
            ],
            "behavior": {
                "scaleDown": {"stabilizationWindowSeconds": min(spec.scale_down_delay_seconds, LONGEST_WINDOW_SECONDS)}
            },
        }
    }
