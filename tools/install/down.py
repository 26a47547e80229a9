"""`make down`: end what `make up` of this checkout started, in whatever state a crash left it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from install.choice import Kind
from install.clusters import remembered
from install.commands import Runner
from install.places import CLUSTER_NAME, Places
from install.processes import end, left_over
from install.progress import Console
from install.selection import cluster

STEPS = 3


def down(places: Places, console: Console, environ: Mapping[str, str]) -> None:
    """Remove forwarder, cluster and `.local/`. Raises InstallError if the cluster cannot be removed."""
    runner = Runner(places.root, places.log, {**environ, "PYTHONPATH": str(places.root / "tools")})
    with console.step("processes") as step:
        pids = left_over(places.local, ["job", "forward"])
        end(pids)
        step.result(f"{len(pids)} ended")
    with console.step("cluster") as step:
        kind, name = remembered(places.cluster)
        if kind == Kind.CURRENT and places.kubeconfig.exists():  # the user's own may point elsewhere by now
            runner = runner.with_environ(KUBECONFIG=str(places.kubeconfig))
        if kind:
            found = cluster(Kind(kind), name or CLUSTER_NAME, runner, places, environ)
            found.stop(step.note)
            step.result(f"{found.describe()} removed")
        else:
            step.result("none was made from here")
    with console.step("files") as step:
        end(left_over(places.local, ["job", "forward", "cluster"]))
        shutil.rmtree(places.local, ignore_errors=True)
        step.result(f"{places.local.name} removed")
