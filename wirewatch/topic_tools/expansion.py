"""What a term finds: the words of articles that it matches, by frequency and how."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from config import i18n
from config.catalog.models import (
    AlertPolicy,
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.catalog.rules import SOLE_RULE
from config.errors import UsageError
from core.messages import ArticleRevision
from processors import Processors
from processors.engine.article_index import ArticleIndex, Span
from processors.engine.patterns import spellings_of
from processors.engine.rules import ResolvedRule
from processors.forms.inflection import word_forms
from processors.query.nodes import MANY, ONE, EntityNode, Except, Node, Not, Phrase, Word
from processors.topics import compile_topic
from processors.vocabulary import Vocabulary
from wirewatch.topic_tools.corpus import Corpus

AS_WRITTEN, FORM, COMPOUND = "as written", "form", "compound"
SEPARATED, WILDCARD, ENTITY = "separated", "wildcard", "entity"
DENIABLE = frozenset({COMPOUND, WILDCARD})
"""How the words are found that a person may want to deny: those that the query does not name."""
_POSITION = FilePosition("the term", 1, 1)
MAX_DENIED = 20
"""Words in the line to copy; a longer one says that the term is too wide."""

Occurrence = tuple[str, str, str]
"""A word of an article, how it is found, and by which part of the term."""

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A word of articles that a term finds.

    Attributes:
        word: As most articles write it.
        articles: How many articles have it.
        how: ``as written``, ``form``, ``compound``, ``separated`` (a verb and its particle apart),
            ``wildcard`` or ``entity``.
        part: The part of the term that finds it, as it is written there.
        example: The title of an article that has it.
    """

    word: str
    articles: int
    how: str
    part: str
    example: str

    def as_json(self) -> dict[str, Any]:
        """Return the word as ``--json`` prints it."""
        return {
            "word": self.word,
            "articles": self.articles,
            "how": self.how,
            "part": self.part,
            "example": self.example,
        }


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a term finds.

    Attributes:
        articles: How many articles were looked through.
        words: Most frequent first.
    """

    articles: int
    words: tuple[FoundWord, ...]


class WordCounts:
    """Collects the words that a term finds in articles."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._written: defaultdict[_Key, Counter[str]] = defaultdict(Counter)
        self._found_in: defaultdict[_Key, set[str]] = defaultdict(set)
        self._examples: dict[_Key, str] = {}

    def add(self, article: ArticleRevision, words: Iterable[Occurrence]) -> None:
        """Count the words of an article."""
        self.seen.add(article.article_id)
        for word, how, part in words:
            key = (word.casefold(), how, part)
            self._written[key][word] += 1
            self._found_in[key].add(article.article_id)
            self._examples.setdefault(key, article.title)

    def words(self) -> list[FoundWord]:
        """Return the words, most frequent first."""
        found = [
            FoundWord(
                self._written[key].most_common(1)[0][0], len(ids), *key[1:], self._examples[key]
            )
            for key, ids in self._found_in.items()
        ]
        return by_frequency(found)


class Term:
    """A term, compiled into its parts, each of which is a word, a phrase or an entity.

    Args:
        text: A query, or the name of one of the topic's terms.
        catalog: Has the entities, and the topic if there is one.
        languages: Languages an article may be detected to be in.

    Attributes:
        name: The name of the topic's term, where the text is one; else empty.
        node: The resolved query.
        parts: Each leaf that makes it match: the node to compile, and the leaf itself.
        processors: Evaluate the whole as the first rule, and each part as one of the others.

    Raises:
        UsageError: The text is not a valid query.
    """

    def __init__(self, text: str, catalog: Catalog, languages: tuple[str, ...]) -> None:
        topic = next(iter(catalog.topics), None) or _blank_topic()
        bare = text.removeprefix("$")
        self.name = bare if bare in topic.terms else ""
        self.node = _resolve(f"${bare}" if self.name else text, topic, catalog)
        self.parts = tuple(dict.fromkeys(_parts(self.node)))
        self.catalog = catalog
        self.languages = languages
        rules = (ResolvedRule(f"part-{n}", 1, part) for n, (part, _) in enumerate(self.parts))
        self.processors = self._compile((ResolvedRule("whole", 1, self.node), *rules))

    def _compile(self, rules: tuple[ResolvedRule, ...]) -> Processors:
        compiled = compile_topic(_blank_topic(), ())
        only = replace(compiled, rules=replace(compiled.rules, rules=rules))
        return Processors.of(self.catalog, [only], self.languages)

    def expand(self, corpus: Corpus) -> Expansion:
        """Return the words of articles that the term finds."""
        counts = WordCounts()
        for article in corpus:
            counts.add(article, self.words_in(article))
        return Expansion(len(counts.seen), tuple(counts.words()))

    def words_in(
        self, article: ArticleRevision, language: str | None = None
    ) -> Iterator[Occurrence]:
        """Yield each word of an article that the term finds.

        Args:
            article: The article.
            language: Its language; None to detect it.
        """
        index = self.processors.index(article, language).searched
        assert index is not None  # noqa: S101  # the steps have run
        return self._words(index)

    def deny_line(self, words: Sequence[FoundWord]) -> str:
        """Return what excludes the words that the term does not name; empty where there are none.

        For a term of the topic this is a line of its file, else an operator of the query.
        """
        deniable = dict.fromkeys(w.word for w in words if w.how in DENIABLE)  # by several words
        unwanted = list(deniable)[:MAX_DENIED]
        if not unwanted:
            return ""
        quoted = [json.dumps(word, ensure_ascii=False) for word in unwanted]
        if self.name:
            return f"deny: {{{self.name}: [{', '.join(quoted)}]}}"
        return f"EXCEPT ({' OR '.join(quoted)})"

    def _words(self, index: ArticleIndex) -> Iterator[Occurrence]:
        """Yield each word of a hit of the term, how a part of the term finds it, and that part."""
        whole, *rules = self.processors.compiled.rules.rules
        if not whole.program.matches(index):
            return
        hits = [hit for span in whole.program.evidence(index) for hit in _extents(span)]
        for rule, (_, leaf) in zip(rules, self.parts, strict=True):
            for span in rule.program.spans(index):
                if all(_is_in(extent, hits) for extent in _extents(span)):
                    yield _surface(index, span), how_found(leaf, index, span), part_text(leaf)


def by_frequency(words: Iterable[FoundWord]) -> list[FoundWord]:
    """Return words in the order in which they are listed."""
    return sorted(words, key=lambda w: (-w.articles, w.word.casefold(), w.part))


def _extents(span: Span) -> tuple[tuple[int, int], ...]:
    """Return the words of a hit: of a NEAR and of a separated verb, each by itself."""
    return span[2] or ((span[0], span[1]),)


def _is_in(extent: tuple[int, int], hits: Sequence[tuple[int, int]]) -> bool:
    return any(first <= extent[0] and extent[1] <= last for first, last in hits)


def part_text(leaf: Node) -> str:
    """Return a word, a phrase or an entity as a query writes it."""
    if isinstance(leaf, Word):
        return leaf.word
    if isinstance(leaf, Phrase):
        plain = " ".join(leaf.words).replace(MANY, "*").replace(ONE, "?")
        quoted = f'"{plain}"' if " " in plain else plain
        return f"={quoted}" if leaf.exact else quoted
    return f"entity:{leaf.id}" if isinstance(leaf, EntityNode) else type(leaf).__name__


def _blank_topic() -> TopicDefinition:
    """Return a topic without terms, for a term that belongs to none."""
    return TopicDefinition(
        id="none",
        title="",
        revision="",
        languages=(),
        threshold=1,
        state=TopicState.LIVE,
        terms={},
        rules=(),
        entities=(),
        alert=AlertPolicy(),
        publish=False,
        tests=(),
        position=_POSITION,
    )


def _resolve(text: str, topic: TopicDefinition, catalog: Catalog) -> Node:
    query = SourceText(text, _POSITION)
    alone = replace(topic, rules=(RuleDefinition(SOLE_RULE, 1, query),))
    ids = {entity.id for entity in catalog.entities}
    compiled = compile_topic(alone, ids, Vocabulary(catalog.vocabulary, ids))
    if errors := [f for f in compiled.faults if f.is_error and f.file == _POSITION.file]:
        raise UsageError(i18n.Phrase("edit.term", term=text, fault=errors[0].phrase))
    if not compiled.rules.rules:
        raise UsageError(i18n.Phrase("edit.term_uses", term=text))
    return compiled.rules.rules[0][2]


def _parts(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the leaves that make a node match, each as the node to compile and the leaf itself.

    A leaf under EXCEPT is compiled with it, so that what is denied is not found.
    """
    if isinstance(node, Except):
        for part, leaf in _parts(node.left):
            yield replace(node, left=part), leaf
    elif not node.children:
        yield node, node
    elif not isinstance(node, Not):
        for child in node.children:
            yield from _parts(child)


def _surface(index: ArticleIndex, span: Span) -> str:
    first, last, operands = span
    if operands:
        return " … ".join(_text(index, begin, end) for begin, end in operands)
    return _text(index, first, last)


def _text(index: ArticleIndex, first: int, last: int) -> str:
    field = index.field_at(first)
    start, end = field.code_points(first, last)
    return field.text[start:end]


def how_found(leaf: Node, index: ArticleIndex, span: Span) -> str:
    """Return how a part of a term finds a span: one of the words of :class:`FoundWord`."""
    if isinstance(leaf, EntityNode):
        return ENTITY
    if isinstance(leaf, Phrase):
        without = " ".join(leaf.words).replace(MANY, "")
        is_plain = _text(index, *span[:2]).casefold() == without.casefold()
        has_wildcard = any(MANY in w or ONE in w for w in leaf.words)
        return WILDCARD if has_wildcard and not is_plain else AS_WRITTEN
    if not isinstance(leaf, Word) or span[2]:
        return SEPARATED
    folded = index.main.word(span[0], span[0])
    if folded in spellings_of(leaf.folded):
        return AS_WRITTEN
    forms = word_forms(leaf.word, index.language)
    known = forms.in_any_case | forms.capitalised | set(map(str.casefold, forms.exact))
    return FORM if folded in known else COMPOUND
