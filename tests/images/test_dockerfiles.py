"""Rules that every Dockerfile keeps, so that it builds with Docker and with the buildah of a closed network alike."""

import re
from pathlib import Path

import pytest

from tests.kube_fixtures import ROOT

DOCKERFILES = sorted(path for path in (*ROOT.glob("*/Dockerfile"), *ROOT.glob("engines/*/Dockerfile")))

BROKEN = """\
# syntax=docker/dockerfile:1
FROM python:3.13-slim
RUN apt-get update; apt-get install -y x
COPY --link <<END /x
END
CMD python -m x
"""


def faults(text: str) -> set[str]:
    """What is wrong with a Dockerfile, by short names."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    instructions = [line.split(maxsplit=1) for line in lines if line and not line.startswith(("#", " "))]
    arguments = [(name.upper(), rest[0] if rest else "") for name, *rest in instructions]
    bases = [rest.split()[0] for name, rest in arguments if name == "FROM"]
    stages = {rest.split()[2] for name, rest in arguments if name == "FROM" and " AS " in rest}
    found = {
        "syntax line": text.startswith("# syntax"),
        "heredoc": "<<" in text,
        "flag of BuildKit": bool(re.search(r"COPY .*--(link|parents|exclude)", text)),
        "commands joined by ;": any(name == "RUN" and re.search(r"(?<!\\);\s", rest) for name, rest in arguments),
        "base not by argument": any(base not in stages and not base.startswith("${") for base in bases),
        "not our user": [rest for name, rest in arguments if name == "USER"][-1:] != ["65532:65532"],
        "no entrypoint as a list": not any(name == "ENTRYPOINT" and rest.startswith("[") for name, rest in arguments),
    }
    return {fault for fault, there in found.items() if there}


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_keeps_the_rules(path: Path) -> None:
    assert faults(path.read_text()) == set()


def test_there_are_four_images() -> None:
    assert len(DOCKERFILES) == 4


def test_each_rule_finds_its_offender() -> None:
    assert faults(BROKEN) == {
        "syntax line", "heredoc", "flag of BuildKit", "commands joined by ;", "base not by argument", "not our user",
        "no entrypoint as a list",
    }  # fmt: skip
