"""`.local/freehold.env`: how scripts and tests reach what `make up` made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

URL = "FREEHOLD_URL"
BASE_URL = "OPENAI_BASE_URL"
API_KEY = "OPENAI_API_KEY"
KUBECONFIG = "KUBECONFIG"
USER = "FREEHOLD_USER"
PASSWORD = "FREEHOLD_PASSWORD"


def entries(url: str, key: str, kubeconfig: Path, user: str, password: str) -> dict[str, str]:
    """The lines of the file; the names are a contract that others script against."""
    return {
        URL: url,
        BASE_URL: f"{url}/v1",
        API_KEY: key,
        KUBECONFIG: str(kubeconfig),
        USER: user,
        PASSWORD: password,
    }


def rendered(values: Mapping[str, str]) -> str:
    """`NAME=value` lines, plain enough for both a shell and a parser.

    Raises ValueError for a value that one of them would read differently.
    """
    for name, value in values.items():
        if not value or any(c in value for c in "\n'\"\\$` #;&|<>()"):
            raise ValueError(f"{name} holds a character that a shell reads differently: {value!r}")
    return "".join(f"{name}={value}\n" for name, value in values.items())


def parsed(text: str) -> dict[str, str]:
    """The file's values; comments and blank lines are skipped."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def read(path: Path) -> dict[str, str]:
    """What an earlier run wrote, or nothing."""
    try:
        return parsed(path.read_text())
    except FileNotFoundError:
        return {}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file in one step; it holds a key and a password, so nobody else may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, 0o600)
        file.write(rendered(values))
    partial.replace(path)
