"""Every character of a value is mapped to its position in the file."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from config.catalog.models import FilePosition, SourceText
from config.yaml.nodes import MappingNode, ScalarNode, parse


def source(yaml: str, key: str = "q") -> SourceText:
    root, faults = parse("t.yaml", yaml.encode())
    assert faults == []
    assert isinstance(root, MappingNode)
    node = root.pairs[key][1]
    assert isinstance(node, ScalarNode)
    return node.source


def character(yaml: str, place: FilePosition) -> str:
    lines = yaml.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[place.line - 1][place.column - 1]


def check_every_word_character(yaml: str, key: str = "q") -> SourceText:
    """Check that each visible character of the value is at its position."""
    value = source(yaml, key)
    for offset, wanted in enumerate(value.value):
        if not wanted.isspace():
            assert character(yaml, value.at(offset)) == wanted, (offset, value)
    return value


def test_a_plain_value_starts_at_its_first_character() -> None:
    value = source("a: 1\nq:   NATO OR x\n")
    assert value.position == FilePosition("t.yaml", 2, 6)
    assert value.at(5) == FilePosition("t.yaml", 2, 11)
    assert value.lines == ()


def test_a_quoted_value_starts_after_its_quote() -> None:
    assert source('q: "NATO"').at(0) == FilePosition("t.yaml", 1, 5)
    assert source("q: 'NATO'").at(3) == FilePosition("t.yaml", 1, 8)


def test_each_line_of_a_folded_block_has_its_position() -> None:
    value = check_every_word_character("q: >-\n  ab OR\n  cd\n\n  ef\nz: 1\n")
    assert value.value == "ab OR cd\nef"
    assert value.at(value.value.index("cd")) == FilePosition("t.yaml", 3, 3)
    assert value.at(value.value.index("ef")) == FilePosition("t.yaml", 5, 3)


def test_more_indented_lines_of_a_folded_block_are_not_folded() -> None:
    value = check_every_word_character("q: >\n  ab\n    cd\n    ef\n  gh\n\n")
    assert value.value == "ab\n  cd\n  ef\ngh\n"


def test_each_line_of_a_literal_block_has_its_position() -> None:
    value = check_every_word_character("q: |+\n\n   ab\n\n     cd  \n   ef\n\n")
    assert value.at(value.value.index("cd")) == FilePosition("t.yaml", 5, 6)


def test_a_block_with_an_indentation_mark_and_a_comment_in_its_header() -> None:
    value = check_every_word_character("q: >2-   # why\n   ab\n  cd\nz: 1")
    assert value.at(value.value.index("cd")) == FilePosition("t.yaml", 3, 3)


def test_a_word_on_two_lines_has_two_positions() -> None:
    value = check_every_word_character("q: >-\n  ab OR ab OR\n  ab OR ab\n")
    assert value.at(value.value.rindex("ab")) == FilePosition("t.yaml", 3, 9)


def test_a_comment_after_a_block_is_not_part_of_it() -> None:
    value = check_every_word_character("q: >-\n  ab\n# ab\nz: ab\n")
    assert value.value == "ab"


def test_each_line_of_a_plain_value_has_its_position() -> None:
    value = check_every_word_character("q: ab OR\n   cd\n\n   OR ef # not this\nz: 1\n")
    assert value.value == "ab OR cd\nOR ef"
    assert value.at(value.value.index("cd")) == FilePosition("t.yaml", 2, 4)


def test_a_doubled_quote_shifts_what_follows_by_one() -> None:
    yaml = "q: 'it''s ''here'' x'"
    value = check_every_word_character(yaml)
    assert value.at(value.value.index("x")).column == yaml.index("x") + 1


def test_escapes_shift_what_follows_by_their_length() -> None:
    yaml = r'q: "\"EU\" OR \u00c4\x41\U0001F600b \\ c\tz"'
    value = source(yaml)
    assert value.value == '"EU" OR ÄA😀b \\ c\tz'
    for letter in ("EU", "OR", "b", "c", "z"):
        assert value.at(value.value.index(letter)).column == yaml.rindex(letter) + 1
    assert value.at(value.value.index("Ä")).column == yaml.index(r"\u00c4") + 1


def test_each_line_of_a_quoted_value_has_its_position() -> None:
    value = check_every_word_character('q: "ab  \n\n\n   cd\n ef"')
    assert value.value == "ab\n\ncd ef"
    value = check_every_word_character("q: ' ab ''cd\n   ef'")
    assert value.value == " ab 'cd ef"


def test_an_escaped_line_break_joins_the_lines() -> None:
    value = check_every_word_character('q: "ab\\\n   cd \\\n\n  ef"')
    assert value.value == "abcd \nef"


def test_windows_line_ends_count_once() -> None:
    value = check_every_word_character("a: 1\r\nq: >-\r\n  ab\r\n  cd\r\n")
    assert value.value == "ab cd"
    assert value.at(3) == FilePosition("t.yaml", 4, 3)


def test_an_anchor_before_a_value_is_not_part_of_it() -> None:
    assert source("q: &x 'ab'").at(0) == FilePosition("t.yaml", 1, 8)
    value = check_every_word_character("q: &x >-\n  ab\n  cd\n")
    assert value.at(3) == FilePosition("t.yaml", 3, 3)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert source("\ufeffq: ab").at(0) == FilePosition("t.yaml", 1, 4)


def test_the_end_of_a_value_has_a_position() -> None:
    value = source("q: >-\n  ab\n  cd\n")
    assert value.at(len(value.value)) == FilePosition("t.yaml", 3, 5)


WORDS = st.text(alphabet="abcÄя*?()$=:/\"'", min_size=1, max_size=6).map(lambda w: f"w{w}w")
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=5)


@given(lines=LINES, blanks=st.integers(0, 2), style=st.sampled_from(["|", ">", "|-", ">+", ">2"]))
@example(lines=["wabw", "wabw"], blanks=1, style=">")
def test_every_character_of_any_block_has_its_position(
    lines: list[str], blanks: int, style: str
) -> None:
    body = ("\n" * (blanks + 1)).join("  " + line for line in lines)
    check_every_word_character(f"q: {style}\n{body}\n\nz: 1\n")


@given(lines=LINES, blanks=st.integers(0, 2), indent=st.integers(1, 4))
def test_every_character_of_any_single_quoted_value_has_its_position(
    lines: list[str], blanks: int, indent: int
) -> None:
    body = ("\n" * (blanks + 1) + " " * indent).join(line.replace("'", "''") for line in lines)
    value = check_every_word_character(f"a: 1\nq: '{body}'\n")
    assert value.value.split() == " ".join(lines).split()


@given(lines=LINES, blanks=st.integers(0, 2))
def test_every_character_of_any_double_quoted_value_has_its_position(
    lines: list[str], blanks: int
) -> None:
    body = ("\n" * (blanks + 1) + "  ").join(line.replace('"', r"\"") for line in lines)
    yaml = f'q: "{body}"\n'
    value = source(yaml)
    for offset, wanted in enumerate(value.value):
        if not wanted.isspace():
            there = character(yaml, value.at(offset))
            assert there == wanted or (there == "\\" and wanted == '"')


@given(lines=LINES, blanks=st.integers(0, 2))
def test_every_character_of_any_plain_value_has_its_position(lines: list[str], blanks: int) -> None:
    assume(not any(": " in line or line.endswith(":") for line in lines))
    body = ("\n" * (blanks + 1) + "  ").join(lines)
    check_every_word_character(f"q: {body}\n")


@pytest.mark.parametrize("empty", ["q: ''", 'q: ""', "q: >-\nz: 1", "q:"])
def test_an_empty_value_has_the_position_where_it_would_be(empty: str) -> None:
    value = source(empty)
    assert value.value == ""
    assert value.at(0).line == 1
