"""The binaries' cache: what makes a new key, that a half build is never used, and real builds of a small tool."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from localkube.build import GO_DIR, TOOLS, BuildLog, Tool, build_tool, go_version, kubernetes_ldflags
from localkube.errors import CommandError, MissingError

GO = "go1.26.0"


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    monkeypatch.setenv("LOCALKUBE_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "go" / "hello"
    (source / "inner").mkdir(parents=True)
    (source / "go.mod").write_text("module example.test/hello\n\ngo 1.26\n")
    (source / "go.sum").touch()
    (source / "main.go").write_text('package main\n\nfunc main() { println("hello") }\n')
    (source / "inner/inner.go").write_text("package inner\n")
    return Tool("hello", ("hello", "greet"), root=tmp_path / "go")


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "main.go", "inner/inner.go"])
def test_a_changed_source_means_another_binary(tool: Tool, file: str) -> None:
    before = tool.key(GO)
    with (tool.source / file).open("a") as source:
        source.write("\n")
    assert tool.key(GO) != before


def test_flags_tags_and_the_compiler_are_part_of_the_key(tool: Tool) -> None:
    others = [replace(tool, ldflags=""), replace(tool, tags="x")]
    assert len({tool.key(GO), tool.key("go1.26.1"), *(other.key(GO) for other in others)}) == 4


def test_tests_and_notes_beside_the_source_are_not(tool: Tool) -> None:
    before = tool.key(GO)
    (tool.source / "main_test.go").write_text("package main\n")
    (tool.source / "README.md").write_text("hello\n")
    assert tool.key(GO) == before


def test_the_version_stamps_do_not_depend_on_the_day() -> None:
    assert "buildDate=2026-01-01T00:00:00Z" in kubernetes_ldflags()
    assert "gitMinor=36" in kubernetes_ldflags()


def test_every_tool_has_its_module_with_hashes() -> None:
    for each in TOOLS:
        assert (GO_DIR / each.name / "go.mod").read_text().startswith(f"module freehold.dev/tools/{each.name}\n")
        assert (GO_DIR / each.name / "go.sum").exists()


def test_the_progress_line_counts_packages_and_downloads_and_keeps_errors() -> None:
    log = BuildLog()
    for line in ("go: downloading k8s.io/api v0.36.4\n", "k8s.io/api/core/v1\n", "main.go:3:1: syntax error\n"):
        log.add(line)
    assert str(log) == "(1 modules fetched, 1 packages compiled)"
    assert log.tail == ["main.go:3:1: syntax error\n"]


@pytest.mark.skipif(shutil.which("go") is None, reason="needs the Go toolchain")
class TestWithGo:
    """Real builds of a module without dependencies; a third of a second each."""

    pytestmark = pytest.mark.inproc

    def test_a_tool_is_built_once_and_answers_to_all_its_names(self, tool: Tool) -> None:
        directory = build_tool(tool, go_version())
        before = (directory / "hello").stat().st_mtime_ns
        said = subprocess.run([directory / "greet"], capture_output=True, text=True, check=True)
        assert said.stderr == "hello\n"
        assert build_tool(tool, go_version()) == directory
        assert (directory / "hello").stat().st_mtime_ns == before

    def test_what_a_killed_build_left_is_not_used(self, tool: Tool) -> None:
        partial = tool.directory(go_version()).with_name("hello.part")
        partial.mkdir(parents=True)
        (partial / "hello").write_text("half")
        assert os.access(build_tool(tool, go_version()) / "hello", os.X_OK)
        assert not partial.exists()

    def test_a_failed_build_says_why_and_caches_nothing(self, tool: Tool, capsys: pytest.CaptureFixture[str]) -> None:
        (tool.source / "main.go").write_text("package main\n\nfunc main() { nonsense() }\n")
        with pytest.raises(CommandError, match="go build hello"):
            build_tool(tool, go_version())
        assert "undefined: nonsense" in capsys.readouterr().err
        assert not tool.directory(go_version()).exists()


def test_without_go_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingError, match=r"needs the Go toolchain \(1.26\) on PATH"):
        go_version()
