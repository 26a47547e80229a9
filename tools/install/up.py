"""`make up`, step by step. Each step finds out what is there already, so that a run after a crash just carries on."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from install import dotenv, summary
from install.building import build
from install.clusters import Cluster, remember
from install.commands import Runner
from install.forwarding import end_forwarder, free_port, listens, start_forwarder
from install.gateway import Gateway
from install.keys import Keys
from install.owner import Owner, enter, new_owner
from install.places import Places
from install.processes import end, left_over
from install.progress import Console, Step
from install.release import Release
from install.samples import Samples
from install.selection import select

STEPS = 7


@dataclass(frozen=True)
class Installed:
    """Where Freehold answers, with which key, for which model, and who signs in there."""

    url: str
    key: str
    model: str
    owner: Owner
    kubeconfig: Path


def up(places: Places, console: Console, environ: Mapping[str, str]) -> Installed:
    """From a clone to a model that answers. Raises InstallError."""
    end(left_over(places.local, ["job"]))  # what a killed run left at work would work against this one
    runner = Runner(places.root, places.log, {**environ, "PYTHONPATH": str(places.root / "tools")})
    with console.step("cluster") as step:
        choice, cluster = select(runner, places, environ)
        remember(places.cluster, choice.kind, getattr(cluster, "name", ""))
        cluster.prepare(step.note, threading.Event())
        step.result(f"{cluster.describe()} ({choice.because})")
    with console.step("build") as step:
        built = build(runner, cluster, places.root, step)
        step.result(f"{built.new} of {len(built.references)} images built, servers and Helm at hand")
    with console.step("load") as step:
        _start_and_load(cluster, built.references, step)
    kubeconfig = cluster.kubeconfig()
    runner = runner.with_environ(KUBECONFIG=str(kubeconfig))
    kubectl = _programs(places, built.helm, cluster.kubectl())
    release, samples = Release(runner, built.helm, kubectl), Samples(runner, kubectl, places.root)
    url = _address(places)
    with console.step("install") as step:
        public = ["--set", f"app.publicUrl={url}"]
        step.result(release.install([*built.values(cluster), *cluster.values(), *public], step.note))
    with console.step("samples") as step:
        samples.apply(step.note)
        step.result(samples.wait(step.note))
    with console.step("question") as step:
        start_forwarder(places.root, places.local / "forward.log", _port(url), cluster.forward_command(_port(url)))
        installed = _reach(places, url, Keys(runner, kubectl), samples, kubeconfig, step)
        _ask(installed, step)
    with console.step("ready") as step:
        step.result(f"{installed.url}, written to {places.environment}")
    return installed


def images(places: Places, console: Console, environ: Mapping[str, str]) -> None:
    """`make images`: everything that `make up` would build, without starting anything."""
    runner = Runner(places.root, places.log, {**environ, "PYTHONPATH": str(places.root / "tools")})
    with console.step("images") as step:
        _, cluster = select(runner, places, environ)
        cluster.prepare(step.note, threading.Event())
        step.note("")
        built = build(runner, cluster, places.root, step)
        step.result(f"{built.new} of {len(built.references)} images built: {' '.join(built.references)}")


def _start_and_load(cluster: Cluster, references: Sequence[str], step: Step) -> None:
    step.note("starting the cluster")
    cluster.start(step.note)
    wanted = [*references, *cluster.base_images()]
    cluster.load(wanted, step.note)
    step.result(f"cluster runs, {len(wanted)} images in it")


def _programs(places: Places, helm_path: Path, kubectl: Path) -> Path:
    """Put both under `.local/bin`, so that one PATH entry is all a user needs."""
    places.programs.mkdir(parents=True, exist_ok=True)
    for name, program in (("helm", helm_path), ("kubectl", kubectl)):
        link = places.programs / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
    return kubectl


def _reach(places: Places, url: str, keys: Keys, samples: Samples, kubeconfig: Path, step: Step) -> Installed:
    """A key that works and an owner who can sign in: those of the last run while they are good."""
    before = dotenv.read(places.environment)
    key = before.get(dotenv.API_KEY, "")
    if not key or not Gateway(f"{url}/v1", key).knows_key():
        step.note("creating an API key")
        key = keys.create(samples.tenant.name)
    step.note("entering the owner")
    owner = new_owner(before.get(dotenv.PASSWORD, ""))
    enter(keys.runner, keys.kubectl, samples.tenant.name, owner)
    dotenv.write(places.environment, dotenv.entries(url, key, kubeconfig, owner.email, owner.password))
    return Installed(url, key, samples.model.name, owner, kubeconfig)


def _address(places: Places) -> str:
    """Where Freehold will answer: known before it is installed, because sign-in tokens and cookies belong to it.

    The earlier port is kept, so that what was pasted before still works, unless somebody else took it.
    """
    end_forwarder(places.local)
    earlier = dotenv.read(places.environment).get(dotenv.URL, "").rpartition(":")[2]
    port = int(earlier) if earlier.isdigit() and not listens(int(earlier)) else free_port()
    return f"http://127.0.0.1:{port}"


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def _ask(installed: Installed, step: Step) -> None:
    step.note(f"asking {installed.model}")
    answer = Gateway(f"{installed.url}/v1", installed.key).ask(installed.model)
    step.result(f"first token after {answer.first_token_seconds:.1f} s: {answer.text}")


def remember_durations(places: Places, console: Console) -> None:
    """Keep the longest-known honest estimate: what each step took this time, where it took long enough to matter."""
    known = durations(places) | {name: s for name, s in console.seconds.items() if s >= 1}
    places.durations.parent.mkdir(parents=True, exist_ok=True)
    places.durations.write_text(json.dumps(known))


def durations(places: Places) -> dict[str, float]:
    try:
        return {str(k): float(v) for k, v in json.loads(places.durations.read_text()).items()}
    except (OSError, ValueError):
        return {}


def conclusion(places: Places, installed: Installed, seconds: float) -> str:
    return summary.text(
        url=installed.url,
        key=installed.key,
        owner=installed.owner,
        model=installed.model,
        kubeconfig=installed.kubeconfig,
        programs=places.programs,
        environment=places.environment,
        seconds=seconds,
    )
