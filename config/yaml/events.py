"""The events of a YAML document: its values and the brackets around them, with their positions.

::

    text ─▶ libyaml ──both parsers read it alike?──yes──▶ events
                                          └─no─▶ ruamel.yaml ─▶ events, or its error

ruamel.yaml reads YAML 1.2 and says what is wrong in words that help. libyaml is written in C and
takes a fifteenth of the time, which every start and every command would wait for, but it reads
YAML 1.1. So its events count only for documents without errors and without what the two read
differently: tabs, directives, tags, missing values and some anchors and block scalars.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

DOCUMENT: Final = "document"
SCALAR: Final = "scalar"
ALIAS: Final = "alias"
MAPPING: Final = "mapping"
SEQUENCE: Final = "sequence"
END: Final = "end"
"""Kinds of events; ``END`` is the end of a mapping or sequence, the others are beginnings."""

MAX_DEPTH: Final = 50
"""Deepest nesting of a file. libyaml is not asked about a deeper one: its time grows faster."""

_KINDS = {
    "DocumentStartEvent": DOCUMENT,
    "ScalarEvent": SCALAR,
    "AliasEvent": ALIAS,
    "MappingStartEvent": MAPPING,
    "SequenceStartEvent": SEQUENCE,
    "MappingEndEvent": END,
    "SequenceEndEvent": END,
}
"""By the names of the classes, which both parsers share."""

_READ_DIFFERENTLY = re.compile(
    r"[\t\ufeff\x85\u2028\u2029]|\r(?!\n)"  # tabs before a value, line breaks
    r"|^%|[&*][\w-]+:"  # directives; an anchor's name that may include the colon
    r"|^ +\r?$|[|>][-+0-9]*#",  # block scalars: a first line of spaces, a comment in the header
    re.MULTILINE,
)


class Event(NamedTuple):
    """An event.

    Attributes:
        kind: What begins or ends here.
        start: Offset of its first character in the text.
        end: Offset after its last character; exact for scalars.
        value: The value of a scalar.
        style: How a scalar is written: ``'``, ``"``, ``|`` or ``>``; empty for a plain one.
        anchor: The name of its anchor, or of the anchor that an alias names.
        has_tag: Whether it has a tag.
        is_flow: Whether a mapping or sequence is written in brackets.
    """

    kind: str
    start: int
    end: int
    value: str
    style: str
    anchor: str | None
    has_tag: bool
    is_flow: bool


def parse_events(text: str) -> Iterator[Event]:
    """Yield the events of a text.

    Raises:
        ruamel.yaml.error.YAMLError: The text is not valid YAML. So do ``ValueError`` and
            ``OverflowError``, for numbers in escapes and directives.
    """
    events = parse_quickly(text)
    return parse_thoroughly(text) if events is None else iter(events)


def parse_quickly(text: str) -> list[Event] | None:
    """Return libyaml's events; None where ruamel.yaml may read the text differently."""
    try:
        from yaml import YAMLError
        from yaml.cyaml import CParser  # type: ignore[attr-defined] # it has no `__all__`
    except ImportError:  # PyYAML was built without libyaml
        return None
    if _READ_DIFFERENTLY.search(text):
        return None
    events: list[Event] = []
    depth = 0
    try:
        parser = CParser(text)
        while parser.check_event():
            event = _event(parser.get_event())
            if event is None:
                continue
            depth += (event.kind in (MAPPING, SEQUENCE)) - (event.kind == END)
            if depth > MAX_DEPTH or _is_read_differently(event, depth):
                return None
            events.append(event)
    except YAMLError:
        return None
    return events


def _is_read_differently(event: Event, depth: int) -> bool:
    is_missing = event.kind == SCALAR and not event.value and not event.style
    is_whole_document = event.kind == SCALAR and not depth
    return is_missing or is_whole_document or event.has_tag


def parse_thoroughly(text: str) -> Iterator[Event]:
    """Yield ruamel.yaml's events; raises as :func:`parse_events`."""
    from ruamel.yaml import YAML

    for event in YAML(typ="safe", pure=True).parse(text):
        if (known := _event(event)) is not None:
            yield known


def _event(event: Any) -> Event | None:
    kind = _KINDS.get(type(event).__name__)
    if kind is None:
        return None
    return Event(
        kind,
        event.start_mark.index,
        event.end_mark.index,
        event.value if kind == SCALAR else "",
        (event.style or "") if kind == SCALAR else "",
        getattr(event, "anchor", None),
        getattr(event, "tag", None) is not None,
        bool(getattr(event, "flow_style", False)),
    )
