"""`python -m tiers.merging INTO FROM`: one JUnit file of two, for a tier whose script runs two programs.

A file that is missing counts as a failure, because its program died before it could write one.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def merge(into: Path, other: Path) -> None:
    """All suites in `into`; `other` is gone afterwards."""
    suites = ET.Element("testsuites")
    for file in (into, other):
        found = list(ET.parse(file).getroot().iter("testsuite")) if file.exists() else [_died(file)]
        suites.extend(found)
    ET.ElementTree(suites).write(into, encoding="utf-8", xml_declaration=True)
    other.unlink(missing_ok=True)


def _died(file: Path) -> ET.Element:
    suite = ET.Element("testsuite", name=file.name, tests="1", failures="1")
    case = ET.SubElement(suite, "testcase", name="wrote its results")
    ET.SubElement(case, "failure", message="the program ended without a result; its output says why")
    return suite


if __name__ == "__main__":
    merge(Path(sys.argv[1]), Path(sys.argv[2]))
