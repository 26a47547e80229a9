"""The engine's image in restricted pods: two real models and the Echo server, asked from pod to pod.

Real: the image, llama.cpp, the weights, the kubelet's probes. Left open: whatever the operator adds.
"""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from install import sources
from tests.engines.pods import KEY, KEY_ARGUMENTS, RESTRICTED, pod, secret
from tests.kube_fixtures import Kube, localkube

pytestmark = pytest.mark.node

ROOT = Path(__file__).resolve().parents[2]
ENGINE = next(image for image in sources.IMAGES if image.short == "engine-llamacpp")
DRAIN_TOKENS = 120
ASK = """
import json, sys, urllib.error, urllib.request
address, body, key = sys.argv[1], sys.argv[2].encode() or None, sys.argv[3]
call = urllib.request.Request(address, data=body, headers={"Authorization": f"Bearer {key}"})
try:
    print(json.dumps({"status": 200, "body": urllib.request.urlopen(call, timeout=120).read().decode()}))
except urllib.error.HTTPError as error:
    print(json.dumps({"status": error.code, "body": error.read().decode()}))
"""
INSIDE = """
import importlib.util, json, os, pathlib, shutil
def writable(folder):
    try:
        pathlib.Path(folder, "probe").touch()
    except OSError:
        return False
    return True
print(json.dumps({
    "user": os.getuid(),
    "pip": importlib.util.find_spec("pip") is not None,
    "programs": [name for name in ("sh", "bash", "apt-get", "curl", "python3") if shutil.which(name)],
    "writable": [folder for folder in ("/", "/opt/engine", "/models", "/tmp") if writable(folder)],
}))
"""


@dataclass(frozen=True)
class Engines:
    """Three pods in one namespace, asked from inside the Echo pod."""

    kube: Kube
    namespace: str

    def inside(self, program: str, *arguments: str) -> dict[str, Any]:
        where = ("--namespace", self.namespace, "exec", "echo", "--")
        answer: dict[str, Any] = json.loads(self.kube.kubectl(*where, "python3", "-c", program, *arguments))
        return answer

    def ask(self, name: str, path: str, body: dict[str, Any] | None = None, key: str = KEY) -> dict[str, Any]:
        address = self.kube.get("pod", name, "--namespace", self.namespace)["status"]["podIP"]
        return self.inside(ASK, f"http://{address}:8080{path}", json.dumps(body) if body else "", key)

    def chat(self, name: str, max_tokens: int) -> dict[str, Any]:
        messages = [{"role": "user", "content": "Tell me a story about a lighthouse."}]
        options = {"include_usage": True}
        body = {"messages": messages, "max_tokens": max_tokens, "stream": True, "stream_options": options}
        return self.ask(name, "/v1/chat/completions", body)


@pytest.fixture(scope="module")
def engines(kube_node: Kube) -> Iterator[Engines]:
    image = sources.reference(ROOT, ENGINE)
    if "FREEHOLD_TEST_KUBECONFIG" not in os.environ:
        localkube("image", "-t", image, "-f", str(ROOT / ENGINE.dockerfile), str(ROOT))
    kube_node.load(image)
    smollm2 = ("--model", "/models/smollm2-135m-instruct.gguf", "--alias", "smollm2", "--ctx-size", "4096")
    minilm = ("--model", "/models/all-minilm-l6-v2.gguf", "--alias", "minilm", "--embeddings")
    with kube_node.namespace("engines", RESTRICTED) as namespace:
        objects = [
            secret(),
            pod("smollm2", image, (*smollm2, "--parallel=2", "--drain-seconds=30", *KEY_ARGUMENTS), "1Gi"),
            pod("minilm", image, (*minilm, *KEY_ARGUMENTS), "512Mi"),
            pod("echo", image, KEY_ARGUMENTS, "128Mi", ("python3", "/opt/engine/echo.py")),
        ]
        kube_node.apply(objects, namespace)
        kube_node.kubectl("wait", "--namespace", namespace, "--for=condition=Ready", "pod", "--all", "--timeout=120s")
        yield Engines(kube_node, namespace)


def events(body: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [json.loads(line) for line in lines[:-1]]


def test_the_language_model_streams_real_tokens_and_counts_them(engines: Engines) -> None:
    chunks = events(engines.chat("smollm2", 40)["body"])
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert len(set(text.split())) > 5
    assert 5 < chunks[-1]["usage"]["completion_tokens"] <= 40


def test_embeddings_place_like_texts_near_each_other(engines: Engines) -> None:
    texts = ["a cat sits on the mat", "a kitten rests on a rug", "quarterly revenue fell sharply"]
    answer = json.loads(engines.ask("minilm", "/v1/embeddings", {"input": texts})["body"])
    cat, kitten, revenue = (each["embedding"] for each in answer["data"])
    assert len(cat) == 384
    assert near(cat, kitten) > 0.5 > near(cat, revenue) + 0.2


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ["smollm2", "minilm", "echo"])
def test_health_is_open_and_everything_else_wants_the_key(engines: Engines, name: str) -> None:
    assert engines.ask(name, "/health", key="wrong")["status"] == 200
    assert engines.ask(name, "/metrics", key="wrong")["status"] == 401
    assert engines.ask(name, "/metrics")["status"] == 200


def test_the_gauges_that_the_drain_reads_are_on_the_metrics_page(engines: Engines) -> None:
    page = engines.ask("smollm2", "/metrics")["body"]
    assert "\nllamacpp:requests_processing " in page
    assert "\nllamacpp:requests_deferred " in page


def test_the_image_holds_nothing_to_work_with_and_writes_only_to_tmp(engines: Engines) -> None:
    seen = engines.inside(INSIDE)
    assert seen == {"user": 65532, "pip": False, "programs": ["python3"], "writable": ["/tmp"]}


def test_wrong_weights_end_the_container_with_a_sentence(engines: Engines) -> None:
    image = engines.kube.get("pod", "echo", "--namespace", engines.namespace)["spec"]["containers"][0]["image"]
    broken = pod("broken", image, ("--model", "/models/none.gguf"), "256Mi")
    broken["spec"]["restartPolicy"] = "Never"  # or the log asked for is the next container's, empty as yet
    engines.kube.apply(broken, engines.namespace)

    def ended() -> dict[str, Any]:
        status = engines.kube.get("pod", "broken", "--namespace", engines.namespace)["status"]
        states = [seen["state"] for seen in status.get("containerStatuses", [])]
        return next((state["terminated"] for state in states if "terminated" in state), {})

    assert engines.kube.until(ended, "the container has ended")["exitCode"] == 2
    said = engines.kube.kubectl("logs", "broken", "--namespace", engines.namespace)
    assert "/models/none.gguf: there is no such file" in said
    engines.kube.kubectl("delete", "pod", "broken", "--namespace", engines.namespace, "--wait=false")


def test_a_stream_that_runs_when_its_pod_is_deleted_ends_whole(engines: Engines) -> None:
    image = engines.kube.get("pod", "smollm2", "--namespace", engines.namespace)["spec"]["containers"][0]["image"]
    args = ("--model", "/models/smollm2-135m-instruct.gguf", "--drain-seconds=60", *KEY_ARGUMENTS)
    engines.kube.apply(pod("leaving", image, args, "1Gi"), engines.namespace)
    where = ("--namespace", engines.namespace)
    engines.kube.kubectl("wait", *where, "--for=condition=Ready", "pod/leaving", "--timeout=120s")
    answers: list[dict[str, Any]] = []
    call = threading.Thread(target=lambda: answers.append(engines.chat("leaving", DRAIN_TOKENS)))
    call.start()
    running = "\nllamacpp:requests_processing 1"
    engines.kube.until(lambda: running in engines.ask("leaving", "/metrics")["body"], "the call runs")
    engines.kube.kubectl("delete", *where, "pod/leaving", "--wait=false")
    assert call.is_alive()
    call.join()
    assert events(answers[0]["body"])[-1]["usage"]["completion_tokens"] > DRAIN_TOKENS / 2
