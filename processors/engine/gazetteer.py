"""Entity mentions: the aliases of entities, searched with the automaton that the rules use.

An alias is a sequence of words, each with the forms that it takes in some language
(:attr:`core.text.languages.Language.name_forms`). All forms of its longest word go into the
automaton; the other words are compared where that one is found.

A word that an alias writes with a capital must have a capital in the text: ``Merz`` matches MERZ
but not *merz*. A word in capitals matches only as it is written: ``WHO`` does not match *Who*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.catalog.models import EntityDefinition
from core.text.languages import NameWord, languages
from core.text.tokens import tokenise
from processors.engine.article_index import ArticleIndex, FieldGroup
from processors.engine.patterns import spellings


@dataclass(frozen=True, slots=True)
class AliasWord:
    """A word of an alias.

    Attributes:
        forms: The folded forms it takes.
        exact: The exact forms, one of which the text must have; empty where any is accepted.
        is_capitalised: Whether it begins with a capital.
    """

    forms: frozenset[str]
    exact: frozenset[str]
    is_capitalised: bool

    def accepts(self, exact: str) -> bool:
        """Return whether a word with one of the forms may be written this way in the text."""
        if self.exact:
            return exact in self.exact
        return not self.is_capitalised or exact[0].isupper()


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write an entity.

    Attributes:
        anchor: Index of the word that the automaton searches for.
    """

    entity: str
    words: tuple[AliasWord, ...]
    anchor: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of an entity at positions ``first`` to ``last`` of title, lead and text."""

    first: int
    last: int
    entity: str


def aliases_of(entity: EntityDefinition) -> Iterable[Alias]:
    """Yield an entity's name and its aliases, each once, except those that contain no word."""
    for text in dict.fromkeys((entity.name, *entity.aliases)):
        tokens = tokenise(text)
        last = len(tokens) - 1
        words = tuple(
            _alias_word(
                NameWord(
                    folded=tokens.words[i],
                    exact=tokens.exact(i, i),
                    is_last=i == last,
                    is_person=entity.type == "person",
                )
            )
            for i in range(len(tokens))
        )
        if words:
            longest = max(range(len(words)), key=lambda i: min(map(len, words[i].forms)))
            yield Alias(entity.id, words, longest)


def literals_of(alias: Alias) -> list[str]:
    """Return the literals that the automaton searches for an alias."""
    return [f" {form} " for form in sorted(alias.words[alias.anchor].forms)]


def find_mentions(index: ArticleIndex, by_literal: dict[int, list[Alias]]) -> list[Mention]:
    """Return the mentions in title, lead and text, in text order.

    Of two mentions that overlap, the longer is kept; of two of the same length, the first. Two
    entities at the same position are both kept.

    Args:
        index: A searched article.
        by_literal: The aliases by the number of a literal of their anchor.
    """
    group = index.main
    mentions: set[Mention] = set()
    for literal, start, _ in [hit for hit in group.occurrences if hit[0] in by_literal]:
        position = group.position_at(start)
        for alias in by_literal[literal]:
            first = position - alias.anchor
            last = first + len(alias.words) - 1
            if _matches(group, alias, first, last):
                mentions.add(Mention(first, last, alias.entity))
    return _without_overlaps(mentions)


def _matches(group: FieldGroup, alias: Alias, first: int, last: int) -> bool:
    if first < 0 or last >= len(group.tokens):
        return False
    for at, word in enumerate(alias.words, first):  # a plain loop: most candidates fail here
        if group.word(at, at) not in word.forms:
            return False
    return all(w.accepts(group.exact(at, at)) for at, w in enumerate(alias.words, first))


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


def _alias_word(word: NameWord) -> AliasWord:
    if len(word.exact) > 1 and word.exact.isupper():
        forms = [form for one in languages() for form in one.acronym_forms(word)]
        folded = {word.folded, *map(str.casefold, forms)}
        return AliasWord(_spelled(folded), frozenset((word.exact, *forms)), is_capitalised=True)
    folded = {word.folded, *(form for one in languages() for form in one.name_forms(word))}
    return AliasWord(_spelled(folded), frozenset(), word.exact[0].isupper())


def _spelled(forms: Iterable[str]) -> frozenset[str]:
    """Return the forms in every spelling."""
    return frozenset(spelled for form in forms for (spelled,) in spellings((form,)))
