"""What `make up` prints last works when pasted."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from install import summary
from install.owner import Owner

BASE = "http://127.0.0.1:8080/v1"


def test_the_curl_line_survives_pasting_and_asks_the_model_as_a_stream() -> None:
    pasted = shlex.split(shlex.join(summary.curl_line(BASE, "fhk_x", "smollm2")))
    body = json.loads(pasted[pasted.index("-d") + 1])
    assert pasted[:3] == ["curl", "-sN", f"{BASE}/chat/completions"]
    assert "Authorization: Bearer fhk_x" in pasted
    assert (body["model"], body["stream"]) == ("smollm2", True)


def test_the_conclusion_names_address_owner_key_and_how_to_use_kubectl_and_helm() -> None:
    text = summary.text(
        url="http://127.0.0.1:8080",
        key="fhk_x",
        model="smollm2",
        owner=Owner("owner@acme.example", "p-1_x"),
        kubeconfig=Path("/a b/kubeconfig"),
        programs=Path("/c/.local/bin"),
        environment=Path("/c/.local/freehold.env"),
        seconds=41,
    )
    assert "open      http://127.0.0.1:8080" in text
    assert "owner@acme.example  password p-1_x" in text
    assert "key       fhk_x" in text
    assert "export KUBECONFIG='/a b/kubeconfig' PATH=/c/.local/bin:\"$PATH\"" in text
    assert "Freehold answers after 41 s." in text


def test_a_failure_names_the_log_and_one_command() -> None:
    text = summary.failure("pod x: OOMKilled", Path("/c/up.log"), "kubectl get pods")
    assert text.splitlines()[1:] == [
        "make up failed: pod x: OOMKilled",
        "log:           /c/up.log",
        "look further:  kubectl get pods",
    ]
