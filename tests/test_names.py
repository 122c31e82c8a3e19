"""Names are the glossary's: no word where it is wrong, no class name with two meanings.

The table of wrong words is read from docs/glossary.md, so page and test cannot differ. A cell of
its last column reads ``word, word (room, room); word (room)``: in the public names of those rooms
the words do not occur.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.support.source_files import statements

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "core", "ingest", "processors", "alerts", "wirewatch")

PRIVATE_MODULE_NAMES = frozenset(
    {"calm", "crew", "deed", "desk", "detours", "given", "gloss", "halves", "held", "infos"}
    | {"joins", "letter", "letters", "moments", "noise", "outputs", "parts", "past", "places"}
    | {
        "pulse",
        "roster",
        "seeking",
        "shown",
        "taking",
        "tally",
        "told",
        "translate",
        "walk",
        "wish",
    }
)
"""Names that nobody guesses what is in a module by; each was replaced by a word of the field."""

SHARED_CLASS_NAMES = {
    "Phrase": "words in a row in a query; a code with parameters in config.i18n",
}
"""Class names that may occur twice, each with the reason."""


@dataclass(frozen=True)
class Module:
    """A module, what public names it defines, and which public classes, also in functions."""

    file: str
    names: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Name:
    """A public name and where it is defined."""

    text: str
    file: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


def test_no_public_name_uses_a_word_where_the_glossary_calls_it_wrong() -> None:
    wrong = wrong_words()
    found = [
        f"{name} ({word})"
        for name in public_names()
        for word in words_of(name.text)
        if any(is_within(name.file, room) for room in wrong.get(word, ()))
    ]
    assert found == []


def test_the_glossary_names_rooms_that_exist() -> None:
    wrong = wrong_words()
    assert len(wrong) > 15
    rooms = {room for rooms in wrong.values() for room in rooms}
    assert [r for r in sorted(rooms) if not exists(r)] == []


@pytest.mark.parametrize("word", ["Topic", "topics", "KafkaTopic", "kafka_topics", "TOPICS"])
def test_a_wrong_word_is_found_in_every_form_of_a_name(word: str) -> None:
    assert "topic" in words_of(word)


def test_no_class_name_has_two_meanings() -> None:
    files: dict[str, list[str]] = defaultdict(list)
    for module in modules():
        for name in module.classes:
            files[name].append(module.file)
    twice = {name: where for name, where in files.items() if len(where) > 1}
    assert {n: w for n, w in twice.items() if n not in SHARED_CLASS_NAMES} == {}
    assert set(SHARED_CLASS_NAMES) <= set(twice), "an exception that is not needed any more"


def test_no_module_has_a_private_name() -> None:
    stems = {relative(path): path.stem for path in (*python_files(), *python_files("tests"))}
    assert [
        f for f, stem in stems.items() if stem.removeprefix("test_") in PRIVATE_MODULE_NAMES
    ] == []


def wrong_words() -> dict[str, tuple[str, ...]]:
    """Return the rooms in which each word is wrong, from the glossary's last column."""
    table: dict[str, tuple[str, ...]] = {}
    for cell in last_cells():
        for entry in cell.split(";"):
            parsed = re.fullmatch(
                r"([a-z]+(?:, [a-z]+)*) \(([a-z_/]+(?:, [a-z_/]+)*)\)", entry.strip()
            )
            assert parsed, f"{entry!r} is not `word, word (room, room)`"
            for word in parsed[1].split(", "):
                table[word] = table.get(word, ()) + tuple(parsed[2].split(", "))
    return table


def last_cells() -> Iterator[str]:
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|([^|]+)\|[^|]+\|([^|]*)\|$", page, re.MULTILINE)
    assert len(rows) > 40
    return (
        cell.strip() for word, cell in rows if cell.strip() and word.strip() not in ("Word", "---")
    )


def is_within(file: str, room: str) -> bool:
    return file.startswith(f"{room}/") or file == f"{room}.py"


def exists(room: str) -> bool:
    return (ROOT / room).is_dir() or (ROOT / f"{room}.py").is_file()


def words_of(name: str) -> set[str]:
    """Return the words of a name, in the singular: ``KafkaTopics`` has kafka and topic."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    words = {part.lower() for part in parts}
    return words | {word.removesuffix("s") for word in words}


def public_names() -> Iterator[Name]:
    for module in modules():
        yield Name(Path(module.file).stem, module.file)
        yield from (Name(text, module.file) for text in module.names)


@cache
def modules() -> tuple[Module, ...]:
    """Return the modules of the program; to parse them takes longest of all."""
    return tuple(_module(relative(path), parse(path)) for path in python_files())


def _module(file: str, tree: ast.Module) -> Module:
    found = (node.name for node in statements(tree) if isinstance(node, ast.ClassDef))
    classes = tuple(name for name in found if not name.startswith("_"))
    return Module(file, tuple(defined(tree.body)), classes)


def defined(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the classes, functions, methods, attributes and constants that a module defines."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if not node.name.startswith("_"):
                yield node.name
                if isinstance(node, ast.ClassDef):
                    yield from defined(node.body)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [t.id for t in targets if isinstance(t, ast.Name)]
            yield from (name for name in names if not name.startswith("_"))


def python_files(*rooms: str) -> Iterator[Path]:
    return (path for room in rooms or ROOMS for path in sorted((ROOT / room).rglob("*.py")))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
