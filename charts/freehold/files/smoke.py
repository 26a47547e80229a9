"""What `helm test` runs, in a pod of the app's image: one line per check, exit code 1 if one fails.

Standard library only. It makes itself an API key with the app's own command and revokes it at the end.
"""

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

GATEWAY = "http://freehold-gateway"
INNER_PORT = ("freehold-gateway-internal", 9090)
SECONDS = 20
WALL_SECONDS = 3


def call(path: str, key: str = "", body: Any = None) -> tuple[int, Any]:
    """Status and decoded body of one call to the gateway."""
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(GATEWAY + path, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def command(*words: str) -> str:
    """What a command of the app prints; CalledProcessError if it fails."""
    program = [sys.executable, "-m", "freehold_app", *words]
    return subprocess.run(program, check=True, capture_output=True, text=True, timeout=SECONDS).stdout.strip()


def refuses_strangers() -> str:
    status, body = call("/v1/models")
    assert status == 401, f"without a key: {status}, expected 401"
    return body["error"]["code"]


def lists_models(key: str) -> str:
    status, body = call("/v1/models", key)
    assert status == 200, f"with a key: {status} {body}"
    return ", ".join(model["id"] for model in body["data"]) or "none yet"


def answers(key: str, model: str) -> str:
    question = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    status, body = call("/v1/chat/completions", key, question)
    assert status == 200, f"{model}: {status} {body}"
    return str(body["choices"][0]["message"]["content"])[:60]


def walls() -> str:
    """Whether this pod, which no policy lets in, is kept from the gateways' inner port."""
    try:
        socket.create_connection(INNER_PORT, WALL_SECONDS).close()
    except TimeoutError:
        return "enforced"
    except ConnectionRefusedError:
        return "enforced, by refusal"
    return "WARNING: this cluster's network plug-in does not enforce NetworkPolicies"


def check(name: str, run: Callable[[], str]) -> bool:
    try:
        print(f"ok    {name}: {run()}", flush=True)
    except (AssertionError, OSError, LookupError, ValueError) as error:
        print(f"FAIL  {name}: {error}", flush=True)
        return False
    return True


def main() -> int:
    tenant, model = os.environ["TENANT"], os.environ.get("MODEL", "")
    key = command("create-key", "--tenant", tenant, "--name", "helm-test").splitlines()[-1]
    checks = [
        ("no key, no answer", refuses_strangers),
        ("models of the tenant", lambda: lists_models(key)),
        *([("a chat", lambda: answers(key, model))] if model else []),
        *([("walls", walls)] if os.environ.get("WALLS") else []),
    ]
    try:
        passed = [check(name, run) for name, run in checks]
    finally:
        command("revoke-key", "--tenant", tenant, "--key", key.removeprefix("fhk_")[:10])
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
