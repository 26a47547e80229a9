"""`python -m gen [NAME ...]` writes the generated files; with `--check` it only says which ones are stale."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from gen.registry import GENERATORS, ROOT, generator

DIFF_LINES_SHOWN = 40


def main(argv: Sequence[str], root: Path = ROOT) -> int:
    arguments = _parser().parse_args(argv)
    wanted = {path: text for name in arguments.names or GENERATORS for path, text in generator(name)().items()}
    stale = {path: text for path, text in wanted.items() if _read(root / path) != text}
    for path, text in stale.items():
        if arguments.check:
            _show(path, _read(root / path), text)
        else:
            _write(root / path, text)
            print(f"wrote {path}")
    if arguments.check and stale:
        print(f"{len(stale)} generated files are stale; run `make generate`")
        return 1
    print(f"{len(wanted)} generated files are current")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gen", description=__doc__)
    # argparse checks the empty default of "*" against the choices too, hence the empty list among them.
    parser.add_argument("names", nargs="*", choices=[*GENERATORS, []], metavar="NAME", help=", ".join(GENERATORS))
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    return parser


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _show(path: str, old: str, new: str) -> None:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), path, f"{path} (generated)", lineterm=""))
    print("\n".join(lines[:DIFF_LINES_SHOWN]))
    if len(lines) > DIFF_LINES_SHOWN:
        print(f"... and {len(lines) - DIFF_LINES_SHOWN} lines more")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
