"""From a query to what the index is searched for. Pure but for the vocabulary.

::

    program.required: groups of literals ──▶ groups of alternatives
        " nato "       the word              nato
        " beitritt"    its beginning         beitritt*
        "beitritt"     somewhere in a word   every word of the vocabulary that contains it
        " eu beitritt" several words         eu AND beitritt*

A revision can only match if it contains a literal of every group, so the proposal never misses
one. A group that the index cannot search for, such as an outlet's URL, is left to the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from config.catalog.models import EntityDefinition
from core.archive import Alternative, Archive, Group, IndexTerm, Proposal
from processors.archive.query import SearchQuery
from processors.engine.aliases import aliases_of
from processors.engine.compiler import Compiler
from processors.engine.literals import ENTITY_NUMBERS, OTHER
from processors.engine.names_in_words import lexicon_names, names_in_words

MOST_WORDS = 3_000
"""Most words of the vocabulary that a part of a word may stand for; with more, a search by the
index would not be faster than reading the articles."""

ExpandWords = Callable[[str], list[str] | None]


class WordFinder(Protocol):
    """Finds words of the archive's vocabulary: the archive itself, or its words in memory."""

    def words(
        self, pattern: str, *, limit: int | None = None, seconds: float | None = None
    ) -> list[tuple[str, int]]:
        """See :meth:`core.archive.Archive.words`."""


class WordsInMemory:
    """The vocabulary, read once: for many looks that each would read all of it.

    Args:
        archive: Has it.

    Raises:
        ArchiveError: The archive is unavailable or damaged.
    """

    def __init__(self, archive: Archive) -> None:
        self._counts = dict(archive.words("*"))
        self._text = "\n".join(("", *self._counts, ""))

    def words(
        self,
        pattern: str,
        *,
        limit: int | None = None,
        seconds: float | None = None,  # noqa: ARG002  # that of a database
    ) -> list[tuple[str, int]]:
        """Return the words that contain a text, or end with it, in no particular order.

        Args:
            pattern: ``*text*`` or ``*text``.
            limit: Most words; None for all.
            seconds: Not used.
        """
        part = pattern.strip("*") + ("" if pattern.endswith("*") else "\n")
        found: list[tuple[str, int]] = []
        at = self._text.find(part)
        while at >= 0 and (limit is None or len(found) < limit):
            end = self._text.index("\n", at)
            word = self._text[self._text.rindex("\n", 0, at) + 1 : end]
            found.append((word, self._counts[word]))
            at = self._text.find(part, end)
        return found


def propose(query: SearchQuery, archive: WordFinder, seconds: float | None = None) -> Proposal:
    """Return what the index is searched for; empty where it cannot narrow the search.

    Args:
        query: The query.
        archive: Has the vocabulary.
        seconds: How long one look into the vocabulary may take; None for any time.

    Raises:
        ArchiveError: The archive is unavailable, or the look took longer.
    """

    def expand(pattern: str) -> list[str] | None:
        words = archive.words(pattern, limit=MOST_WORDS + 1, seconds=seconds)
        return None if len(words) > MOST_WORDS else [word for word, _ in words]

    groups = (_group(literals, expand) for literals in required_literals(query))
    return tuple(group for group in groups if group is not None)


def required_literals(query: SearchQuery) -> list[list[str]]:
    """Return the groups of literals of which a matching text contains one each."""
    compiler = Compiler(query.languages, lexicon_names(tuple(query.entities.values())))
    program = compiler.program(query.node)
    entities = {number: entity for entity, number in compiler.entity_numbers.items()}
    groups = []
    for numbers in program.required:
        literals: list[str] = []
        for number in sorted(numbers):
            if number >= ENTITY_NUMBERS:
                literals.extend(_literals_of(query.entities[entities[number]]))
            elif number < OTHER:
                literals.append(compiler.literals[number])
            else:
                break  # in another field than the index has
        else:
            groups.append(literals)
    return groups


def _literals_of(entity: EntityDefinition) -> Iterator[str]:
    """Yield the literals by which an entity is found, as words and inside of words."""
    for alias in aliases_of(entity):
        if not alias.denies:
            yield from alias.literals
    for name in names_in_words(entity):
        yield from name.literals


def _group(literals: Iterable[str], expand: ExpandWords) -> Group | None:
    """Return the alternatives of a group; None where one of them may be any word."""
    alternatives: set[Alternative] = set()
    for literal in literals:
        choices = _alternatives(literal, expand)
        if choices is None:
            return None
        alternatives.update(choices)
    # No alternative is left where no word of the vocabulary will do: then nothing is found.
    return tuple(sorted(alternatives)) or ((IndexTerm("\N{EMPTY SET}"),),)


def _alternatives(literal: str, expand: ExpandWords) -> list[Alternative] | None:
    """Return what a literal stands for; None where that may be any word.

    A part of a word is looked up in the vocabulary only where no whole word narrows the search.
    """
    words = literal.split()
    if not words:
        return None
    is_open_left, is_open_right = not literal.startswith(" "), not literal.endswith(" ")
    last = len(words) - 1
    terms = [
        IndexTerm.of(word, is_prefix=is_open_right and at == last)
        for at, word in enumerate(words)
        if at > 0 or not is_open_left
    ]
    if terms:
        return [tuple(terms)]
    found = expand(f"*{words[0]}{'*' if is_open_right else ''}")
    return None if found is None else [(IndexTerm.of(word),) for word in found if "-" not in word]
