"""Operator files as trees of nodes that know their place, or faults; never a traceback.

::

    path ──read──▶ bytes ──decode──▶ text ──YAML events──▶ Text | Table | Series
             └──────────┴────────────────┴──▶ Fault(file, line, column, code, message, mend)

The tree is composed here from ruamel.yaml's events, not by its constructors: nothing in a file
can make an object, every node keeps its place, and aliases are bounded, so that a small file
cannot unfold into a large one. Scalars follow YAML 1.2: ``no`` is a text.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from config.catalog.models import FilePosition, SourceText
from config.faults import Fault
from config.yaml.positions import LineIndex

MAX_BYTES: Final = 5_000_000
"""A larger file is refused: parsing takes about two seconds a megabyte."""

MAX_DEPTH: Final = 50
MAX_ALIASED: Final = 10_000
"""Nodes that aliases may add to a file in all."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_UNFIT_VALUE = re.compile(_UNFIT.pattern[:-1] + "\ud800-\udfff]")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_ANCHOR = re.compile(r"&\S+\s*")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLS = {w: w.lower() == "true" for w in ("true", "True", "TRUE", "false", "False", "FALSE")}


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar.

    Attributes:
        plain: Written without quotes or block mark, so that it may mean a number or nothing.
    """

    value: str
    plain: bool
    place: FilePosition
    source: SourceText

    @property
    def is_null(self) -> bool:
        """Whether nothing stands there (``key:``, ``~``, ``null``)."""
        return self.plain and self.value in _NULLS

    @property
    def data(self) -> str | int | float | bool | None:
        """The value in the core schema of YAML 1.2."""
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
    """A mapping, in the order of the file: key to (the key's place, the node)."""

    place: FilePosition
    pairs: Mapping[str, tuple[FilePosition, YamlNode]]


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A sequence."""

    place: FilePosition
    nodes: tuple[YamlNode, ...]


YamlNode = ScalarNode | MappingNode | SequenceNode


def shown_path(path: Path) -> str:
    """The path as text, whatever bytes its name holds."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def read(path: Path) -> bytes | Fault:
    """The bytes of a regular file of at most ``MAX_BYTES``, or why not."""
    start = FilePosition(shown_path(path), 1, 1)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return fault(start, "E201", "This is not a file.", "Put a YAML file in its place.")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return fault(start, "E201", "The file is missing.", "Create it; README.md shows one.")
    except OSError as error:
        why = error.strerror or type(error).__name__
        return fault(start, "E201", f"The file cannot be read: {why}.", "Check its permissions.")
    if len(content) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES:,} bytes."
        return fault(start, "E202", message, "Split it, or look whether it is the right file.")
    return content


def parse(file: str, content: bytes) -> tuple[YamlNode | None, list[Fault]]:
    """The tree of a YAML document; None where there is none or it has faults."""
    text, problem = _decode(file, content)
    if problem is not None:
        return None, [problem]
    lines = LineIndex(file, text)
    composer = _Composer(lines)
    try:
        root = composer.compose(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        return None, [*composer.faults, _syntax_fault(lines, error)]
    except (YAMLError, ValueError, OverflowError) as error:  # a reader's fault carries no mark
        message = f"This is not valid YAML: {one_line(str(error))}."
        return None, [*composer.faults, fault(lines.place(0), "E204", message, _YAML_MEND)]
    return (None if composer.faults else root), composer.faults


def fault(place: FilePosition, code: str, message: str, mend: str) -> Fault:
    """A fault at a place."""
    return Fault(
        file=place.file,
        line=place.line,
        column=place.column,
        code=code,
        message=message,
        mend=mend,
    )


def _decode(file: str, content: bytes) -> tuple[str, Fault | None]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        place = LineIndex(file, before).place(len(before))
        message = f"Byte 0x{content[error.start]:02x} is not UTF-8 text."
        return "", fault(place, "E203", message, "Save the file as UTF-8.")
    unfit = _UNFIT.search(text)
    if unfit is None:
        return text, None
    place = LineIndex(file, text).place(unfit.start())
    message = f"The character U+{ord(unfit.group()):04X} has no place in a text file."
    return "", fault(place, "E203", message, "Delete it, or save the file as UTF-8 text.")


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come."""

    event: Event
    nodes: list[YamlNode] = field(default_factory=list)
    size: int = 1


class _Composer:
    """Builds the tree of one document, without recursion."""

    def __init__(self, lines: LineIndex) -> None:
        self.faults: list[Fault] = []
        self._lines = lines
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[YamlNode, int]] = {}
        self._aliased = 0
        self._root: YamlNode | None = None
        self._documents = 0

    def compose(self, events: Iterator[Event]) -> YamlNode | None:
        """The root node, None for an empty file. Stops where going on would cost too much."""
        for event in events:
            self._take(event)
            if len(self._open) > MAX_DEPTH or self._aliased > MAX_ALIASED:
                what = "deeply nested" if len(self._open) > MAX_DEPTH else "often aliased"
                self._fault(event, "E206", f"This is too {what}.", "Write it plainly.")
                return None
            if self._documents > 1:
                mend = "Put each document in a file of its own and delete `---`."
                self._fault(event, "E204", "A second YAML document begins here.", mend)
                return None
        return self._root

    def _take(self, event: Event) -> None:
        if isinstance(event, ScalarEvent):
            self._add(self._text(event), event, 1)
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open.append(_Open(event))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            done = self._open.pop()
            self._add(self._closed(done), done.event, done.size)
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1

    def _add(self, node: YamlNode, event: Any, size: int) -> None:
        if event.anchor is not None and not isinstance(event, AliasEvent):
            self._anchors[event.anchor] = (node, size)
        if getattr(event, "tag", None) is not None:
            mend = "Put the value in quotes, or delete the tag."
            self._fault(event, "E206", "A value that begins with `!` is a YAML tag.", mend)
        if self._open:
            self._open[-1].nodes.append(node)
            self._open[-1].size += size
        else:
            self._root = node

    def _alias(self, event: Any) -> None:
        found = self._anchors.get(event.anchor)
        if found is None:
            message = f"`*{one_line(event.anchor)}` is a YAML alias of an anchor that is not there."
            self._fault(
                event, "E206", message, "Put a text that begins with `*` in a block (`>-`)."
            )
            place = self._lines.place(event.start_mark.index)
            found = (ScalarNode("", plain=True, place=place, source=SourceText("", place)), 1)
        self._aliased += found[1]
        self._add(found[0], event, found[1])

    def _text(self, event: Any) -> ScalarNode:
        start, end = event.start_mark.index, event.end_mark.index
        if event.anchor is not None and (anchor := _ANCHOR.match(self._lines.text, start)):
            start = anchor.end()
        if _UNFIT_VALUE.search(event.value):
            self._fault(event, "E203", "An escape gives a character no text has.", "Delete it.")
        plain = event.style is None or event.style == ""
        source = self._lines.source(start, end, None if plain else event.style, event.value)
        return ScalarNode(event.value, plain, self._lines.place(start), source)

    def _closed(self, done: _Open) -> YamlNode:
        place = self._lines.place(done.event.start_mark.index)
        if isinstance(done.event, SequenceStartEvent):
            return SequenceNode(place, tuple(done.nodes))
        return MappingNode(place, self._pairs(done.nodes))

    def _pairs(self, nodes: Sequence[YamlNode]) -> dict[str, tuple[FilePosition, YamlNode]]:
        pairs: dict[str, tuple[FilePosition, YamlNode]] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, ScalarNode):
                mend = "Put a text that begins with a bracket in quotes."
                message = "A key must be a text."
                self.faults.append(fault(key.place, "E206", message, mend))
            elif key.value in pairs:
                first = pairs[key.value][0].line
                message = f"The key `{one_line(key.value)}` is already in line {first}."
                self.faults.append(fault(key.place, "E205", message, "Delete one of the two."))
            else:
                pairs[key.value] = (key.place, value)
        return pairs

    def _fault(self, event: Event, code: str, message: str, mend: str) -> None:
        place = self._lines.place(event.start_mark.index)
        self.faults.append(fault(place, code, message, mend))


_YAML_MEND = "Mend the YAML here or in the line before."

# What the parser says, and what most often lies behind it in a file like ours.
_MENDS = (
    ("mapping values are not allowed", "Put a text that holds `: ` in quotes or a block (`>-`)."),
    ("cannot start any token", "Indent with spaces; put a text that begins so in quotes."),
    ("but found '<scalar>'", "Write a text that begins with a quote as a block: `>-`, next line."),
    ("while scanning an alias", "Put a text that begins with `*` in a block (`>-`)."),
    ("while scanning an anchor", "Put a text that begins with `&` in a block (`>-`)."),
    ("while parsing a flow", "Close the bracket; put a text that holds `{`, `}` or `,` in quotes."),
    ("while scanning a quoted scalar", "Close the quote."),
    ("while parsing a block", "Indent the lines of one list or mapping alike."),
)


def _syntax_fault(lines: LineIndex, error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    said = one_line(" ".join(filter(None, (error.problem, error.context))))
    mend = next((mend for words, mend in _MENDS if words in said), _YAML_MEND)
    place = lines.place(min(mark.index, len(lines.text))) if mark else lines.place(0)
    return fault(place, "E204", f"This is not valid YAML: {said}.", mend)


def one_line(text: str, limit: int = 120) -> str:
    """Text of the file made fit for a message."""
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"
