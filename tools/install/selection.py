"""Looks at the host and makes the chosen cluster's object."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping

from install.choice import Choice, Host, Kind, choose
from install.clusters import Cluster, remembered
from install.commands import Runner
from install.errors import CommandError, HostError
from install.on_current import OnCurrent
from install.on_kind import OnKind
from install.on_localkube import OnLocalkube
from install.places import CLUSTER_NAME, Places


def look(runner: Runner) -> Host:
    """What this machine has."""
    docker = shutil.which("docker") is not None
    return Host(
        docker_answers=docker and runner.succeeds(["docker", "version", "-f", "{{.Server.Version}}"], limit_seconds=10),
        kind_installed=shutil.which("kind") is not None,
        linux=platform.system() == "Linux",
        root=os.geteuid() == 0,
    )


def select(runner: Runner, places: Places, environ: Mapping[str, str]) -> tuple[Choice, Cluster]:
    """The cluster to install into: the asked, the earlier, or the best that this host can run."""
    earlier, name = remembered(places.cluster)
    choice = choose(environ.get("CLUSTER", ""), look(runner), earlier=earlier)
    name = environ.get("CLUSTER_NAME") or (name if choice.kind == earlier else "") or CLUSTER_NAME
    return choice, cluster(choice.kind, name, runner, places, environ)


def cluster(kind: Kind, name: str, runner: Runner, places: Places, environ: Mapping[str, str]) -> Cluster:
    match kind:
        case Kind.LOCALKUBE:
            return OnLocalkube(runner, name)
        case Kind.KIND:
            return OnKind(runner, places, name, environ.get("KIND_IMAGE", ""))
        case Kind.CURRENT:
            return _current(runner, places, environ.get("REGISTRY", ""))


def _current(runner: Runner, places: Places, registry: str) -> OnCurrent:
    try:
        context = runner.output(["kubectl", "config", "current-context"]).strip()
    except CommandError:
        raise HostError("CLUSTER=current, but kubectl has no current context") from None
    return OnCurrent(runner, places, context, registry.rstrip("/"), _local(context, runner, places))


def _local(context: str, runner: Runner, places: Places) -> Cluster | None:
    """The cluster on this machine that a context belongs to, by the names that kind and localkube give."""
    if context.startswith("kind-"):
        return OnKind(runner, places, context.removeprefix("kind-"))
    if context.startswith("localkube-"):
        return OnLocalkube(runner, context.removeprefix("localkube-"))
    return None
