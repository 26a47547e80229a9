"""The last thing `make up` prints: what a newcomer pastes next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from install.owner import Owner
from install.progress import spell

QUESTION = "In one sentence, what is Kubernetes?"


def chat_request(model: str, *, stream: bool = True, max_tokens: int = 60) -> dict[str, object]:
    """The body that `make up` asks with and shows."""
    messages = [{"role": "user", "content": QUESTION}]
    return {"model": model, "messages": messages, "stream": stream, "max_tokens": max_tokens}


def curl_line(base_url: str, key: str, model: str) -> list[str]:
    """The argument list of a command that streams an answer."""
    body = json.dumps(chat_request(model))
    headers = [f"Authorization: Bearer {key}", "Content-Type: application/json"]
    return ["curl", "-sN", f"{base_url}/chat/completions", *(w for h in headers for w in ("-H", h)), "-d", body]


def text(
    *, url: str, key: str, model: str, owner: Owner, kubeconfig: Path, programs: Path, environment: Path, seconds: float
) -> str:
    """Address, who signs in there, key, a line to paste, and how to go on."""
    lines = [
        f"Freehold answers after {spell(seconds)}.",
        "",
        f"  open      {url}",
        f"  sign in   {owner.email}  password {owner.password}",
        f"  API       {url}/v1  (OpenAI's)",
        f"  key       {key}  (tenant acme; also in {environment.name}, readable by you only)",
        "",
        "Ask the model:",
        "",
        f"  {shlex.join(curl_line(f'{url}/v1', key, model))}",
        "",
        "kubectl and helm here:",
        "",
        f"  {shell_setup(kubeconfig, programs)}",
        "  kubectl get models,tenants -A",
        "  helm -n freehold-system status freehold",
        "",
        f"For programs: set -a; . {shlex.quote(str(environment))}; set +a",
        "Remove everything: make down",
    ]
    return "\n".join(lines) + "\n"


def shell_setup(kubeconfig: Path, programs: Path) -> str:
    """One line that makes this shell use the cluster."""
    return f'export KUBECONFIG={shlex.quote(str(kubeconfig))} PATH={shlex.quote(str(programs))}:"$PATH"'


def failure(message: str, log: Path, look: str, last_lines: Sequence[str] = ()) -> str:
    """What failed, where it is written down, and the one command to look further."""
    shown = [f"  | {line}" for line in last_lines]
    further = [f"look further:  {look}"] if look else []
    return "\n".join(["", f"make up failed: {message}", *shown, f"log:           {log}", *further, ""])
