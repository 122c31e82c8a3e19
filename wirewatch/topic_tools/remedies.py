"""What would catch each missed article, and its cost: a word, a concept, or one beside another.

::

    a missed article ──▶ its words, its concepts, each word beside each concept, and
                         words and concepts beside the terms of the topic that it has
                              │
    labelled articles ────────┼──▶ how many it puts right and wrong
    stored articles ──────────┘──▶ how many more would match

Words beside concepts are those of title and lead: a full text has thousands of such pairs.
A word counts as it is written, where a query finds its other forms too. A word beside a concept
counts where both are in the article, where a query wants them in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.messages import ArticleRevision
from core.text.tokens import tokenise
from wirewatch.topic_tools.article_words import first_words_of, order_of_words, words_of
from wirewatch.topic_tools.probe import ConceptProbe, Sentence
from wirewatch.topic_tools.trial import TrialResult

SHOWN = 3
"""Remedies of a missed article; the best ones."""
DEAR = 20
"""More matches that count as much as one labelled article that is matched by mistake."""

MAX_PAIRED = 40
"""Words of a missed article that are tried beside its concepts; no headline has as many."""
SHORTEST = 4
"""Letters of the shortest word of a remedy; shorter ones are in too many texts."""

HEAD = ("title", "lead")
"""The fields that NEAR/H joins."""
Key = tuple[str, str, str]
"""Word, concept and term of a remedy."""


@dataclass(slots=True)
class Remedy:
    """A part of a query that would catch missed articles.

    Attributes:
        word: A word that an article must have, folded; empty for none.
        concept: A concept that it must have; empty for none.
        term: A term of the topic that it must have; empty for none.
        joint: ``S`` or ``H``, for NEAR: whether the missed article has all in one sentence.
        right: Titles of the missed articles that it would catch.
        wrong: Titles of the labelled articles that it would match by mistake.
        stored: How many stored articles would match besides.
        examples: Titles of some of these.
    """

    word: str
    concept: str
    term: str = ""
    joint: str = "S"
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stored: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The remedy in the query language."""
        names = (f"${name}" for name in (self.concept, self.term) if name)
        return f" NEAR/{self.joint} ".join(filter(None, (self.word, *names)))

    @property
    def is_of_one_article(self) -> bool:
        """Whether it has a word and no other article is known that it finds."""
        return bool(self.word) and len(self.right) + len(self.wrong) + self.stored <= 1

    def as_json(self) -> dict[str, Any]:
        """Return the remedy as ``--json`` prints it."""
        return {
            "query": self.query,
            "right": self.right,
            "wrong": self.wrong,
            "stored": self.stored,
            "examples": self.examples,
        }


@dataclass(frozen=True, slots=True)
class _Traits:
    """What remedies look for in an article.

    Attributes:
        words: Its folded words.
        concepts: The concepts that it has.
        terms: The terms of the topic that it has.
        evidence: The folded words by which it has each concept and term.
        sentences: The fields and sentences in which it has each.
    """

    words: frozenset[str]
    concepts: frozenset[str]
    terms: frozenset[str]
    evidence: Mapping[str, frozenset[str]]
    sentences: Mapping[str, frozenset[Sentence]]

    def joint(self, key: Key) -> str:
        """Return ``H`` where title and lead have the parts of a remedy together, else ``S``."""
        word, *names = key
        found = [self.sentences.get(name, frozenset()) for name in names if name]
        shared = frozenset[Sentence]().union(*found).intersection(*found)
        if len(found) + bool(word) < 2 or any(_has(sentence, word) for _, sentence in shared):
            return "S"
        in_head = all(any(field in HEAD for field, _ in each) for each in found)
        return "H" if in_head else "S"


class Remedies:
    """The remedies of all missed articles, with what they do to the labelled ones.

    One that would match but for the negative points of a rule has none: no word would help it.

    Args:
        results: What the topic makes of labelled articles.
        probe: Looks for the concepts that may be suggested.
    """

    def __init__(self, results: Sequence[TrialResult], probe: ConceptProbe) -> None:
        self._probe = probe
        self._traits = [(result, self._look(result)) for result in results]
        self._missed = [(r, t) for r, t in self._traits if r.labelled.expected and not r.is_right]
        firsts = [first_words_of(r.labelled.article, MAX_PAIRED) for r, _ in self._missed]
        self._paired = frozenset[str]().union(*firsts)
        self._all = {
            key: Remedy(*key, joint=traits.joint(key))
            for (result, traits), first in zip(self._missed, firsts, strict=True)
            if not result.outweighed_by
            for key in _keys(traits, first)
        }
        self._count_labelled()

    def count_stored(self, article: ArticleRevision) -> None:
        """Count an article that does not match yet."""
        if not self._all:
            return
        for remedy in self._in(self._traits_of(article, None)):
            remedy.stored += 1
            if len(remedy.examples) < 2:
                remedy.examples.append(article.title)

    def of_each(self) -> list[tuple[TrialResult, list[Remedy]]]:
        """Return each missed article with its best remedies, the cheapest of those that do most."""
        return [
            (r, [] if r.outweighed_by else self._best(traits, r.labelled.article))
            for r, traits in self._missed
        ]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the missed articles as ``--json`` prints them."""
        return [
            {"title": result.labelled.article.title, "remedies": [one.as_json() for one in best]}
            for result, best in self.of_each()
        ]

    def _look(self, result: TrialResult) -> _Traits:
        return self._traits_of(result.labelled.article, result.labelled.language)

    def _traits_of(self, article: ArticleRevision, language: str | None) -> _Traits:
        looked = self._probe.look(article, language)
        words = frozenset(word for word in words_of(article) if len(word) >= SHORTEST)
        return _Traits(words, looked.concepts, looked.terms, looked.evidence, looked.sentences)

    def _count_labelled(self) -> None:
        for result, traits in self._traits:
            title = result.labelled.article.title
            for remedy in self._in(traits):
                if not result.labelled.expected:
                    remedy.wrong.append(title)
                elif not (result.is_right or result.outweighed_by):
                    remedy.right.append(title)

    def _best(self, traits: _Traits, article: ArticleRevision) -> list[Remedy]:
        """Return the best remedies; words of this article alone only where nothing else is."""
        best: list[Remedy] = []
        order = order_of_words(article)
        for remedy in sorted(self._in(traits), key=lambda remedy: _rank(remedy, order)):
            if len(best) == SHOWN or (remedy.is_of_one_article and _is_good(best)):
                break
            if not any(_says_no_more(remedy, other) for other in best):
                best.append(remedy)
        return best

    def _in(self, traits: _Traits) -> Iterable[Remedy]:
        """Yield the remedies that would catch an article."""
        for key in _keys(traits, traits.words & self._paired):
            if remedy := self._all.get(key):
                yield remedy


def _rank(remedy: Remedy, order: Mapping[str, tuple[bool, int]]) -> tuple[Any, ...]:
    """Return what sorts remedies: cheap, general, beside a term, those that do most.

    A word that only one article has comes last of those that cost as much: it says what that
    headline was, such as the name of a town, and not what the topic lacks.

    Args:
        remedy: The remedy.
        order: Of the words of the article: nouns and names first, then as it has them.
    """
    cost = len(remedy.wrong) * DEAR + remedy.stored
    is_pair = bool(remedy.word and remedy.concept)
    general = (remedy.is_of_one_article, not remedy.term, -len(remedy.right))
    usual = (cost // DEAR, *general, bool(remedy.word), cost + is_pair)
    return (*usual, order.get(remedy.word, (False, -1)), remedy.query)


def _has(sentence: str, word: str) -> bool:
    return not word or word in tokenise(sentence).words


def _is_good(best: Sequence[Remedy]) -> bool:
    """Return whether one of some remedies is general and matches no labelled article by mistake."""
    return any(not (remedy.wrong or remedy.is_of_one_article) for remedy in best)


def _says_no_more(remedy: Remedy, other: Remedy) -> bool:
    """Return whether a remedy is a narrower form of one that does not cost more."""
    is_narrower = all(
        general in ("", special)
        for general, special in (
            (other.word, remedy.word),
            (other.concept, remedy.concept),
            (other.term, remedy.term),
        )
    )
    return is_narrower and len(other.wrong) <= len(remedy.wrong) and other.stored <= remedy.stored


def _keys(traits: _Traits, paired: Iterable[str]) -> Iterable[Key]:
    """Yield what each possible remedy consists of; only some words are paired with others."""
    words = traits.words.intersection(paired)
    yield from ((word, "", "") for word in traits.words)
    yield from (("", concept, "") for concept in traits.concepts)
    yield from ((word, concept, "") for word in words for concept in traits.concepts)
    for term in traits.terms:  # beside it, not the word that it is found by
        hits = traits.evidence[term]
        yield from ((word, "", term) for word in words - hits)
        yield from (("", one, term) for one in traits.concepts if not traits.evidence[one] <= hits)
