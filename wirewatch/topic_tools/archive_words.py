"""What a term finds, by the archive's vocabulary: every word of the archive, and how often.

::

    a word of the term ──literals──▶ the vocabulary ──the engine──▶ form, compound, wildcard
                                                          │  the newest articles with each
                                                          ▼
                                               how it is written, an example
    a phrase, an entity, a verb apart ──index──▶ the newest articles that have its words ──▶ counted
    operands of NEAR, ALL and AND ─────────────┘

A word's number of articles is that of the vocabulary: however the word is written there, and in
whatever language. What is more than a word is counted in the articles that are read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from core.archive import Archive, ArchivedRevision, ArchiveFilter, IndexTerm, Proposal
from core.text.tokens import fold_word
from processors import article_from_fields
from processors.archive import SearchQuery
from processors.archive.proposal import propose, required_literals
from processors.forms.inflection import word_forms
from processors.query.nodes import Except, Node, Or, Phrase, Word, walk
from wirewatch.topic_tools.expansion import (
    AS_WRITTEN,
    COMPOUND,
    FORM,
    SEPARATED,
    WILDCARD,
    FoundWord,
    Occurrence,
    Term,
    WordCounts,
    by_frequency,
    part_text,
)

MOST_WORDS = 20_000
"""Words of the vocabulary that one literal may stand for."""
WORDS_AT_ONCE = 1_000
"""Words that the engine decides about in one text."""
EXAMPLES = 10
"""Newest articles with a word, of which one must have a hit for the word to be listed."""
PAGE = 100
SECONDS = 5.0
"""How long articles are read for what is more than a word, where no time is named."""

_RANK = (AS_WRITTEN, FORM, COMPOUND, WILDCARD)


@dataclass(frozen=True, slots=True)
class ArchiveExpansion:
    """What a term finds in the archive.

    Attributes:
        words: Most frequent first; of those that only the vocabulary decides about, the first ones
            have an example.
        read: Articles that were read for what is more than a word.
        back_to: When the oldest of them was fetched, where the time was over before all were read.
    """

    words: tuple[FoundWord, ...]
    read: int
    back_to: datetime | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Articles to read: what the index is searched for, and which hits in them count."""

    proposal: Proposal
    counts: Callable[[Occurrence], bool]


def expand_archive(
    term: Term,
    archive: Archive,
    limit: int,
    *,
    since: datetime | None = None,
    now: Callable[[], float] = time.monotonic,
) -> ArchiveExpansion:
    """Return the words of the archive that a term finds.

    Args:
        term: The term.
        archive: The archive.
        limit: Words that get an example.
        since: Reads the articles from then on, all of them, instead of the vocabulary.
        now: Returns monotonic seconds.

    Raises:
        ArchiveError: The archive is unavailable or damaged.
    """
    reader = _Reader(term, archive, since, None if since else now() + SECONDS, now)
    if since or not _is_free(term.node):
        reader.read(_Reading(propose(_query(term, term.node), archive), lambda _hit: True))
        return ArchiveExpansion(tuple(reader.counts.words()), reader.number, reader.back_to)
    words = _exemplified(term, archive, _words(term, archive), limit)
    for reading in _readings(term, archive):
        reader.read(reading)
    found = by_frequency([*words, *reader.counts.words()])
    return ArchiveExpansion(tuple(found), reader.number, reader.back_to)


class _Reader:
    """Reads the newest articles until the time is over, and counts what the term finds there."""

    def __init__(
        self,
        term: Term,
        archive: Archive,
        since: datetime | None,
        deadline: float | None,
        now: Callable[[], float],
    ) -> None:
        self.counts = WordCounts()
        self.back_to: datetime | None = None
        self._term = term
        self._archive = archive
        self._since = since
        self._deadline = deadline
        self._now = now

    @property
    def number(self) -> int:
        """How many articles were read."""
        return len(self.counts.seen)

    def read(self, reading: _Reading) -> None:
        """Count what a reading finds."""
        for revision in self._revisions(ArchiveFilter(self._since, proposal=reading.proposal)):
            hits = self._term.words_in(revision.article, revision.language or None)
            self.counts.add(revision.article, filter(reading.counts, hits))

    def _revisions(self, selection: ArchiveFilter) -> Iterator[ArchivedRevision]:
        before = None
        while page := self._archive.page(selection, before=before, limit=PAGE):
            yield from page
            before = page[-1].number
            if self._deadline is not None and self._now() > self._deadline:
                oldest = page[-1].article.fetched_at
                self.back_to = max(self.back_to, oldest) if self.back_to else oldest
                return


def _is_free(node: Node) -> bool:
    """Return whether each leaf is a hit wherever it occurs."""
    if isinstance(node, Or):
        return all(map(_is_free, node.children))
    if isinstance(node, Except):
        return _is_free(node.left)
    return not node.children and getattr(node, "scope", None) is None


def _is_word(node: Node) -> bool:
    """Return whether single words decide about a part of a term."""
    leaves = (leaf for leaf in walk(node) if not leaf.children)
    return all(
        isinstance(leaf, Word) or (isinstance(leaf, Phrase) and len(leaf.words) == 1)
        for leaf in leaves
    )


def _readings(term: Term, archive: Archive) -> Iterator[_Reading]:
    """Yield what the vocabulary cannot answer: phrases, entities, verbs and particles apart."""
    for part, leaf in term.parts:
        name = part_text(leaf)
        if not _is_word(part):
            yield _Reading(propose(_query(term, part), archive), _counts_part(name))
        elif isinstance(leaf, Word) and (proposal := _separated(leaf, term.languages)):
            yield _Reading(proposal, _counts_separated(name))


def _counts_part(name: str) -> Callable[[Occurrence], bool]:
    return lambda hit: hit[2] == name


def _counts_separated(name: str) -> Callable[[Occurrence], bool]:
    return lambda hit: hit[1:] == (SEPARATED, name)


def _separated(word: Word, languages: tuple[str, ...]) -> Proposal:
    """Return what articles have in which a verb is apart from its particle; empty for no verb."""
    for code in (word.language,) if word.language else languages:
        forms = word_forms(word.word, code)
        if forms.particle:
            verb = tuple((IndexTerm.of(form),) for form in sorted(forms.finite))
            return verb, (tuple(map(IndexTerm.of, forms.particle.split("-"))),)
    return ()


def _query(term: Term, node: Node) -> SearchQuery:
    entities = {entity.id: entity for entity in term.catalog.entities}
    return SearchQuery("", node, term.languages, entities, term.processors)


def _words(term: Term, archive: Archive) -> list[FoundWord]:
    """Return the words of the vocabulary that are hits of a part, without examples."""
    parts = [part for part, _ in term.parts if _is_word(part)]
    literals = {
        one for part in parts for group in required_literals(_query(term, part)) for one in group
    }
    counts: dict[str, int] = {}
    for literal in sorted(literals):
        counts |= archive.words(_pattern(literal), limit=MOST_WORDS)
    names = {part_text(leaf) for part, leaf in term.parts if part in parts}
    chains = any("-" in name for name in names)
    words = [word for word in counts if chains or "-" not in word]
    best: dict[tuple[str, str], str] = {}
    for word, how, part in _decided(term, words):
        known = best.get((word, part))
        if part in names and (known is None or _RANK.index(how) < _RANK.index(known)):
            best[word, part] = how
    found = (FoundWord(w, counts[w], how, part, "") for (w, part), how in best.items())
    return by_frequency(found)


def _pattern(literal: str) -> str:
    """Return the pattern of the vocabulary's words that contain a literal."""
    first, last = "" if literal.startswith(" ") else "*", "" if literal.endswith(" ") else "*"
    return f"{first}{'-'.join(literal.split())}{last}"


def _decided(term: Term, words: list[str]) -> Iterator[Occurrence]:
    """Yield each folded word that is a hit in some language, however it is written."""
    spelled = {fold_word(exact): exact for exact in _exact_words(term)}
    for begin in range(0, len(words), WORDS_AT_ONCE):
        chunk = words[begin : begin + WORDS_AT_ONCE]
        # Paragraphs, so that no phrase and no verb reaches from one word to another.
        writings = (w for word in chunk for w in _writings(word, spelled.get(word)))
        article = article_from_fields({"text": "\n\n".join(writings)})
        known = frozenset(chunk)
        for language in term.languages:
            for surface, how, part in term.words_in(article, language):
                if how in _RANK and (word := fold_word(surface)) in known:
                    yield word, how, part


def _exact_words(term: Term) -> Iterator[str]:
    for leaf in walk(term.node):
        if isinstance(leaf, Word):
            yield leaf.word
        elif isinstance(leaf, Phrase) and leaf.exact and len(leaf.words) == 1:
            yield leaf.words[0]


def _writings(word: str, exact: str | None) -> tuple[str, ...]:
    """Return the ways to write a folded word that forms tell apart."""
    ways = (word, word[:1].upper() + word[1:], word.upper(), exact or word)
    return tuple(dict.fromkeys(ways))


def _exemplified(
    term: Term, archive: Archive, words: list[FoundWord], limit: int
) -> Iterator[FoundWord]:
    """Yield the first words as an article writes them, and the rest as they are.

    A word of which the newest articles have no hit is left out: there it is another word, written
    small or in another language.
    """
    for number, word in enumerate(words):
        found = _exemplify(term, archive, word) if number < limit else word
        if found is not None:
            yield found


def _exemplify(term: Term, archive: Archive, word: FoundWord) -> FoundWord | None:
    proposal: Proposal = (((IndexTerm.of(word.word),),),)
    for revision in archive.page(ArchiveFilter(proposal=proposal), limit=EXAMPLES):
        for surface, how, part in term.words_in(revision.article, revision.language or None):
            if part == word.part and how in _RANK and fold_word(surface) == word.word:
                return replace(word, word=surface, how=how, example=revision.article.title)
    return None
