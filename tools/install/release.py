"""The Helm release: installs it, shows how its pods come up, and mends what a killed Helm left half done."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from install.clusters import Says
from install.commands import Runner
from install.errors import CommandError, InstallError, NotReadyError
from install.places import NAMESPACE, RELEASE
from install.pods import STUCK_SECONDS, hopeless, ready_of, restarts, stuck

CHART = "charts/freehold"
VALUES = "charts/freehold/ci/small-values.yaml"
WAIT_SECONDS = 420
POLL_SECONDS = 1.5

NAMESPACE_OBJECT = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {
        "name": NAMESPACE,
        "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
    },
}


def helm(runner: Runner) -> Path:
    """Where the pinned Helm is; the script fetches it once."""
    return Path(runner.output(["sh", "tools/helm.sh", "--path"], limit_seconds=300).strip())


@dataclass(frozen=True)
class Release:
    """The release in one cluster; the runner's environment names the cluster."""

    runner: Runner
    helm: Path
    kubectl: Path

    def install(self, arguments: Sequence[str], says: Says) -> str:
        """`helm upgrade --install --wait`; returns how many pods are ready.

        Raises NotReadyError that names the pod which is stuck and why.
        """
        self.runner.output([self.kubectl, "apply", "-f", "-"], stdin=json.dumps(NAMESPACE_OBJECT))
        self._mend()
        stop = threading.Event()
        with self._pods_shown(says, stop):
            try:
                self.runner.run(self._command(arguments), limit_seconds=WAIT_SECONDS + 30, stop=stop)
            except CommandError as error:
                raise self._explained(error) from error
        ready, wanted = ready_of(self.pods())
        return f"{ready} of {wanted} pods ready"

    def pods(self) -> list[dict[str, Any]]:
        found = self.runner.json([self.kubectl, "-n", NAMESPACE, "get", "pods", "-o", "json"])
        return list(found["items"])

    def remove(self, says: Says) -> None:
        """Uninstall what is there; nothing there is no failure."""
        if self._status():
            says("helm uninstall")
            self.runner.run([self.helm, "-n", NAMESPACE, "uninstall", RELEASE, "--wait", "--timeout", "15s"])

    def _command(self, arguments: Sequence[str]) -> list[str | Path]:
        wait = ["--wait", "--timeout", f"{WAIT_SECONDS}s"]
        return [self.helm, "-n", NAMESPACE, "upgrade", "--install", RELEASE, CHART, "-f", VALUES, *wait, *arguments]

    def _status(self) -> dict[str, Any]:
        try:
            return dict(self.runner.json([self.helm, "-n", NAMESPACE, "status", RELEASE, "-o", "json"]))
        except CommandError:
            return {}

    def _mend(self) -> None:
        """A killed Helm leaves its record at `pending-…`, and every later one refuses to begin.

        Only that record goes; the objects stay and the next upgrade takes them over by their Helm labels.
        """
        status = self._status()
        if pending(status):
            record = f"sh.helm.release.v1.{RELEASE}.v{status['version']}"
            self.runner.output([self.kubectl, "-n", NAMESPACE, "delete", "secret", record, "--ignore-not-found"])

    def _explained(self, error: InstallError) -> InstallError:
        look = f"{self.kubectl} --kubeconfig {self.runner.environ['KUBECONFIG']} -n {NAMESPACE} get pods,events"
        why = stuck(self.pods())
        return NotReadyError(f"{why} ({error})" if why else str(error), look)

    @contextmanager
    def _pods_shown(self, says: Says, stop: threading.Event) -> Iterator[None]:
        """Tells the pods' state all the time; sets `stop` when waiting is hopeless."""
        over = threading.Event()
        begun = time.monotonic()
        before = restarts(self.pods())  # an upgrade may be what mends them

        def show() -> None:
            while not over.wait(POLL_SECONDS):
                try:
                    pods = self.pods()
                    says(pods_line(pods, time.monotonic() - begun))
                    if hopeless(pods, before):
                        stop.set()
                except InstallError as error:
                    says(str(error))

        thread = threading.Thread(target=show, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def pending(status: dict[str, Any]) -> bool:
    """Whether a release record says that an operation is under way."""
    return str(status.get("info", {}).get("status", "")).startswith("pending-")


def pods_line(pods: Sequence[dict[str, Any]], seconds: float) -> str:
    """`pods ready 3/5`, and after a while why one is not."""
    ready, wanted = ready_of(pods)
    why = stuck(pods) if seconds >= STUCK_SECONDS else ""
    return f"pods ready {ready}/{wanted}" + (f"; {why}" if why else "")
