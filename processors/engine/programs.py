"""Programs: nodes made executable against the index of an article.

``matches`` answers as cheaply as possible: often the presence of a literal is enough. ``spans``
computes the hits, once per article and program. ``evidence`` returns the hits that made a program
match. Equal nodes are one program, so that a term shared by a hundred rules is evaluated once.

``required`` holds groups of literals, by number: a program can only match an article in which at
least one literal of every group occurs. Where that is also sufficient the program is ``decided``
by its literals and need not be evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

from processors.engine.article_index import ArticleIndex, Span
from processors.engine.field_group import FieldGroup
from processors.engine.literals import OTHER
from processors.engine.patterns import Pattern, glob, has_wildcard, patterns_of
from processors.forms.compounds import Compounds
from processors.forms.model import WordForms
from processors.query.nodes import OTHER_FIELDS, EntityNode, LabelNode, Node, Phrase, Word

MAX_SPANS = 2_000
"""Most hits of a program in one article, the first of the text; a bound for hostile texts."""

Required = tuple[frozenset[int], ...]
LiteralSpans = tuple[tuple[int, int], ...]


class QueryProgram:
    """The interface of all programs.

    Args:
        required: The groups of literals it needs; empty where it needs none.
        decided: Whether it matches exactly where its literals occur.

    Attributes:
        number: Of the program in its rule set; assigned by the compiler.
        literal_spans: For words of title, lead and text that need no comparison: the number of
            each literal, and how many positions its hits extend beyond the first. Else empty.
    """

    __slots__ = ("decided", "literal_spans", "number", "required")

    def __init__(self, required: Required, *, decided: bool = False) -> None:
        self.number = -1
        self.required = required
        self.decided = decided
        self.literal_spans: LiteralSpans = ()

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether it is true of the article."""
        return bool(self.spans(index))

    def spans(self, index: ArticleIndex) -> list[Span]:
        """Return its hits in text order, each once; none for a program without positions."""
        spans = index.spans.get(self.number)
        if spans is None:
            spans = list(self.find_spans(index))
            if len(spans) > 1:
                spans = sorted(spans, key=_text_order)[:MAX_SPANS]
            index.spans[self.number] = spans
        return spans

    def extents(self, index: ArticleIndex) -> list[tuple[int, int]]:
        """Return first and last position of its hits, in any order, perhaps with repetitions."""
        if not self.literal_spans:
            return [(first, last) for first, last, _ in self.spans(index)]
        extents = []
        for number, more in self.literal_spans:
            if starts := index.starts_of(number):
                for start in starts:
                    first = index.main.position_at(start)
                    extents.append(index.main.origin(first, first + more))
        return extents

    def evidence(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the hits that make it match."""
        return self.spans(index)

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return its hits, each once, in any order."""
        del index
        return ()


class ProgramCompiler(Protocol):
    """What the functions that make programs need of the compiler."""

    def program(self, node: Node) -> QueryProgram:
        """Return the program of an operand."""

    def literal(self, text: str) -> int:
        """Return the number of a literal of the automaton."""

    def form(self, text: str) -> int:
        """Return the number of a literal that is a form or a stem of a word."""

    def entity(self, entity: str) -> int:
        """Return the number of an entity."""

    def forms(self, word: Word) -> dict[str, WordForms]:
        """Return the forms of a word by language."""

    def compounds(self, language: str) -> Compounds | None:
        """Return the compounds of a language; None where it has none."""

    def use_other_fields(self) -> None:
        """Note that a rule uses fields beside title, lead and text."""

    def rarest(self, required: Required) -> frozenset[int]:
        """Return the group of literals that is expected to occur in the fewest articles."""


Factory = Callable[[Any, ProgramCompiler], QueryProgram]
FactoryT = TypeVar("FactoryT", bound=Factory)

FACTORIES: dict[type[Node], Factory] = {}
"""The function that makes the program of a node, by the node's type."""


def compiles(kind: type[Node]) -> Callable[[FactoryT], FactoryT]:
    """Register the decorated function in ``FACTORIES`` for a type of node."""

    def register(factory: FactoryT) -> FactoryT:
        FACTORIES[kind] = factory
        return factory

    return register


class PhraseProgram(QueryProgram):
    """A phrase, in all its spellings.

    Args:
        patterns: The patterns and the numbers of their literals.
        node: Says whether exact words are compared, in which field and in which language.
    """

    __slots__ = ("_is_plain", "_is_plain_phrase", "exact", "language", "patterns", "scope")

    def __init__(self, patterns: Sequence[tuple[int, Pattern]], node: Phrase) -> None:
        shift = OTHER if node.scope in OTHER_FIELDS else 0
        self.patterns = tuple((number + shift, pattern) for number, pattern in patterns)
        self._is_plain = node.scope is None and all(
            p.plain and len(p.words) == 1 for _, p in patterns
        )
        decided = self._is_plain and node.language is None
        super().__init__((frozenset(number for number, _ in self.patterns),), decided=decided)
        self._is_plain_phrase = node.scope is None and all(p.plain for _, p in patterns)
        self.exact = node.exact
        self.scope = node.scope
        self.language = node.language
        if decided and not any(p.chains for _, p in patterns):
            self.literal_spans = tuple((n, len(p.words) - 1) for n, p in patterns)

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether it occurs in its field."""
        if self.language is not None and index.language != self.language:
            return False
        if self._is_plain:
            return index.has_any(self.required[0])
        if self._is_plain_phrase and self._is_first_joined(index):
            return True
        return bool(self.spans(index))

    def _is_first_joined(self, index: ArticleIndex) -> bool:
        """Return whether its first occurrence in one of its spellings is a hit."""
        for number, pattern in self.patterns:
            first = index.first_position_of(number)
            if first >= 0 and index.main.are_joined(first, first + len(pattern.words) - 1):
                return True
        return False

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return its occurrences in its field."""
        if self.language is not None and index.language != self.language:
            return ()
        group = index.group(self.scope)
        if group is None:
            return ()
        spans: list[Span] = []
        for number, pattern in self.patterns:
            if starts := index.starts_of(number):
                positions = [group.position_at(start) - pattern.word for start in starts]
                self._add(group, positions, pattern, spans)
        if self.scope is not None:
            spans = [span for span in spans if index.field_at(span[0]).field == self.scope]
        return set(spans) if len(spans) > 1 else spans

    def _add(
        self, group: FieldGroup, positions: list[int], pattern: Pattern, spans: list[Span]
    ) -> None:
        base, more = group.base, len(pattern.words) - 1
        for at in positions:
            if (pattern.plain or self._compares(group, pattern.words, at, at + more)) and (
                more == 0 or group.are_joined(at, at + more)
            ):
                first, last = group.origin(at, at + more)
                spans.append((first + base, last + base, None))
            chain = group.chains.get(at + pattern.word) if pattern.chains else None
            if chain and self._compares(group, pattern.words, *chain):
                first, last = group.origin(*chain)
                spans.append((first + base, last + base, None))

    def _compares(self, group: FieldGroup, words: Sequence[str], first: int, last: int) -> bool:
        form = group.exact if self.exact else group.word
        if first < 0 or last >= len(group.tokens):
            return False
        if len(words) == 1:
            return _fits(form(first, last), words[0])
        return all(_fits(form(first + i, first + i), word) for i, word in enumerate(words))


class EntityProgram(QueryProgram):
    """The mentions of an entity.

    Args:
        number: Of the entity.
        node: Says which entity it is, in which field and in which language.
    """

    __slots__ = ("entity", "language", "scope")

    def __init__(self, number: int, node: EntityNode) -> None:
        decided = node.scope is None and node.language is None
        super().__init__((frozenset((number,)),), decided=decided)
        self.entity = node.id
        self.scope = node.scope
        self.language = node.language

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the mentions in its field."""
        if self.language is not None and index.language != self.language:
            return ()
        spans = index.entities.get(self.entity, ())
        return (s for s in spans if self.scope in (None, index.field_at(s[0]).field))


class LabelProgram(QueryProgram):
    """A field with one value.

    Args:
        field: Name of the field.
        pattern: Folded.
    """

    __slots__ = ("field", "pattern")

    def __init__(self, field: str, pattern: str) -> None:
        super().__init__(())
        self.field = field
        self.pattern = pattern

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the whole field, where its value matches."""
        for field in index.fields:
            is_filled = field.field == self.field and field.after > field.first
            if is_filled and glob(field.text.casefold(), self.pattern):
                yield field.first, field.after - 1, None


@compiles(Phrase)
def _phrase(node: Phrase, compiler: ProgramCompiler) -> QueryProgram:
    if node.scope in OTHER_FIELDS:
        compiler.use_other_fields()
    numbered = [
        (compiler.literal(one.literal), one) for one in patterns_of(node.words, exact=node.exact)
    ]
    return PhraseProgram(numbered, node)


@compiles(EntityNode)
def _entity(node: EntityNode, compiler: ProgramCompiler) -> QueryProgram:
    return EntityProgram(compiler.entity(node.id), node)


@compiles(LabelNode)
def _label(node: LabelNode, compiler: ProgramCompiler) -> QueryProgram:
    compiler.use_other_fields()
    return LabelProgram(node.field, node.pattern)


def _fits(word: str, pattern: str) -> bool:
    return glob(word, pattern) if has_wildcard(pattern) else word == pattern


def _text_order(span: Span) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    return span[0], span[1], span[2] or ()
