"""What should exist for a Model: pure, from one Observed to one Plan."""

from freehold_crds import ScalingMode
from freehold_operator.desired import Plan, unplanned
from freehold_operator.fingerprints import fingerprint
from freehold_operator.model import profiles
from freehold_operator.model.engines import launch
from freehold_operator.model.observed import Observed, Raw, Verdict
from freehold_operator.model.resources.autoscaler import autoscaler
from freehold_operator.model.resources.deployment import deployment
from freehold_operator.model.resources.disruption_budget import disruption_budget
from freehold_operator.model.resources.gateway_access import (
    gateway_role,
    gateway_role_binding,
    secrets_for_gateway,
)
from freehold_operator.model.resources.network_policy import network_policy
from freehold_operator.model.resources.service import service
from freehold_operator.model.resources.token_secret import token_secret


def plan(seen: Observed, verdict: Verdict) -> Plan:
    """A refused Model keeps what it has; one without a (working) Tenant loses its pods, and nothing else."""
    if seen.raw["metadata"].get("deletionTimestamp"):
        return Plan()
    if not verdict.accepted:
        return _stopped(seen) if verdict.stops else Plan()
    wanted = _external(seen) if seen.is_external else _served(seen)
    return Plan(apply=wanted, delete=unplanned(seen.children, wanted), scale=first_replicas(seen))


def replicas(seen: Observed) -> int:
    """Pods that should run now: `spec.replicas`, or what it starts with, or none while suspended."""
    spec = seen.model.spec
    if spec.suspend or seen.is_external:
        return 0
    if spec.replicas is None:
        return first_replicas(seen) or 0
    return spec.replicas


def first_replicas(seen: Observed) -> int | None:
    """What to write into `spec.replicas`, once: without it `GET scale` is a 500 and an HPA fails."""
    spec = seen.model.spec
    if spec.replicas is not None or seen.is_external:
        return None
    if spec.autoscaling.mode == ScalingMode.REQUESTS:
        return max(spec.min_replicas, spec.autoscaling.initial_replicas)
    return max(1, spec.min_replicas)


def template_inputs(seen: Observed) -> str:
    """A digest of what lies outside the pod template but must roll the pods: referenced data, the token."""
    return fingerprint([[item.kind, item.name, item.digest] for item in seen.references] + [seen.token.digest])


def _served(seen: Observed) -> tuple[Raw, ...]:
    """In this order: what a pod needs stands before the pod."""
    profile = profiles.find(seen.platform.profiles, seen.profile_name)
    assert profile, "the policy refuses unknown profiles"
    spec = seen.model.spec
    wanted: list[Raw] = [token_secret(seen)] if seen.token.fresh else []
    wanted += [service(seen), network_policy(seen)]
    if spec.max_replicas > 1:
        wanted.append(disruption_budget(seen))
    wanted.append(deployment(seen, profile, launch(seen, profile), template_inputs(seen), replicas(seen)))
    if spec.autoscaling.mode == ScalingMode.HPA and not spec.suspend:
        wanted.append(autoscaler(seen))
    return (*wanted, gateway_role(seen), gateway_role_binding(seen))


def _external(seen: Observed) -> tuple[Raw, ...]:
    return (gateway_role(seen), gateway_role_binding(seen)) if secrets_for_gateway(seen) else ()


def _stopped(seen: Observed) -> Plan:
    """Pods to 0 and no HPA that would bring them back; everything else stays, so that coming back is quick."""
    return Plan(
        stop=tuple(body for body in seen.children if body["kind"] == "Deployment"),
        delete=tuple(body for body in seen.children if body["kind"] == "HorizontalPodAutoscaler"),
    )
