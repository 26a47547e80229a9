"""The Deployment that runs a Model's pods."""

from freehold_operator.kube import labels
from freehold_operator.model.launch import Launch
from freehold_operator.model.observed import Observed
from freehold_operator.model.probing import startup_seconds
from freehold_operator.model.profiles import Profile
from freehold_operator.model.resources.metadata import Raw, child
from freehold_operator.model.resources.pod_template import pod_template

SLACK_SECONDS = 120  # image pull and scheduling, before a rollout counts as stuck


def deployment(seen: Observed, profile: Profile, launch: Launch, inputs: str, replicas: int) -> Raw:
    """`replicas` is always written: left out of an apply, it would fall to 1."""
    return child(seen, "apps/v1", "Deployment") | {
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 2,
            "progressDeadlineSeconds": startup_seconds(seen) + SLACK_SECONDS,
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "selector": {"matchLabels": labels.model_selector(seen.name)},
            "template": pod_template(seen, profile, launch, inputs),
        }
    }
