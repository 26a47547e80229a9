"""The whole operator as its own process, with its own ServiceAccounts' rights and no more."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

RELEASE_NAMESPACE = "freehold-system"
START_SECONDS = 45.0  # 2.5 s of CPU for imports, on machines that do other things
STOP_SECONDS = 20.0
POLL_SECONDS = 0.05
IMAGES = {"LlamaCpp": "freehold/engine-llamacpp:1", "Echo": "freehold/engine-llamacpp:1"}


@dataclass
class OperatorProcess:
    """`with OperatorProcess(kubeconfig, folder) as operator:`; `settings` are given without FREEHOLD_OPERATOR_."""

    kubeconfig: Path
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    controllers: str = "tenant,model"
    name: str = "operator"
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def __enter__(self) -> OperatorProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until its port answers."""
        given = {
            "ENGINE_IMAGES": json.dumps(IMAGES),
            "STORE_IMAGES": json.dumps({"postgres": "postgres:17", "valkey": "valkey:8"}),
            "OPERATOR_IMAGE": "freehold/operator:1",
            "RELEASE_NAMESPACE": RELEASE_NAMESPACE,
            "LISTEN_HOST": "127.0.0.1",
            "LISTEN_PORT": "0",
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("FREEHOLD_", "KUBERNETES_"))}
        environment = kept | {"KUBECONFIG": str(self.kubeconfig), "POD_NAME": self.name}
        environment |= {f"FREEHOLD_OPERATOR_{key}": value for key, value in {**given, **self.settings}.items()}
        command = [sys.executable, "-m", "freehold_operator", f"--controllers={self.controllers}"]
        start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)
        self.port = self._listening(start)

    def kill(self) -> None:
        """SIGKILL, as a node's end would."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def terminate(self) -> int:
        """SIGTERM, as kubelet would; the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(STOP_SECONDS)
        self.process = None
        return status

    @property
    def log(self) -> Path:
        """Everything it has logged."""
        return self.folder / f"{self.name}.log"

    def lines(self, start: int = 0) -> list[dict[str, object]]:
        """Its log, parsed; lines that are no JSON would be a defect and fail here."""
        return [json.loads(line) for line in self.log.read_bytes()[start:].decode().splitlines() if line.strip()]

    def answer(self, path: str) -> tuple[int, str]:
        """(status, body) of one of its endpoints."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str) -> float:
        """The sum of one metric's samples."""
        lines = self.answer("/metrics")[1].splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith((f"{name} ", f"{name}{{")))

    def _listening(self, start: int) -> int:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process
            assert self.process.poll() is None, f"it ended: {self.log.read_text()[-2000:]}"
            for line in self.log.read_bytes()[start:].decode().splitlines():
                if line.startswith('{"event": "listening"'):
                    return int(json.loads(line)["port"])
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"not listening within {START_SECONDS:.0f} s: {self.log.read_text()[-2000:]}")
