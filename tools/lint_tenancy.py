"""Refuses code of the app that could reach another tenant's data by going round the doors that keep them apart.

    python tools/lint_tenancy.py [FOLDER]

| rule | refuses | outside of |
| --- | --- | --- |
| engine | making database engines, pools or sessions | platform/postgres.py |
| query | SQL statements | repository.py, platform/postgres.py, platform/partitions.py |
| unscoped | `database.platform()`, a transaction without a tenant | platform/postgres.py |
| sql-text | SQL put together from pieces | nowhere allowed |
| redis | Redis commands | platform/, gateway/io/, kit/ |

A line may be waived by `# tenancy: <reason>` on it or on the line above, a file by `# tenancy of this file: <reason>`,
if `tools/tenancy_waivers.txt` lists it as `<file>: <reason>`, so that a reviewer sees every new one. A listed waiver
that nothing uses any more is refused, too.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "app" / "src" / "freehold_app"
WAIVERS = ROOT / "tools" / "tenancy_waivers.txt"

MAKERS = {
    "create_engine", "create_async_engine", "async_sessionmaker", "sessionmaker", "AsyncSession", "Session",
    "create_pool",
}  # fmt: skip
SQL = re.compile(r"^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|ALTER|CREATE|DROP|GRANT|TRUNCATE|COPY|SET ROLE)\s")
WAIVER = re.compile(r"#.*\btenancy: (?P<reason>.+)$")
FILE_WAIVER = re.compile(r"^# tenancy of this file: (?P<reason>.+)$")
SQL_FILES = ("repository.py", "platform/postgres.py", "platform/partitions.py")
REDIS_FOLDERS = ("platform/", "gateway/io/", "kit/")


@dataclass(frozen=True, slots=True)
class Finding:
    file: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.text}"


def findings(file: str, source: str) -> Iterator[Finding]:
    """What is wrong in one file, waivers not yet considered. `file` is relative to the package."""
    for node in ast.walk(ast.parse(source)):
        for rule, text in _judge(node, file):
            yield Finding(file, getattr(node, "lineno", 0), rule, text)


def _judge(node: ast.AST, file: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Call):
        yield from _judge_call(node, file)
    if isinstance(node, ast.JoinedStr) and _is_sql(_first_text(node)):
        yield "sql-text", "SQL in an f-string: bind parameters instead"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) and _is_sql(_first_text(node.left)):
        yield "sql-text", "SQL put together from pieces: bind parameters instead"


def _judge_call(node: ast.Call, file: str) -> Iterator[tuple[str, str]]:
    name, receiver = _names(node.func)
    if name in MAKERS and file != "platform/postgres.py":
        yield "engine", f"{name}() belongs to platform/postgres.py"
    if name == "platform" and "database" in receiver and file != "platform/postgres.py":
        yield "unscoped", "a transaction without a tenant: say why"
    if name == "format" and isinstance(node.func, ast.Attribute) and _is_sql(_first_text(node.func.value)):
        yield "sql-text", "SQL put together by format(): bind parameters instead"
    if _queries(node, name) and not file.endswith(SQL_FILES):
        yield "query", "SQL belongs to a repository.py"
    if receiver.strip("_").endswith("redis") and name != "aclose" and not file.startswith(REDIS_FOLDERS):
        yield "redis", f"redis.{name}() belongs to platform, gateway/io or kit"


def _queries(node: ast.Call, name: str) -> bool:
    """Whether a call takes SQL as its first argument."""
    return name in {"text", "exec_driver_sql", "fetch", "fetchval", "execute"} and bool(
        node.args and _is_sql(_first_text(node.args[0]))
    )


def _names(function: ast.expr) -> tuple[str, str]:
    """(what is called, on what): `self._redis.xadd` is ("xadd", "_redis")."""
    if isinstance(function, ast.Attribute):
        return function.attr, _names(function.value)[0]
    return (function.id, "") if isinstance(function, ast.Name) else ("", "")


def _first_text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return _first_text(node.values[0]) if node.values else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_sql(text: str) -> bool:
    return bool(SQL.match(text))


def waiver(lines: Sequence[str], line: int) -> str | None:
    """The reason on a line (counted from 1), on the one above, or for the whole file."""
    near = [WAIVER.search(text) for text in (lines[line - 1], lines[line - 2] if line > 1 else "")]
    found = next(filter(None, [*near, *map(FILE_WAIVER.match, lines)]), None)
    return found["reason"].strip() if found else None


def lint(sources: Path, listed: Sequence[str]) -> list[str]:
    """Complaints about a folder; none means that all is well."""
    complaints, used = [], set()
    for path in sorted(sources.rglob("*.py")):
        file, source = path.relative_to(sources).as_posix(), path.read_text(encoding="utf-8")
        for finding in findings(file, source):
            reason = waiver(source.splitlines(), finding.line)
            entry = f"{file}: {reason}"
            used.add(entry)
            if reason is None:
                complaints.append(str(finding))
            elif entry not in listed:
                complaints.append(f"{finding} (waived, but not listed: {entry})")
    return complaints + [f"a waiver that nothing uses: {entry}" for entry in listed if entry not in used]


def main(arguments: Sequence[str]) -> int:
    sources = Path(arguments[0]) if arguments else SOURCES
    listed = [line for line in WAIVERS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    complaints = lint(sources, listed)
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
