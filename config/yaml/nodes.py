"""Parse the operator's files into trees of nodes with positions, or report faults. Never raises.

::

    path ──read──▶ bytes ──decode──▶ text ──YAML events──▶ ScalarNode | MappingNode | SequenceNode
             └──────────┴────────────────┴──▶ Fault(file, line, column, code, message, mend)

The tree is built here from events, not by a library's constructors: a file cannot create
objects, every node keeps its position, and aliases are limited, so that a small file cannot expand
into a large one. Scalars follow YAML 1.2: ``no`` is text.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from config.catalog.models import FilePosition, SourceText
from config.faults import Fault
from config.yaml.events import (
    ALIAS,
    DOCUMENT,
    END,
    MAPPING,
    MAX_DEPTH,
    SCALAR,
    SEQUENCE,
    Event,
    parse_events,
)
from config.yaml.positions import LineIndex
from config.yaml.queries import may_hide_a_query, quote_queries

MAX_BYTES: Final = 5_000_000
"""A larger file is refused: parsing takes about two seconds a megabyte."""

MAX_ALIASED: Final = 10_000
"""Most nodes that the aliases of one file may add."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_FORBIDDEN_IN_VALUE = re.compile(_FORBIDDEN.pattern[:-1] + "\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_ANCHOR = re.compile(r"&\S+\s*")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {w: w.lower() == "true" for w in ("true", "True", "TRUE", "false", "False", "FALSE")}


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar.

    Attributes:
        value: The text, folded and unquoted.
        plain: Whether it is written without quotes or block mark, and so may be a number or null.
        position: Where it starts.
        source: The text with the position of each character.
    """

    value: str
    plain: bool
    position: FilePosition
    source: SourceText

    @property
    def is_null(self) -> bool:
        """Whether the value is empty (``key:``, ``~``, ``null``)."""
        return self.plain and self.value in _NULLS

    @property
    def data(self) -> str | int | float | bool | None:
        """The value as YAML 1.2's core schema reads it."""
        if not self.plain:
            return self.value
        if self.is_null:
            return None
        if self.value in _BOOLS:
            return _BOOLS[self.value]
        if _INT.fullmatch(self.value):
            return int(self.value)
        return float(self.value) if _FLOAT.fullmatch(self.value) else self.value


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping, in the order of the file: each key with its position and its value's node."""

    position: FilePosition
    pairs: Mapping[str, tuple[FilePosition, YamlNode]]


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A sequence."""

    position: FilePosition
    nodes: tuple[YamlNode, ...]


YamlNode = ScalarNode | MappingNode | SequenceNode


def shown_path(path: Path) -> str:
    """Return the path as text, replacing bytes that are not UTF-8."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read(path: Path) -> bytes | Fault:
    """Return the bytes of a regular file of at most :data:`MAX_BYTES`, or a fault."""
    start = FilePosition(shown_path(path), 1, 1)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return fault(start, "E201", "This is not a file.", "Replace it with a YAML file.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return fault(
            start, "E201", "The file is missing.", "Create it; README.md shows an example."
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        return fault(start, "E201", f"The file cannot be read: {why}.", "Check its permissions.")
    if len(content) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES:,} bytes."
        return fault(start, "E202", message, "Split it, or check that it is the right file.")
    return content


def parse(file: str, content: bytes) -> tuple[YamlNode | None, list[Fault]]:
    """Return the tree of a YAML document, or None where it is empty or has faults."""
    text, problem = decode(file, content)
    if problem is not None:
        return None, [problem]
    root, faults = _tree(LineIndex(file, text))
    if not faults and not may_hide_a_query(text):
        return root, faults
    quoted = quote_queries(text)
    return _tree(LineIndex(file, quoted.text, quoted.inserted)) if quoted else (root, faults)


def _tree(lines: LineIndex) -> tuple[YamlNode | None, list[Fault]]:
    composer = _Composer(lines)
    try:
        root = composer.compose(parse_events(lines.text))
    except MarkedYAMLError as error:
        return None, [*composer.faults, _syntax_fault(lines, error)]
    except (YAMLError, ValueError, OverflowError) as error:  # the reader's errors carry no mark
        message = f"This is not valid YAML: {one_line(str(error))}."
        return None, [*composer.faults, fault(lines.position(0), "E204", message, _YAML_MEND)]
    return (None if composer.faults else root), composer.faults


def fault(position: FilePosition, code: str, message: str, mend: str) -> Fault:
    """Return a fault at a position."""
    return Fault(
        file=position.file,
        line=position.line,
        column=position.column,
        code=code,
        message=message,
        mend=mend,
    )


def decode(file: str, content: bytes) -> tuple[str, Fault | None]:
    """Return the text of a file, or why it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        position = LineIndex(file, before).position(len(before))
        message = f"Byte 0x{content[error.start]:02x} is not UTF-8 text."
        return "", fault(position, "E203", message, "Save the file as UTF-8.")
    forbidden = _FORBIDDEN.search(text)
    if forbidden is None:
        return text, None
    position = LineIndex(file, text).position(forbidden.start())
    message = f"The character U+{ord(forbidden.group()):04X} is not allowed in a text file."
    return "", fault(position, "E203", message, "Delete it, or save the file as UTF-8 text.")


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end is not reached yet."""

    event: Event
    nodes: list[YamlNode] = field(default_factory=list)
    size: int = 1


class _Composer:
    """Builds the tree of one document without recursion."""

    def __init__(self, lines: LineIndex) -> None:
        self.faults: list[Fault] = []
        self._lines = lines
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[YamlNode, int]] = {}
        self._aliased = 0
        self._root: YamlNode | None = None
        self._documents = 0

    def compose(self, events: Iterator[Event]) -> YamlNode | None:
        """Return the root node, or None for an empty file. Stops at nesting and alias limits."""
        for event in events:
            self._take(event)
            if len(self._open) > MAX_DEPTH:
                self._fault(event, "E206", "This is nested too deeply.", "Use fewer levels.")
                return None
            if self._aliased > MAX_ALIASED:
                message = "This file uses too many YAML aliases."
                self._fault(event, "E206", message, "Write the values out.")
                return None
            if self._documents > 1:
                mend = "Put each document in a file of its own and delete `---`."
                self._fault(event, "E204", "A second YAML document begins here.", mend)
                return None
        return self._root

    def _take(self, event: Event) -> None:
        if event.kind == SCALAR:
            self._add(self._scalar(event), event, 1)
        elif event.kind == ALIAS:
            self._alias(event)
        elif event.kind in (MAPPING, SEQUENCE):
            self._open.append(_Open(event))
        elif event.kind == END:
            done = self._open.pop()
            self._add(self._closed(done), done.event, done.size)
        elif event.kind == DOCUMENT:
            self._documents += 1

    def _add(self, node: YamlNode, event: Event, size: int) -> None:
        if event.anchor is not None and event.kind != ALIAS:
            self._anchors[event.anchor] = (node, size)
        if event.has_tag:
            mend = "Put the value in quotes, or delete the tag."
            self._fault(event, "E206", "A value that starts with `!` is a YAML tag.", mend)
        if self._open:
            self._open[-1].nodes.append(node)
            self._open[-1].size += size
        else:
            self._root = node

    def _alias(self, event: Event) -> None:
        name = event.anchor or ""
        found = self._anchors.get(name)
        if found is None:
            message = f"`*{one_line(name)}` is a YAML alias without its anchor."
            self._fault(event, "E206", message, "Put text that starts with `*` in a block (`>-`).")
            position = self._lines.position(event.start)
            found = (
                ScalarNode("", plain=True, position=position, source=SourceText("", position)),
                1,
            )
        self._aliased += found[1]
        self._add(found[0], event, found[1])

    def _scalar(self, event: Event) -> ScalarNode:
        start = event.start
        if event.anchor is not None and (anchor := _ANCHOR.match(self._lines.text, start)):
            start = anchor.end()
        if _FORBIDDEN_IN_VALUE.search(event.value):
            message = "This escape stands for a character that is not allowed in text."
            self._fault(event, "E203", message, "Delete it.")
        source = self._lines.source(start, event.end, event.style or None, event.value)
        if event.style == '"' and not any(one.event.is_flow for one in self._open):
            source = replace(source, quoted=True)
        return ScalarNode(event.value, not event.style, self._lines.position(start), source)

    def _closed(self, done: _Open) -> YamlNode:
        position = self._lines.position(done.event.start)
        if done.event.kind == SEQUENCE:
            return SequenceNode(position, tuple(done.nodes))
        return MappingNode(position, self._pairs(done.nodes))

    def _pairs(self, nodes: Sequence[YamlNode]) -> dict[str, tuple[FilePosition, YamlNode]]:
        pairs: dict[str, tuple[FilePosition, YamlNode]] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, ScalarNode):
                mend = "Put text that starts with a bracket in quotes."
                message = "A key must be text."
                self.faults.append(fault(key.position, "E206", message, mend))
            elif key.value in pairs:
                first = pairs[key.value][0].line
                message = f"The key `{one_line(key.value)}` was already used in line {first}."
                self.faults.append(fault(key.position, "E205", message, "Delete one of the two."))
            else:
                pairs[key.value] = (key.position, value)
        return pairs

    def _fault(self, event: Event, code: str, message: str, mend: str) -> None:
        position = self._lines.position(event.start)
        self.faults.append(fault(position, code, message, mend))


_YAML_MEND = "Correct the YAML here or in the line before."

# What the parser reports, and the usual correction in files like these.
_MENDS = (
    ("mapping values are not allowed", "Put text that contains `: ` in quotes or a block (`>-`)."),
    ("cannot start any token", "Indent with spaces; put text that starts like this in quotes."),
    ("but found '<scalar>'", "Write text that starts with a quote as a block: `>-`, next line."),
    ("while scanning an alias", "Put text that starts with `*` in a block (`>-`)."),
    ("while scanning an anchor", "Put text that starts with `&` in a block (`>-`)."),
    (
        "while parsing a flow",
        "Close the bracket; put text that contains `{`, `}` or `,` in quotes.",
    ),
    ("while scanning a quoted scalar", "Close the quote."),
    ("while parsing a block", "Indent all lines of a list or mapping alike."),
)


def _syntax_fault(lines: LineIndex, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = one_line(" ".join(filter(None, (error.problem, error.context))))
    mend = next((mend for part, mend in _MENDS if part in problem), _YAML_MEND)
    position = lines.position(min(mark.index, len(lines.text))) if mark else lines.position(0)
    return fault(position, "E204", f"This is not valid YAML: {problem}.", mend)


def one_line(text: str, limit: int = 120) -> str:
    """Return text of a file on one line, shortened for a message."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"
