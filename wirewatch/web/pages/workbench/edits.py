"""Changes of a topic's text on a click: a word denied, tests added. Pure.

::

    text ─ YAML nodes with their positions ─ lines inserted ─▶ text ─ read again ─▶ exactly this
                                                                      change, or UsageError

Nothing is written by a YAML writer, which would move comments and change quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from config import i18n
from config.catalog.models import SourceText, TopicDefinition
from config.errors import UsageError
from config.yaml.edits import child, end_of, next_line
from processors.query import parse
from processors.query.nodes import EntityNode, Node, Phrase, TermRef, Word, walk
from processors.topics import queries_of
from wirewatch.topic_tools.expansion import part_text

_CORRECT = i18n.Phrase("edit.correct_first")

Read = Callable[[str], TopicDefinition | None]
"""Returns the topic of a text; None where it has errors."""

_LEAF = re.compile(r'=?"[^"]*"|[^\s()"]+')


def deny_word(text: str, term: str, part: str, word: str, read: Read) -> str:
    """Return the text in which a word never counts as a hit of a term, or of a part of a query.

    A word that a term of the topic finds is added to the term's ``deny:``. One that a query finds
    is excluded where the query names what finds it: ``Gas`` becomes ``(Gas EXCEPT "Gasthof")``.

    Args:
        text: The topic's file.
        term: What was expanded: ``$name`` of a term, or a word, phrase or entity of a query.
        part: What of it finds the word.
        word: The word.
        read: Reads a text.

    Raises:
        UsageError: The text has errors, or is written in a way that this cannot edit.
    """
    topic = _read(text, read)
    name = term.removeprefix("$")
    if term.startswith("$") and name in topic.terms:
        changed = _with_denied(text, name, word)
        expected = (*topic.deny.get(name, ()), word)
        after = read(changed)
        if after is None or after.deny.get(name, ()) != expected or not _alike(topic, after):
            raise _by_hand(f"deny: {{{name}: [{_quoted(word)}]}}")
        return changed
    return _excepted(text, topic, _named(topic, term, part), word, read)


def add_tests(text: str, tests: str, number: int, read: Read) -> str:
    """Return the text with more tests.

    Args:
        text: The topic's file.
        tests: Tests as YAML: items of a list, each line indented by two spaces.
        number: How many they are.
        read: Reads a text.

    Raises:
        UsageError: The text has errors, or is written in a way that this cannot edit.
    """
    topic = _read(text, read)
    node = child(_root(text), "tests")
    if node is None or (isinstance(node, ScalarNode) and not topic.tests):
        changed = _with_new_list(text, node, tests)
    elif isinstance(node, SequenceNode) and not node.flow_style and node.value:
        shift = node.start_mark.column - 2
        moved = "".join(_moved(line, shift) for line in tests.splitlines(keepends=True))
        changed = _insert_below(text, node, moved)
    else:
        raise _by_hand("tests:")
    after = read(changed)
    if after is None or len(after.tests) != len(topic.tests) + number:
        raise _by_hand("tests:")
    return changed


def _read(text: str, read: Read) -> TopicDefinition:
    topic = read(text)
    if topic is None:
        raise UsageError(i18n.Phrase("edit.has_errors"), mend=_CORRECT)
    return topic


def _by_hand(addition: str) -> UsageError:
    return UsageError(
        i18n.Phrase("edit.not_edited"), mend=i18n.Phrase("edit.add", addition=addition)
    )


def _alike(before: TopicDefinition, after: TopicDefinition) -> bool:
    """Return whether two versions have the same queries and tests."""
    queries = [[source.value for source in queries_of(topic)] for topic in (before, after)]
    return queries[0] == queries[1] and len(before.tests) == len(after.tests)


# ── deny: of a term ──────────────────────────────────────────────────────────────────────────────


def _with_denied(text: str, name: str, word: str) -> str:
    root = _root(text)
    deny = child(root, "deny")
    if not isinstance(deny, MappingNode) or not deny.value:
        return _with_new_deny(text, root, deny, name, word)
    words = child(deny, name)
    if isinstance(words, SequenceNode) and words.value:
        return _with_item(text, words, word)
    if words is not None:
        raise _by_hand(f"deny: {{{name}: [{_quoted(word)}]}}")
    entry = f"{name}: [{_quoted(word)}]"
    if deny.flow_style:
        at = end_of(deny.value[-1][1])
        return f"{text[:at]}, {entry}{text[at:]}"
    return _insert_below(text, deny, f"{' ' * deny.start_mark.column}{entry}\n")


def _with_item(text: str, words: Any, word: str) -> str:
    if words.flow_style:
        at = end_of(words.value[-1])
        return f"{text[:at]}, {_quoted(word)}{text[at:]}"
    return _insert_below(text, words, f"{' ' * words.start_mark.column}- {_quoted(word)}\n")


def _with_new_deny(text: str, root: Any, deny: Any, name: str, word: str) -> str:
    line = f"deny: {{{name}: [{_quoted(word)}]}}\n"
    if isinstance(deny, ScalarNode):  # `deny:` without anything
        key = next(key for key, value in root.value if value is deny)
        at, end = key.start_mark.index, next_line(text, key.end_mark.index)
        return text[:at] + line + text[end:]
    return _insert_below(text, child(root, "terms"), line)


# ── EXCEPT in a query ────────────────────────────────────────────────────────────────────────────


def _named(topic: TopicDefinition, term: str, part: str) -> str:
    """Return what a query names of a part: the part itself, or the concept that contains it."""
    named = {text for source in queries_of(topic) for _, text in _leaves(source.value)}
    return part if part in named else term


def _excepted(text: str, topic: TopicDefinition, named: str, word: str, read: Read) -> str:
    """Return the text with a word excluded from every hit of what the queries name."""
    edits: list[tuple[int, int, str]] = []
    expected = []
    for source in queries_of(topic):
        value = source.value
        for at, leaf in reversed(list(_leaves(value))):
            if leaf == named and (match := _LEAF.match(value, at)):
                end, replacement = _replacement(value, match, word)
                offset = _offset(text, source, at)
                edits.append((offset, offset + end - at, replacement))
                value = value[:at] + replacement + value[end:]
        expected.append(value)
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    after = read(text)
    if not edits or after is None or [s.value for s in queries_of(after)] != expected:
        raise _by_hand(f"{named} EXCEPT {_phrase(word)}")
    return text


def _replacement(value: str, match: re.Match[str], word: str) -> tuple[int, str]:
    """Return where the text of a leaf ends and what replaces it.

    A leaf that excludes words already gets one more.
    """
    has_some = re.compile(r" EXCEPT \(").match(value, match.end())
    if has_some:
        return has_some.end(), f"{match[0]} EXCEPT ({_phrase(word)} OR "
    return match.end(), f"({match[0]} EXCEPT ({_phrase(word)}))"


def _leaves(query: str) -> Iterator[tuple[int, str]]:
    """Yield where each word, phrase, entity and term of a query begins, and its text."""
    node = parse(query).node
    for leaf in walk(node) if node else ():
        if text := _leaf_text(leaf):
            yield leaf.at, text


def _leaf_text(leaf: Node) -> str:
    if isinstance(leaf, TermRef):
        return f"${leaf.name}"
    return part_text(leaf) if isinstance(leaf, Word | Phrase | EntityNode) else ""


def _phrase(word: str) -> str:
    return f'"{word.replace(chr(34), "")}"'


def _offset(text: str, source: SourceText, at: int) -> int:
    position = source.at(at)
    start = 0
    for _ in range(position.line - 1):
        start = next_line(text, start)
    return start + position.column - 1


# ── positions ────────────────────────────────────────────────────────────────────────────────────


def _root(text: str) -> Any:
    try:
        root = YAML(pure=True).compose(text)
    except YAMLError as error:
        raise UsageError(i18n.Phrase("edit.no_yaml"), mend=_CORRECT) from error
    if not isinstance(root, MappingNode) or root.flow_style:
        raise UsageError(i18n.Phrase("edit.no_mapping"), mend=i18n.Phrase("edit.by_hand"))
    return root


def _insert_below(text: str, node: Any, lines: str) -> str:
    """Return the text with lines below those of a node."""
    end = end_of(node)
    # The mark of a block scalar is at the beginning of the next line.
    at = end if text[end - 1 : end] == "\n" else next_line(text, end)
    return _joined(text[:at], lines, text[at:])


def _joined(before: str, lines: str, after: str) -> str:
    return f"{before}{'' if before.endswith(chr(10)) or not before else chr(10)}{lines}{after}"


def _with_new_list(text: str, node: Any, tests: str) -> str:
    if node is None:
        return _joined(text, f"tests:\n{tests}", "")
    return _insert_below(text, node, tests)  # `tests:` without anything


def _moved(line: str, by: int) -> str:
    return " " * by + line if by >= 0 else line[-by:]


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
