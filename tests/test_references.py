"""Nothing refers to what is not there: pages, files, modules and names in them, issues, machines.

Read are all text files of the repository that people write: code, tests and pages alike.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "core", "ingest", "processors", "alerts", "wirewatch")
FOLDERS = (*ROOMS, "bench", "scripts", "tests", "docs")
SUFFIXES = {".py", ".md", ".yaml", ".yml", ".toml", ".sh", ".txt"}
TOP = ("*.md", "*.toml", "*.yml", ".*.yaml", "Makefile", "Dockerfile", ".ci/run", ".env.example")

PAGE = re.compile(r"[\w-]+\.md\b")
PATH = re.compile(rf"(?<![\w/.$}}:-])(?:{'|'.join(FOLDERS)})/[\w./*<>{{}}-]*")
PLACE = re.compile(r"`([\w/]+\.py):\s(\w+)`")
DOTTED = re.compile(rf"`~?((?:{'|'.join(ROOMS)})(?:\.(?!yaml)\w+)+)")
ISSUE = re.compile(r"\bissues? #?\d+", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.])/(?:work|home/\w+|Users)/")


@cache
def texts() -> dict[str, str]:
    """Return the text of each file of the repository that people write, by path."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    paths = [path for path in paths if path.suffix in SUFFIXES]
    paths += [path for pattern in TOP for path in ROOT.glob(pattern)]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@dataclass(frozen=True)
class Mention:
    """What a file mentions, and where: as text ``file:line: mention``."""

    file: str
    match: re.Match[str]

    def __str__(self) -> str:
        line = self.match.string.count("\n", 0, self.match.start()) + 1
        return f"{self.file}:{line}: {self.match[0]}"


def mentions(pattern: re.Pattern[str]) -> Iterator[Mention]:
    """Yield all that the files mention."""
    for name, text in texts().items():
        for match in pattern.finditer(text):
            yield Mention(name, match)


def test_every_page_named_is_in_the_repository() -> None:
    pages = {path.name for path in ROOT.glob("*.md")} | {
        p.name for p in (ROOT / "docs").rglob("*.md")
    }
    pages |= {path.name for path in (ROOT / "tests").rglob("*.md")}
    assert [str(m) for m in mentions(PAGE) if m.match[0] not in pages] == []


def test_every_path_named_is_in_the_repository() -> None:
    named = list(mentions(PATH))
    assert len(named) > 200
    assert [str(m) for m in named if not there(m.match[0].rstrip("./"))] == []


def there(path: str) -> bool:
    """Whether the path exists; with a placeholder (``<name>``, ``*``), whether its folder does."""
    fixed = re.split(r"[*<{]", path)[0]
    if fixed != path:
        return (
            (ROOT / fixed).parent.is_dir() if not fixed.endswith("/") else (ROOT / fixed).is_dir()
        )
    return (ROOT / path).exists() or (ROOT / f"{path}.py").exists()


def test_every_name_in_a_file_is_defined_there() -> None:
    named = list(mentions(PLACE))
    assert len(named) > 50
    assert [str(m) for m in named if m.match[2] not in names_in(m.match[1])] == []


ON_KAFKA = {f"wirewatch.{group}" for group in ("processors", "alerts", "archive", "replay", "dead")}
"""Beginnings of the names of groups, which look like those of modules."""


def test_every_dotted_name_leads_somewhere() -> None:
    named = list(mentions(DOTTED))
    assert len(named) > 50
    unknown = [m for m in named if m.match[1] not in ON_KAFKA]
    assert [str(m) for m in unknown if not resolves(m.match[1])] == []


def resolves(dotted: str) -> bool:
    """Whether a dotted name is a module, or a name in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        for file in (f"{folder}.py", f"{folder}/__init__.py"):
            if (ROOT / file).is_file():
                return length == len(parts) or parts[length] in names_in(file)
    return False


@cache
def names_in(file: str) -> frozenset[str]:
    """Return what a module defines or imports, names in its classes too."""
    if not (ROOT / file).is_file():
        return frozenset()
    nodes = list(ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return frozenset(
        [node.name for node in nodes if isinstance(node, definitions)]
        + [node.id for node in nodes if isinstance(node, ast.Name)]
        + [
            alias.asname or alias.name
            for n in nodes
            if isinstance(n, ast.ImportFrom)
            for alias in n.names
        ]
    )


@pytest.mark.parametrize("pattern", [ISSUE, MACHINE])
def test_nothing_refers_to_an_issue_or_to_one_machine(pattern: re.Pattern[str]) -> None:
    assert [str(m) for m in mentions(pattern)] == []
