"""Changes of a topic's text on a click: only the lines of the change differ."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from config.catalog.models import Catalog, TopicDefinition
from config.errors import UsageError
from wirewatch.web.pages.workbench.draft import read_definition
from wirewatch.web.pages.workbench.edits import add_tests, deny_word

HEAD = "# comment\nid: a\n"
RULE = "query: $x AND Nato  # about it\n"
TEST = '  - name: "n"\n    match: false\n    title: "t"\n'


def read(text: str) -> TopicDefinition | None:
    return read_definition(text, Path("a.yaml"), Catalog(()))[0]


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [f"{line[0]}{line[2:]}" for line in lines if line[0] in "+-"]


DENIED = (
    # the file below its head, what was expanded, the part, the changed lines
    (f"terms: {{x: Gas}}\n{RULE}", "$x", "Gas", ['+deny: {x: ["Gas\'s"]}']),
    (f"terms:\n  x: >-\n    Gas OR\n    Öl\n\n{RULE}", "$x", "Gas", ['+deny: {x: ["Gas\'s"]}']),
    (f"terms: {{x: Gas}}\n{RULE}deny: {{x: [a]}}\n", "$x", "Gas",
     ["-deny: {x: [a]}", '+deny: {x: [a, "Gas\'s"]}']),
    (f"terms: {{x: Gas, y: Öl}}\n{RULE}deny: {{y: [a]}} # why\n", "$x", "Gas",
     ["-deny: {y: [a]} # why", '+deny: {y: [a], x: ["Gas\'s"]} # why']),
    (f"terms: {{x: Gas}}\ndeny:\n  x:\n    - a # one\n{RULE}", "$x", "Gas", ['+    - "Gas\'s"']),
    (f"terms: {{x: Gas}}\ndeny:\n  x:\n  - a\n  # end\n{RULE}", "$x", "Gas", ['+  - "Gas\'s"']),
    (f"terms: {{x: Gas, y: Öl}}\ndeny:\n  y: [a]\n{RULE}", "$x", "Gas", ['+  x: ["Gas\'s"]']),
    (f"terms: {{x: Gas}}\ndeny:\n{RULE}", "$x", "Gas", ["-deny:", '+deny: {x: ["Gas\'s"]}']),
    ("query: Gas NEAR/S Preis", "Gas", "Gas",
     ["-query: Gas NEAR/S Preis", '+query: (Gas EXCEPT ("Gas\'s")) NEAR/S Preis']),
    ("query: >-\n  Öl OR\n  (title:Gas AND Gasse)\n", "Gas", "Gas",
     ["-  (title:Gas AND Gasse)", '+  (title:(Gas EXCEPT ("Gas\'s")) AND Gasse)']),
    ("query: $shared AND Nato\n", "$shared", "Gas",
     ["-query: $shared AND Nato", '+query: ($shared EXCEPT ("Gas\'s")) AND Nato']),
    ("rules:\n  - {id: r, query: Gas AND b}\n  - {id: s, query: a OR Gas}\n", "Gas", "Gas",
     ["-  - {id: r, query: Gas AND b}", '+  - {id: r, query: (Gas EXCEPT ("Gas\'s")) AND b}',
      "-  - {id: s, query: a OR Gas}", '+  - {id: s, query: a OR (Gas EXCEPT ("Gas\'s"))}']),
    ("query: '\"Gas Preis\" OR x'\n", '"gas preis"', '"gas preis"', "Add: "),
    ("query: Nato\n", "Gas", "Gas", "Add: "),
    (f"terms: {{x: Gas}}\ndeny: {{x: []}}\n{RULE}", "$x", "Gas", "Add: deny: "),
    ("query: [\n", "Gas", "Gas", "Correct them first."),
)  # fmt: skip


def test_a_denied_word_changes_only_the_lines_that_name_what_finds_it() -> None:
    wrong = []
    for below, term, part, expected in DENIED:
        text = HEAD + below
        try:
            result: list[str] | str = changed_lines(
                text, deny_word(text, term, part, "Gas's", read)
            )
        except UsageError as error:
            result = error.mend[: len(expected)] if isinstance(expected, str) else str(error)
        if result != expected:
            wrong.append((below, result))
    assert wrong == []


def test_tests_are_added_below_those_that_the_file_has() -> None:
    lines = ['+  - name: "n"', "+    match: false", '+    title: "t"']
    query = "query: Gas\n"
    for below, expected in (
        (query, ["+tests:", *lines]),
        (query.rstrip(), ["+tests:", *lines]),
        (f"{query}tests:\n", lines),
        (f"{query}tests:\n  - {{name: a, match: true, title: Gas}}\n  # end\nstate: live\n", lines),
        (f"tests:\n- name: a\n  match: true\n  title: Gas\n{query}", [
            f"+{line[3:]}" for line in lines]),
    ):  # fmt: skip
        text = HEAD + below
        added = add_tests(text, TEST, 1, read)
        assert changed_lines(text, added) == expected, below
    with pytest.raises(UsageError):
        add_tests(f"{HEAD}{query}tests: [{{name: a, match: true, title: Gas}}]\n", TEST, 1, read)
