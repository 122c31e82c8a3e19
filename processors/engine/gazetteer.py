"""Entity mentions: the aliases of entities, searched with the automaton that the rules use.

An alias is a sequence of words, each with the forms that it takes in some language
(:attr:`core.text.languages.Language.name_forms`). The automaton searches the forms of an alias of
one word, and two words in a row of a longer one; the rest is compared where those are found. A name
is found inside words too (:mod:`processors.engine.names_in_words`), unless the whole word is an
alias: *Weißrussland* is no mention of Russia.

An article has dozens of hits, so that the functions that see each of them are plain loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from config.catalog.models import EntityDefinition
from core.text.tokens import exact_form
from processors.engine.aliases import Alias, aliases_of
from processors.engine.article_index import ArticleIndex
from processors.engine.field_group import FieldGroup
from processors.engine.names_in_words import NameInWords, names_in_words
from processors.forms.compounds import Compounds

MAX_MEMO = 50_000
"""Words of texts that are remembered; then the memory begins anew."""

Span = tuple[int, int, str]
"""First and last position, and an entity."""


class Mention(NamedTuple):
    """A mention of an entity at positions ``first`` to ``last`` of title, lead and text."""

    first: int
    last: int
    entity: str


class Gazetteer:
    """The names of all entities, searched in articles.

    Args:
        entities: The catalog's entities.
        compounds: Of the languages in whose articles names are found in them.
        literal: Returns the number of a literal of the automaton.
    """

    def __init__(
        self,
        entities: Sequence[EntityDefinition],
        compounds: Mapping[str, Compounds],
        literal: Callable[[str], int],
    ) -> None:
        self._compounds = compounds
        self._aliases: dict[int, list[Alias]] = {}
        self._inside: dict[int, list[NameInWords]] = {}
        for entity in entities:
            for alias in aliases_of(entity):
                for text in alias.literals:
                    self._aliases.setdefault(literal(text), []).append(alias)
            for name in names_in_words(entity):
                for text in name.literals:
                    self._inside.setdefault(literal(text), []).append(name)
        self._end = max((*self._aliases, *self._inside), default=-1) + 1
        self._plain = _plain(self._aliases)
        self._capitalised = frozenset(
            number
            for number, names in self._inside.items()
            if all(name.needs_capital for name in names)
        )
        self._memo: dict[tuple[int, bool, str], tuple[str, ...]] = {}

    def find(self, index: ArticleIndex) -> list[Mention]:
        """Return the mentions in title, lead and text, in text order.

        Of two mentions that overlap, the longer is kept; of two of the same length, the first. Two
        entities at the same position are both kept.

        Args:
            index: A searched article.
        """
        group, end = index.main, self._end
        found = [(number, start) for number, start, _ in group.occurrences if number < end]
        if not found:
            return []
        # A literal may begin with the space before its word, or inside of it.
        positions = group.positions_at([start for _, start in found])
        spans, denied, near = self._aliases_in(index, found, positions)
        if near:
            spans += self._names_inside(index, near, spans)
        if max(positions) >= group.size:
            spans, denied = _in_texts(group, spans), _in_texts(group, denied)
        mentions = set(spans)
        if denied and mentions:
            mentions -= _denied(mentions, denied)
        return _without_overlaps(mentions)

    def _aliases_in(
        self, index: ArticleIndex, found: Sequence[tuple[int, int]], positions: Sequence[int]
    ) -> tuple[list[Span], list[Span], list[tuple[int, int]]]:
        """Return the spans of aliases, those of what is no mention, and where names may be inside.

        The last are pairs of the number of a literal and a position.

        Args:
            index: A searched article.
            found: Numbers of literals, and where they begin in the buffer.
            positions: The positions of the same.
        """
        group, aliases, plain = index.main, self._aliases, self._plain
        capitalised = self._capitalised
        text, start_of = group.tokens.text, group.tokens.starts.item
        spans: list[Span] = []
        denied: list[Span] = []
        near: list[tuple[int, int]] = []
        for (number, _), position in zip(found, positions, strict=True):
            if number in plain:
                entity, needs_capital = plain[number]
                if not needs_capital or text[start_of(position)].isupper():
                    spans.append((position, position, entity))
            elif number in aliases:
                for alias in aliases[number]:
                    if alias.language and alias.language != index.language:
                        continue
                    first = position - alias.anchor
                    last = first + len(alias.words) - 1
                    if _is_at(group, alias, first, last):
                        (denied if alias.denies else spans).append((first, last, alias.entity))
            elif number not in capitalised or text[start_of(position)].isupper():
                near.append((number, position))
        return spans, denied, near

    def _names_inside(
        self, index: ArticleIndex, near: Iterable[tuple[int, int]], aliases: Iterable[Span]
    ) -> list[Span]:
        """Return the names inside words that are no word of an alias."""
        whole = {at for first, last, _ in aliases for at in range(first, last + 1)}
        tokens, compounds = index.main.tokens, self._compounds.get(index.language)
        has_compounds, memo = compounds is not None, self._memo
        text, start_of, end_of = tokens.text, tokens.starts.item, tokens.ends.item
        spans: list[Span] = []
        for number, position in near:
            if position in whole:
                continue
            key = number, has_compounds, text[start_of(position) : end_of(position)]
            entities = memo.get(key)
            if entities is None:
                entities = self._remember(key, index.main.word_at(position), compounds)
            spans += [(position, position, entity) for entity in entities]
        return spans

    def _remember(
        self, key: tuple[int, bool, str], folded: str, compounds: Compounds | None
    ) -> tuple[str, ...]:
        """Return the entities whose names, with a literal, are inside a word."""
        number, _, surface = key
        exact = exact_form(surface)
        names = (n for n in self._inside[number] if n.is_in(exact, folded, compounds))
        entities = tuple(dict.fromkeys(name.entity for name in names))
        if len(self._memo) >= MAX_MEMO:
            self._memo.clear()
        self._memo[key] = entities
        return entities


def _plain(aliases: Mapping[int, Sequence[Alias]]) -> dict[int, tuple[str, bool]]:
    """Return the literals of one plain alias: its entity, and whether it needs a capital."""
    return {
        number: (one[0].entity, one[0].words[0].is_capitalised)
        for number, one in aliases.items()
        if len(one) == 1 and one[0].is_plain
    }


def _is_at(group: FieldGroup, alias: Alias, first: int, last: int) -> bool:
    """Return whether an alias, of which the automaton found a part, is at these positions."""
    tokens = group.tokens
    if first == last:
        return alias.words[0].accepts(tokens, first)
    if first < 0 or last >= len(tokens):
        return False
    for at, word in enumerate(alias.words, first):
        if group.word_at(at) not in word.forms or not word.accepts(tokens, at):
            return False
    return group.are_joined(first, last)


def _in_texts(group: FieldGroup, spans: Iterable[Span]) -> list[Span]:
    """Return the spans of the texts that spans, perhaps of readings, are read from."""
    size, origin = group.size, group.origin
    return [span if span[0] < size else (*origin(span[0], span[1]), span[2]) for span in spans]


def _denied(mentions: Iterable[Span], denied: Iterable[Span]) -> set[Span]:
    """Return the mentions of which a word is denied to be one of the same entity.

    A mention that is longer than what is denied inside of it is none of them.
    """
    return {
        (first, last, entity)
        for first, last, entity in mentions
        for begin, end, other in denied
        if other == entity
        and begin <= last
        and first <= end
        and not (first <= begin and end <= last and end - begin < last - first)
    }


def _without_overlaps(spans: Iterable[Span]) -> list[Mention]:
    """Return the mentions at the spans, in text order, of those that overlap the longest."""
    ordered = sorted(spans)
    before, end = 0, -1
    for first, last, _ in ordered:
        if first <= end and (first, last) != (before, end):
            ordered = _longest(ordered)
            break
        before, end = first, last
    return list(map(Mention._make, ordered))


def _longest(spans: Iterable[Span]) -> list[Span]:
    """Return the longest of spans that overlap, and those beside it, in text order."""
    taken: dict[int, tuple[int, int]] = {}
    chosen = []
    for span in sorted(spans, key=lambda m: (m[0] - m[1], m)):
        first, last, _ = span
        positions = range(first, last + 1)
        if all(taken.get(at, (first, last)) == (first, last) for at in positions):
            taken.update(dict.fromkeys(positions, (first, last)))
            chosen.append(span)
    return sorted(chosen)
