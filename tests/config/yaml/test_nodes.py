"""Whatever a file contains, parsing returns a tree or faults with positions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.faults import Fault
from config.yaml.nodes import (
    MAX_BYTES,
    MappingNode,
    ScalarNode,
    SequenceNode,
    parse,
    read,
    shown_path,
)


def only_fault(content: str | bytes) -> Fault:
    root, faults = parse("t.yaml", content.encode() if isinstance(content, str) else content)
    assert root is None
    assert len(faults) == 1, faults
    assert faults[0].mend
    return faults[0]


@pytest.mark.parametrize(
    ("content", "line", "column", "code"),
    [
        ("a: b\n\tc: d", 2, 1, "E204"),
        ("a: [1, 2", 1, 9, "E204"),
        ("a: 'x", 1, 6, "E204"),
        ("a: b: c", 1, 5, "E204"),
        ("a: @x", 1, 4, "E204"),
        ("a:\n  - b\n c: d", 3, 2, "E204"),
        ("a: 1\n---\nb: 2", 2, 1, "E204"),
        ("%YAML 9.9\n---\na: b", 1, 1, "E204"),
        ('a: "\\UFFFFFFFF"', 1, 1, "E204"),
        ("a: 1\nb: 2\na: 3", 3, 1, "E205"),
        ("a: {b: 1, b: 2}", 1, 11, "E205"),
        ("a: *nowhere", 1, 4, "E206"),
        ("a: &x [*x]", 1, 8, "E206"),
        ("a: !tag b", 1, 4, "E206"),
        ("!!python/object/apply:os.system ['true']", 1, 1, "E206"),
        ("? [a, b]\n: c", 1, 3, "E206"),
        ("a: " + "[" * 60, 1, 53, "E206"),
        (b"a: \xff", 1, 4, "E203"),
        (b"\xff\xfea\x00:\x00", 1, 1, "E203"),
        (b"a: b\nc: \x00d", 2, 4, "E203"),
        ("a: b\u2028c", 1, 5, "E203"),
        (r'a: "\0"', 1, 4, "E203"),
        (r'a: "\ud800"', 1, 4, "E203"),
    ],
)
def test_invalid_yaml_is_one_fault_at_its_position(
    content: str | bytes, line: int, column: int, code: str
) -> None:
    fault = only_fault(content)
    assert (fault.line, fault.column, fault.code) == (line, column, code)


def test_for_a_text_that_starts_with_a_quote_the_mend_is_a_block() -> None:
    assert ">-" in only_fault('name: "NATO" OR x').mend


def test_for_a_variable_in_braces_the_mend_is_quotes() -> None:
    assert "quotes" in only_fault("a: {url: ${DESK}, kind: webhook}").mend


def test_aliases_cannot_expand_a_small_file_into_a_large_one() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    fault = only_fault("\n".join(lines))
    assert fault.code == "E206"
    assert "too many YAML aliases" in fault.message


def test_an_alias_has_the_value_of_its_anchor() -> None:
    root, faults = parse("t.yaml", b"a: &x [1, two]\nb: *x")
    assert faults == []
    assert isinstance(root, MappingNode)
    assert root.pairs["b"][1] == root.pairs["a"][1]


def test_scalars_follow_yaml_1_2() -> None:
    yaml = b"[no, yes, on, true, False, ~, null, 12, -3, 0o14, 1.5, 1e3, '1', \"true\", 12:30, =x]"
    root, faults = parse("t.yaml", yaml)
    assert faults == []
    assert isinstance(root, SequenceNode)
    assert [node.data for node in root.nodes if isinstance(node, ScalarNode)] == [
        "no", "yes", "on", True, False, None, None, 12, -3, "0o14", 1.5, 1000.0, "1", "true",
        "12:30", "=x",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_tree_and_no_fault(content: bytes) -> None:
    assert parse("t.yaml", content) == (None, [])


def test_a_missing_file_a_folder_and_a_pipe_are_faults(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "gone")
    for name in ("gone", "dangling", ".", "pipe"):
        fault = read(tmp_path / name)
        assert isinstance(fault, Fault)
        assert (fault.code, fault.line) == ("E201", 1)


def test_an_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    loop = tmp_path / "loop"  # root can read everything, but not a cycle of links
    loop.symlink_to(loop)
    fault = read(loop)
    assert isinstance(fault, Fault)
    assert "cannot be read" in fault.message


def test_a_huge_file_is_rejected_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    fault = read(path)
    assert isinstance(fault, Fault)
    assert fault.code == "E202"


def test_a_file_name_that_is_not_utf_8_can_be_shown(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\xff.yaml"))
    path.write_bytes(b"\x00")
    content = read(path)
    assert isinstance(content, bytes)
    _, faults = parse(shown_path(path), content)
    assert "\ufffd.yaml" in faults[0].file


SNIPPETS = st.sampled_from(
    ["a", "id", ":", ": ", "-", "- ", "? ", "\n", "\n  ", "\t", " ", "'", '"', "\\", "\\u", "\\x4",
     ">-\n", "|", "&x", "*x", "!", "!!str ", "[", "]", "{", "}", ",", "#", "%YAML", "---\n", "...",
     "<<", "~", "1", "@", "`", "\r\n", "\ufeff", "é", "\U0001f600", "\x85", "\x00", "${X}", "&"]
)  # fmt: skip


@given(st.lists(SNIPPETS, max_size=40).map("".join))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    root, faults = parse("t.yaml", text.encode())
    assert root is None or not faults
    assert all(f.line >= 1 and f.column >= 1 for f in faults)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_parser_raise(content: bytes) -> None:
    root, faults = parse("t.yaml", content)
    assert root is None or not faults
