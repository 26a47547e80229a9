"""`python -m freehold_operator --controllers=tenant,model`."""

import argparse
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from freehold_operator.main import CONTROLLERS, run
from freehold_operator.settings import Settings


def controllers(text: str) -> list[str]:
    """The controllers named in a comma-separated list, each once."""
    names = list(dict.fromkeys(name for name in text.split(",") if name))
    unknown = sorted(set(names) - CONTROLLERS.keys())
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"give one or more of: {', '.join(CONTROLLERS)}")
    return names


def main(argv: Sequence[str]) -> int:
    """Read arguments and settings, run, and answer with the exit status."""
    parser = argparse.ArgumentParser(prog="python -m freehold_operator", description="Reconciles Models and Tenants.")
    parser.add_argument("--controllers", type=controllers, default=["tenant", "model"])
    arguments = parser.parse_args(argv)
    try:
        settings = Settings()
    except ValidationError as error:
        names = ", ".join("FREEHOLD_OPERATOR_" + "_".join(map(str, item["loc"])).upper() for item in error.errors())
        sys.stderr.write(f"bad settings: {names}\n")
        return 2
    return run(settings, arguments.controllers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
