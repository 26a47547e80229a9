"""The engine's arguments: llama.cpp's own names for what a Model may set, and nothing else.

The list is closed. llama.cpp has some two hundred parameters, among them ones that write files, start programs and
serve folders; a Model's `args` come from a tenant. Import-free of the library, so that all of it is tested without.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpus import cpu_limit

DESCRIPTION = "llama.cpp's HTTP server. The arguments have llama.cpp's own names; the list is closed."
PORT = 8080
SEQUENCES_LIMIT = 256  # llama.cpp is built for that many; further calls wait in its queue
# Each open call holds one of the HTTP server's threads, waiting ones too. /health needs a free one, else a busy engine
# is killed by its own liveness probe.
SPARE_HTTP_THREADS = 32
HTTP_THREADS_PER_SLOT = 4
HTTP_THREADS_MOST = 512  # a pod may have some thousand threads in all
# A text to embed is computed in one go, so the batch bounds its length; the buffers grow with it.
EMBEDDING_TOKENS_LEAST, EMBEDDING_TOKENS_MOST = 512, 8192


@dataclass(frozen=True)
class Arguments:
    """What the argument list says: values by the library's own attribute paths, and what concerns the wrapper."""

    params: Mapping[str, Any]
    drain_seconds: float = 30.0
    choices: Mapping[str, str] = field(default_factory=dict)
    """Attributes that are enums in the library, by the end of the member's name."""


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers inside bounds."""

    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value} is not between {low} and {high}")
        return value

    read.__name__ = "whole number"
    return read


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 3600")
    return value


def one_of(*names: str) -> Callable[[str], str]:
    """A reader of one of a few words."""

    def read(text: str) -> str:
        if text.lower() not in names:
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(names)}")
        return text.lower()

    return read


# Argument, attribute of the library's CommonParams, reader, help.
VALUES: tuple[tuple[str, str, Callable[[str], Any], str], ...] = (
    ("--port", "port", whole(1, 65_535), f"port to listen on (default {PORT})"),
    ("--ctx-size", "n_ctx", whole(0, 1 << 30), "tokens of context, shared by the slots; 0: as the weights say"),
    ("--parallel", "n_parallel", whole(1, 10_000), f"calls answered at the same time, {SEQUENCES_LIMIT} at most"),
    ("--threads", "cpuparams.n_threads", whole(1, 1024), "threads that compute (default: the CPU limit)"),
    ("--threads-batch", "cpuparams_batch.n_threads", whole(1, 1024), "threads that read prompts"),
    ("--threads-http", "n_threads_http", whole(2, 4096), "threads that hold connections"),
    ("--batch-size", "n_batch", whole(1, 1 << 20), "tokens of prompt read in one go"),
    ("--ubatch-size", "n_ubatch", whole(1, 1 << 20), "tokens computed in one go; bounds an embedding's text"),
    ("--predict", "n_predict", whole(-1, 1 << 30), "most tokens of an answer; -1: as the caller says"),
    ("--cache-ram-mib", "cache_ram_mib", whole(0, 1 << 20), "memory for finished prompts (default 0)"),
    ("--n-gpu-layers", "n_gpu_layers", whole(-1, 10_000), "layers on the accelerator, where there is one"),
    ("--chat-template", "chat_template", str, "template instead of the weights' own"),
    ("--rope-freq-base", "rope_freq_base", float, "RoPE base frequency"),
    ("--rope-freq-scale", "rope_freq_scale", float, "RoPE frequency scale"),
)
CHOICES: tuple[tuple[str, str, Callable[[str], str], str], ...] = (
    ("--cache-type-k", "cache_type_k", one_of("f16", "bf16", "f32", "q8_0", "q4_0"), "type of the cached keys"),
    ("--cache-type-v", "cache_type_v", one_of("f16", "bf16", "f32", "q8_0", "q4_0"), "type of the cached values"),
    ("--flash-attn", "flash_attn_type", one_of("auto", "enabled", "disabled"), "flash attention"),
    ("--pooling", "pooling_type", one_of("none", "mean", "cls", "last"), "how an embedding is made of its tokens"),
)
SWITCHES: tuple[tuple[str, str, str], ...] = (
    ("--metrics", "endpoint_metrics", "always on: the drain reads the same gauges"),
    ("--embeddings", "embedding", "answer /v1/embeddings only"),
    ("--kv-unified", "kv_unified", "one context buffer for all slots (default without --ctx-size)"),
    ("--context-shift", "ctx_shift", "drop the oldest tokens of an endless answer"),
)


def parse(argv: Sequence[str]) -> Arguments:
    """Arguments from a list; anything unknown or out of bounds ends the program with a sentence and code 2."""
    made = parser()
    given = {name: value for name, value in vars(made.parse_args(argv)).items() if value is not None}
    params = defaults() | {path: given[path] for _, path, *_ in (*VALUES, *SWITCHES) if path in given}
    params["hostnames"] = [given.get("host", "0.0.0.0")]
    params["model.path"] = str(_file(made, given["model"]))
    params["model_alias"] = {given.get("alias", given["model"].stem)}
    params["api_keys"] = _keys(made, given.get("api_key_file"))
    params.setdefault("kv_unified", not params.get("n_ctx"))
    slots = params["n_parallel"] = min(params.get("n_parallel", 1), SEQUENCES_LIMIT)
    params.setdefault("n_threads_http", min(HTTP_THREADS_PER_SLOT * slots + SPARE_HTTP_THREADS, HTTP_THREADS_MOST))
    params["cpuparams_batch.n_threads"] = min(params["cpuparams_batch.n_threads"], params["cpuparams.n_threads"])
    if params.get("embedding"):
        longest = min(max((params.get("n_ctx") or 0) // slots, EMBEDDING_TOKENS_LEAST), EMBEDDING_TOKENS_MOST)
        params = {"n_batch": longest, "n_ubatch": longest} | params
    choices = {path: given[path] for _, path, *_ in CHOICES if path in given}
    return Arguments(params, given["drain_seconds"], choices)


def defaults() -> dict[str, Any]:
    """Where our defaults differ from the library's, and why."""
    threads = cpu_limit()
    return {
        "port": PORT,
        "cache_ram_mib": 0,  # the library's 8 GiB of finished prompts would pass the memory limit
        "cache_idle_slots": False,  # needs the memory above
        "ui": False,
        "endpoint_slots": False,  # shows prompts to whoever has the key
        "endpoint_metrics": True,
        "verbosity": 2,  # warnings; information lines are many and say nothing that status does not
        "cpuparams.n_threads": threads,
        "cpuparams_batch.n_threads": threads,
    }


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="serve.py", description=DESCRIPTION, allow_abbrev=False)
    made.add_argument("--model", metavar="FILE", type=Path, required=True, help="file of the weights, GGUF")
    made.add_argument("--alias", help="name of the model in answers (default: the file's)")
    made.add_argument("--host", help="address to listen on (default all)")
    made.add_argument(
        "--api-key-file", metavar="FILE", type=Path, help="file of keys, one a line; without it no key is needed"
    )
    made.add_argument(
        "--drain-seconds",
        metavar="SECONDS",
        type=seconds,
        default=30.0,
        help="longest wait for running calls on SIGTERM",
    )
    for name, path, reader, text in (*VALUES, *CHOICES):
        made.add_argument(name, dest=path, metavar="VALUE", type=reader, help=text)
    for name, path, text in SWITCHES:
        made.add_argument(name, dest=path, action="store_true", default=None, help=text)
    return made


def _file(made: argparse.ArgumentParser, path: Path) -> Path:
    if not path.is_file():
        made.error(f"--model {path}: there is no such file in this container")
    return path


def _keys(made: argparse.ArgumentParser, path: Path | None) -> list[str]:
    """The keys; an empty file is refused, because the library would read it as `no key needed`."""
    if path is None:
        return []
    try:
        keys = path.read_text(encoding="utf-8").split()
    except OSError as error:
        made.error(f"--api-key-file {path}: {error.strerror}")
    if not keys:
        made.error(f"--api-key-file {path}: no key in it")
    return keys
