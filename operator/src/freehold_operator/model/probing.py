"""The probes of an engine's container: its own figures with the spec's changes over them. Pure."""

from typing import Any

from freehold_crds.v1alpha1.model import Probe
from freehold_operator.model import facts
from freehold_operator.model.observed import Observed

Raw = dict[str, Any]


def probes(seen: Observed) -> dict[str, Raw]:
    """The three probes, with the spec's changes; a probe switched off is absent."""
    known, wanted = facts.ENGINES[seen.model.spec.engine], seen.model.spec.probes
    built = {
        "startupProbe": _probe(known, wanted.startup if wanted else None, known.startup),
        "readinessProbe": _probe(known, wanted.readiness if wanted else None, facts.READINESS),
        "livenessProbe": _probe(known, wanted.liveness if wanted else None, facts.LIVENESS),
    }
    return {name: probe for name, probe in built.items() if probe}


def _probe(known: facts.Facts, wanted: Probe | None, patience: tuple[int, int]) -> Raw | None:
    if wanted and not wanted.enabled:
        return None
    period, failures = patience
    return {
        "httpGet": {"path": (wanted and wanted.path) or known.health_path, "port": "http"},
        "periodSeconds": (wanted and wanted.period_seconds) or period,
        "timeoutSeconds": (wanted and wanted.timeout_seconds) or facts.PROBE_TIMEOUT_SECONDS,
        "failureThreshold": (wanted and wanted.failure_threshold) or failures,
    }


def startup_seconds(seen: Observed) -> int:
    """How long an engine may take until it answers."""
    probe = probes(seen).get("startupProbe")
    if probe:
        return int(probe["periodSeconds"]) * int(probe["failureThreshold"])
    period, failures = facts.ENGINES[seen.model.spec.engine].startup
    return period * failures
