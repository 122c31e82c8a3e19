"""Entity mentions: the aliases of entities, searched with the automaton that the rules use.

An alias is a sequence of words, each with the forms that it takes in some language
(:attr:`core.text.languages.Language.name_forms`). All forms of its longest word go into the
automaton; the other words are compared where that one is found. A name is found inside words too
(:mod:`processors.engine.names_in_words`), unless the whole word is an alias: *Weißrussland* is no
mention of Russia.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from config.catalog.models import EntityDefinition
from processors.engine.aliases import Alias, aliases_of
from processors.engine.article_index import ArticleIndex, FieldGroup
from processors.engine.names_in_words import NameInWords, names_in_words
from processors.forms.compounds import Compounds

MAX_MEMO = 50_000
"""Words of texts that are remembered; then the memory begins anew."""


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
        self._memo: dict[tuple[int, bool, str], tuple[str, ...]] = {}

    def find(self, index: ArticleIndex) -> list[Mention]:
        """Return the mentions in title, lead and text, in text order.

        Of two mentions that overlap, the longer is kept; of two of the same length, the first. Two
        entities at the same position are both kept.

        Args:
            index: A searched article.
        """
        if not self._end:
            return []
        mentions, denied, near = self._search(index)
        for number, position in near:
            mentions.update(self._at(index, number, position))
        if denied:
            mentions = {m for m in mentions if not any(_denies(other, m) for other in denied)}
        return _without_overlaps(mentions)

    def _search(
        self, index: ArticleIndex
    ) -> tuple[set[Mention], set[Mention], set[tuple[int, int]]]:
        """Return mentions of aliases, what is denied, and where a name may be inside a word.

        The last are pairs of the number of a literal and a position, without words of an alias.
        """
        group, aliases, inside = index.main, self._aliases, self._inside
        mentions: set[Mention] = set()
        denied: set[Mention] = set()
        near: list[tuple[int, int]] = []
        whole: set[int] = set()
        end = self._end
        for literal, start, _ in group.occurrences:  # a plain loop: it sees every literal found
            if literal >= end:
                continue
            if literal in aliases:
                position = group.position_at(start)
                for alias in aliases[literal]:
                    first = position - alias.anchor
                    last = first + len(alias.words) - 1
                    if alias.language and alias.language != index.language:
                        continue
                    if _matches(group, alias, first, last):
                        mention = Mention(*group.origin(first, last), alias.entity)
                        (denied if alias.denies else mentions).add(mention)
                        if not alias.denies:
                            whole.update(range(first, last + 1))
            elif literal in inside:
                # The literal may begin with the space before its word, or inside of it.
                near.append((literal, group.position_at(start)))
        return mentions, denied, {(number, at) for number, at in near if at not in whole}

    def _at(self, index: ArticleIndex, literal: int, position: int) -> list[Mention]:
        """Return the mentions of names with a literal inside the word at a position."""
        tokens = index.main.tokens
        compounds = self._compounds.get(index.language)
        start, end = tokens.span(position, position)
        key = literal, compounds is not None, tokens.text[start:end]
        entities = self._memo.get(key)
        if entities is None:
            if len(self._memo) >= MAX_MEMO:
                self._memo.clear()
            exact, folded = tokens.exact(position, position), tokens.words[position]
            names = (n for n in self._inside[literal] if n.is_in(exact, folded, compounds))
            entities = self._memo[key] = tuple(dict.fromkeys(name.entity for name in names))
        origin = index.main.origin(position, position)
        return [Mention(*origin, entity) for entity in entities]


def _matches(group: FieldGroup, alias: Alias, first: int, last: int) -> bool:
    """Return whether an alias is at these positions, one of which has its literal."""
    tokens = group.tokens
    if first == last:
        return alias.words[0].accepts(tokens, first)
    words = tokens.words
    if first < 0 or last >= len(words):
        return False
    for at, word in enumerate(alias.words, first):  # a plain loop: most candidates fail here
        if words[at] not in word.forms:
            return False
    if not group.are_joined(first, last):
        return False
    return all(word.accepts(tokens, at) for at, word in enumerate(alias.words, first))


def _denies(denied: Mention, mention: Mention) -> bool:
    overlaps = denied.first <= mention.last and mention.first <= denied.last
    return overlaps and denied.entity == mention.entity


def _without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    taken: dict[int, tuple[int, int]] = {}
    chosen: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, m.first, m.entity)):
        span = mention.first, mention.last
        positions = range(mention.first, mention.last + 1)
        if all(taken.get(at, span) == span for at in positions):
            taken.update(dict.fromkeys(positions, span))
            chosen.append(mention)
    return sorted(chosen, key=lambda m: (m.first, m.last, m.entity))
