"""libyaml's events count only where ruamel.yaml has the same ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError

from config.yaml.events import SCALAR, Event, parse_quickly, parse_thoroughly

FILES = sorted((Path(__file__).parents[3] / "config").rglob("*.yaml"))

PIECES = (
    "a", "ü", "😀", "1", "~", " ", "  ", "\n", "\n  ", "\n    ", "\n\n", "\r\n", "\r", "\t",
    ": ", ":", "- ", "? ", ", ", "{", "}", "[", "]", '"', "'", "#", " # why", "%", "@", "`", "=",
    "|", "|2", "|+\n", "|\n  x\n", ">", ">-\n  ", "&a ", "&a\n  ", "*a", "*a\n", "*a: ", "!t ",
    "---\n", "...\n", "%YAML 1.2\n---\n", "\\n", "\\x41", "\\/", "''", "key: value\n", "- item\n",
    "list: [a, b]\n", "map: {a: b}\n", '{"a":b}', "{a:b}", "[a:b]", "<<: *a\n", 'x: "y"\n',
    "q: 'it''s'\n", "text: >-\n    a b\n    c\n\n    d\n", '$term AND "b c"', "http://x.example/?y=z#w",
)  # fmt: skip
"""What YAML means something by, and what its versions and parsers read differently."""


def comparable(events: list[Event]) -> list[Event]:
    """Return events without the ends of brackets, which only libyaml has exactly."""
    return [event if event.kind == SCALAR else event._replace(end=0) for event in events]


def assert_alike(text: str) -> None:
    if (quick := parse_quickly(text)) is not None:
        assert comparable(quick) == comparable(list(parse_thoroughly(text)))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_both_parsers_read_any_text_alike(text: str) -> None:
    assert_alike(text)


@given(st.data())
def test_both_parsers_read_changed_files_alike(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(FILES)).read_text("utf-8").splitlines(keepends=True)
    first = data.draw(st.integers(0, len(lines) - 1))
    text = "".join(lines[first : first + data.draw(st.integers(1, 8))])
    at = data.draw(st.integers(0, len(text)))
    assert_alike(text[:at] + data.draw(st.sampled_from(PIECES)) + text[at:])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_that_come_with_the_program_are_read_quickly(path: Path) -> None:
    assert parse_quickly(path.read_text("utf-8")) is not None


@pytest.mark.parametrize(
    "text",
    ["a:\n", "a: !t b\n", "a:\tb\n", "%YAML 1.1\n---\na: b\n", "a: &b: c\n", "a: |#\n", "text\n",
     "a: >-\n   \n    b\n", "a: [\n", "[" * 60 + "]" * 60],
    ids=repr,
)  # fmt: skip
def test_what_they_read_differently_is_left_to_ruamel(text: str) -> None:
    assert parse_quickly(text) is None


def test_what_is_wrong_is_said_by_ruamel() -> None:
    with pytest.raises(YAMLError, match="mapping values are not allowed here"):
        list(parse_thoroughly("a: b: c"))
