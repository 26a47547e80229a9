"""docs/reference/engines.md: the arguments of our own engines, in their own words.

The programs are asked as a user would ask them; they are not packages, and their help is what the image prints.
"""

import os
import subprocess
import sys

from gen.registry import ROOT, Outputs

FOLDER = ROOT / "engines" / "llamacpp"
WIDTH = "110"
HEAD = """<!-- Generated from engines/llamacpp by `make generate`; change the programs instead. -->
# Arguments of the engines

What `spec.args` of a Model may hold; the operator sets `--model`, `--alias`, `--port`, `--api-key-file`,
`--drain-seconds`, `--ctx-size`, `--parallel`, `--threads`, `--metrics` and `--embeddings` itself, as far as the engine
has them. Engine Custom takes whatever its image takes. The LlamaCpp engine answers 401 to a call without the Model's
token on every path but `/health`; so does Echo.
"""
PROGRAMS = {"LlamaCpp": "serve.py", "Echo": "echo.py"}


def outputs() -> Outputs:
    sections = (f"\n## {engine}\n\n```text\n{_help(program)}```\n" for engine, program in PROGRAMS.items())
    return {"docs/reference/engines.md": HEAD + "".join(sections)}


def _help(program: str) -> str:
    environment = {**os.environ, "COLUMNS": WIDTH, "NO_COLOR": "1"}
    asked = [sys.executable, str(FOLDER / program), "--help"]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, check=True).stdout
