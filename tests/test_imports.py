"""No module imports itself through others: in the program, the benchmarks, scripts and tests.

import-linter holds the layers of the program; it knows neither ``bench/`` nor ``tests/``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.support.source_files import statements

ROOT = Path(__file__).parent.parent
FOLDERS = (
    *("config", "core", "ingest", "processors", "alerts", "wirewatch"),
    *("bench", "scripts", "tests"),
)


def test_no_modules_import_each_other_in_a_cycle() -> None:
    graph = import_graph()
    assert len(graph) > 300
    assert cycle(graph) == []


def test_a_cycle_is_found_however_long_it_is() -> None:
    graph = {"a": ["b"], "b": ["c"], "c": ["d", "a"], "d": [], "e": ["a"]}
    assert sorted(set(cycle(graph))) == ["a", "b", "c"]


def test_workers_for_feeds_load_no_library_that_extracts_pages() -> None:
    loaded, names = set[str](), ["ingest.parsing.handler"]
    while names:
        name = names.pop()
        if name not in loaded:
            loaded.add(name)
            names += loaded_by(name)
    assert "feedparser.api" in loaded
    assert not loaded & {"trafilatura", "trafilatura.utils", "htmldate"}


def loaded_by(module: str) -> list[str]:
    """Return what a module of the program imports when it is loaded; not what functions import."""
    path = ROOT / module.replace(".", "/")
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    if not file.exists():
        return []
    names: list[str] = []
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


def cycle(graph: Mapping[str, Collection[str]]) -> list[str]:
    """Return the names along one cycle, or nothing where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def import_graph() -> dict[str, set[str]]:
    """Return what each module imports, also for type checking and inside functions."""
    files = {
        module_name(path): path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")
    }
    return {name: set(imports(path, files)) - {name} for name, path in files.items()}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path, modules: Collection[str]) -> Iterator[str]:
    for node in statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield from (n for n in [name if name in modules else node.module] if n in modules)
