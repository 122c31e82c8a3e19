"""Entity mentions: the aliases of entities, searched with the automaton that the rules use.

An alias is a sequence of words, each with the forms that it takes in some language
(:attr:`core.text.languages.Language.name_forms`). The automaton searches the forms of an alias of
one word, and two words in a row of a longer one; the rest is compared where those are found. A name
is found inside words too (:mod:`processors.engine.names_in_words`), unless the whole word is an
alias: *Weißrussland* is no mention of Russia.

An article has dozens of hits, so that the functions that see each of them are plain loops.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, chain

from config.catalog.models import EntityDefinition
from core.text.tokens import exact_form
from processors.engine.aliases import Alias, aliases_of
from processors.engine.article_index import ArticleIndex
from processors.engine.field_group import FieldGroup
from processors.engine.names_in_words import NameInWords, names_in_words
from processors.forms.compounds import Compounds

MAX_MEMO = 50_000
"""Words of texts that are remembered; then the memory begins anew."""

Mention = tuple[int, int, str]
"""First and last position in title, lead and text, and the entity that is mentioned there."""

Hit = tuple[int, int, int]
"""A literal where a name may be inside a word: its number, the position of the word, and the code
point at which the word begins."""


class Gazetteer:
    """The names of all entities, searched in articles.

    Literals are numbered by what a hit means, so that comparing its number tells::

        0 ── a mention ── if capitalised ── aliases to compare ── inside, if capitalised ── inside

    Args:
        entities: The catalog's entities.
        compounds: Of the languages in whose articles names are found in them.
        literal: Gives a literal of the automaton the next number, from 0 on.
    """

    def __init__(
        self,
        entities: Sequence[EntityDefinition],
        compounds: Mapping[str, Compounds],
        literal: Callable[[str], int],
    ) -> None:
        self._compounds = compounds
        aliases: dict[str, list[Alias]] = {}
        inside: dict[str, list[NameInWords]] = {}
        for entity in entities:
            for alias in aliases_of(entity):
                for text in alias.literals:
                    aliases.setdefault(text, []).append(alias)
            for name in names_in_words(entity):
                for text in name.literals:
                    inside.setdefault(text, []).append(name)
        kinds = _by_kind(aliases, inside)
        texts = [*chain.from_iterable(kinds)]
        deque(map(literal, texts), maxlen=0)
        ends = [*accumulate(map(len, kinds))]
        self._any_case, self._plain, self._compared, self._capitalised, self._end = ends
        self._entities = [aliases[text][0].entity for text in texts[: self._plain]]
        self._aliases = [aliases[text] for text in kinds[2]]
        self._inside = [inside[text] for text in texts[self._compared :]]
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
        spans, denied, near = self._aliases_in(index, [number for number, _ in found], positions)
        if near:
            spans += self._names_inside(index, near, spans)
        if max(positions) >= group.size:
            spans, denied = _in_texts(group, spans), _in_texts(group, denied)
        mentions = set(spans)
        if denied and mentions:
            mentions -= _denied(mentions, denied)
        return _without_overlaps(mentions)

    def _aliases_in(
        self, index: ArticleIndex, numbers: Sequence[int], positions: Sequence[int]
    ) -> tuple[list[Mention], list[Mention], list[Hit]]:
        """Return the spans of aliases, those of what is no mention, and where names may be inside.

        Args:
            index: A searched article.
            numbers: Of the literals that were found.
            positions: The positions of the same.
        """
        tokens, entities = index.main.tokens, self._entities
        any_case, plain, compared = self._any_case, self._plain, self._compared
        capitalised, text = self._capitalised, tokens.text
        spans: list[Mention] = []
        denied: list[Mention] = []
        near: list[Hit] = []
        starts = tokens.starts.take(positions).tolist()
        for number, position, start in zip(numbers, positions, starts, strict=True):
            if number >= compared:
                if number >= capitalised or text[start].isupper():
                    near.append((number, position, start))
            elif number >= plain:
                for alias in self._aliases[number - plain]:
                    if span := _span_of(index, alias, position):
                        (denied if alias.denies else spans).append(span)
            elif number < any_case or text[start].isupper():
                spans.append((position, position, entities[number]))
        return spans, denied, near

    def _names_inside(
        self, index: ArticleIndex, near: Iterable[Hit], aliases: Iterable[Mention]
    ) -> list[Mention]:
        """Return the names inside words that are no word of an alias."""
        whole = {at for first, last, _ in aliases for at in range(first, last + 1)}
        tokens, compounds = index.main.tokens, self._compounds.get(index.language)
        has_compounds, memo = compounds is not None, self._memo
        text, end_of = tokens.text, tokens.ends.item
        spans: list[Mention] = []
        for number, position, start in near:
            if position in whole:
                continue
            key = number, has_compounds, text[start : end_of(position)]
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
        inside = self._inside[number - self._compared]
        names = (n for n in inside if n.is_in(exact, folded, compounds))
        entities = tuple(dict.fromkeys(name.entity for name in names))
        if len(self._memo) >= MAX_MEMO:
            self._memo.clear()
        self._memo[key] = entities
        return entities


def _by_kind(
    aliases: Mapping[str, Sequence[Alias]], inside: Mapping[str, Sequence[NameInWords]]
) -> tuple[list[str], ...]:
    """Return the literals of each kind, in the order of the kinds (see :class:`Gazetteer`)."""
    any_case: list[str] = []
    capitalised: list[str] = []
    compared: list[str] = []
    for text, (alias, *others) in aliases.items():
        if others or not alias.is_plain:
            compared.append(text)
        else:
            (capitalised if alias.words[0].is_capitalised else any_case).append(text)
    inside_capitalised: list[str] = []
    inside_any: list[str] = []
    for text, names in inside.items():
        if text not in aliases:
            is_capitalised = all(name.needs_capital for name in names)
            (inside_capitalised if is_capitalised else inside_any).append(text)
    return any_case, capitalised, compared, inside_capitalised, inside_any


def _span_of(index: ArticleIndex, alias: Alias, position: int) -> Mention | None:
    """Return the span of an alias of which a part was found at a position; None where it is not."""
    if alias.language and alias.language != index.language:
        return None
    group, first = index.main, position - alias.anchor
    last = first + len(alias.words) - 1
    return (first, last, alias.entity) if _is_at(group, alias, first, last) else None


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


def _in_texts(group: FieldGroup, spans: Iterable[Mention]) -> list[Mention]:
    """Return the spans of the texts that spans, perhaps of readings, are read from."""
    size, origin = group.size, group.origin
    return [span if span[0] < size else (*origin(span[0], span[1]), span[2]) for span in spans]


def _denied(mentions: Iterable[Mention], denied: Iterable[Mention]) -> set[Mention]:
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


def _without_overlaps(spans: Iterable[Mention]) -> list[Mention]:
    """Return the mentions at the spans, in text order, of those that overlap the longest."""
    ordered = sorted(spans)
    before, end = 0, -1
    for first, last, _ in ordered:
        if first <= end and (first, last) != (before, end):
            ordered = _longest(ordered)
            break
        before, end = first, last
    return ordered


def _longest(spans: Iterable[Mention]) -> list[Mention]:
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
