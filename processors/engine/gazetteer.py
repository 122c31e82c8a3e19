"""Aliases of entities, made ready for the automaton the rules use.

An alias is its words in order, each with the forms it may take: the German genitive
(Selenskyjs, des Bundestages), the endings of German adjectives inside a name (der Europäischen
Union), the case endings of Russian and Ukrainian (Зеленского, Україною). The longest word of an
alias goes into the automaton in all its forms; the others are compared where it is found.

A capital in an alias is asked of the text too, at the beginning of the word: ``Merz`` is not
*merz*, but MERZ. An alias word all in capitals is taken as it is written: ``WHO`` is not *Who*.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.catalog.models import EntityDefinition
from core.text.tokens import tokenise
from processors.engine.patterns import spellings
from processors.engine.view import FieldGroup, View

_GENITIVE_STOPS = ("s", "x", "z", "ß")
_MIN_CYRILLIC = 4
_MIN_ADJECTIVE = 4
_ADJECTIVE_ENDINGS = {"e": "en er es em", "er": "e en em es", "es": "e en em er"}
_CYRILLIC_ENDINGS = {
    # ending of the nominative: endings of the other cases, Russian and Ukrainian together
    "ий": "ого ому им ім ом",
    "ый": "ого ому ым ом",
    "ой": "ого ому ым ом",
    "ая": "ой ую ою",
    "яя": "ей юю ею",
    "й": "я ю ем єм еві єві е ї и і",
    "ь": "я ю ем єм і и ью еві",
    "а": "и ы і у ою ой е ої ій",
    "я": "и і ї ю єю ею ей е",
    "о": "а у ові ом і",
}
_AFTER_CONSONANT = "а у ом ем ым им е ові еві і ою"


@dataclass(frozen=True, slots=True)
class AliasWord:
    """One word of an alias.

    Attributes:
        forms: Folded forms it may take.
        exact: The only exact forms, for a word in capitals; else empty.
        capital: Whether it begins with a capital.
    """

    forms: frozenset[str]
    exact: frozenset[str]
    capital: bool

    def written(self, exact: str) -> bool:
        """Whether a word of a text that has one of the forms is written as this one."""
        return exact in self.exact if self.exact else not self.capital or exact[0].isupper()


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write an entity. ``anchor`` is the word the automaton looks for."""

    entity: str
    words: tuple[AliasWord, ...]
    anchor: int


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity at positions ``first`` to ``last`` of title, lead and text."""

    first: int
    last: int
    entity: str


def aliases_of(entity: EntityDefinition) -> Iterable[Alias]:
    """The aliases of an entity and its name, each once; what holds no word is left out."""
    for text in dict.fromkeys((entity.name, *entity.aliases)):
        tokens = tokenise(text)
        last = len(tokens) - 1
        words = tuple(
            _alias_word(tokens.words[i], tokens.exact(i, i), entity, last=i == last)
            for i in range(len(tokens))
        )
        if words:
            longest = max(range(len(words)), key=lambda i: min(map(len, words[i].forms)))
            yield Alias(entity.id, words, longest)


def literals_of(alias: Alias) -> list[str]:
    """What the automaton looks for on behalf of an alias."""
    return [f" {form} " for form in sorted(alias.words[alias.anchor].forms)]


def find_mentions(view: View, by_literal: dict[int, list[Alias]]) -> list[Mention]:
    """The entities of title, lead and text; of overlapping ones the longer, then the first."""
    section = view.main
    found: set[Mention] = set()
    for literal, start, _ in [hit for hit in section.found if hit[0] in by_literal]:
        at = section.place(start)
        for alias in by_literal[literal]:
            first, last = at - alias.anchor, at - alias.anchor + len(alias.words) - 1
            if _stands(section, alias, first, last):
                found.add(Mention(first, last, alias.entity))
    return _longest(sorted(found, key=lambda m: (m.first, -m.last, m.entity)))


def _stands(section: FieldGroup, alias: Alias, first: int, last: int) -> bool:
    if first < 0 or last >= len(section.tokens):
        return False
    for at, word in enumerate(alias.words, first):  # plain loops: most aliases stand nowhere
        if section.word(at, at) not in word.forms:
            return False
    return all(w.written(section.exact(at, at)) for at, w in enumerate(alias.words, first))


def _longest(mentions: Sequence[Mention]) -> list[Mention]:
    """Same place, other entity: both stay."""
    taken: dict[int, tuple[int, int]] = {}
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, m.first, m.entity)):
        place = mention.first, mention.last
        positions = range(mention.first, mention.last + 1)
        if all(taken.get(at, place) == place for at in positions):
            taken.update(dict.fromkeys(positions, place))
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.first, m.last, m.entity))


def _alias_word(folded: str, exact: str, entity: EntityDefinition, *, last: bool) -> AliasWord:
    upper = len(exact) > 1 and exact.isupper()
    if upper:
        genitive = {exact + "s"} if last and exact.isascii() else set()
        return AliasWord(
            _both({folded, *map(str.casefold, genitive)}), frozenset({exact, *genitive}), True
        )
    person = entity.type == "person"
    forms = {folded}
    if _is_cyrillic(folded):
        forms |= _cyrillic_forms(folded)
    elif last:
        forms |= _genitives(folded, person=person)
    elif exact[0].isupper() and not person:
        forms |= _adjective_forms(folded)
    return AliasWord(_both(forms), frozenset(), exact[0].isupper())


def _both(forms: Iterable[str]) -> frozenset[str]:
    """With the ae, oe, ue spellings."""
    return frozenset(spelled for form in forms for (spelled,) in spellings((form,)))


def _genitives(word: str, *, person: bool) -> set[str]:
    if len(word) < 2 or not word[-1].isalpha() or word.endswith(_GENITIVE_STOPS):
        return set()
    return {word + "s"} if person or word[-1] in "aeiouyäöü" else {word + "s", word + "es"}


def _adjective_forms(word: str) -> set[str]:
    for ending, others in _ADJECTIVE_ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_ADJECTIVE:
            return {word.removesuffix(ending) + other for other in others.split()}
    return set()


def _is_cyrillic(word: str) -> bool:
    return all("Ѐ" <= c <= "ӿ" or c == "'" for c in word)


def _cyrillic_forms(word: str) -> set[str]:
    if len(word) < _MIN_CYRILLIC:
        return set()
    for ending, others in _CYRILLIC_ENDINGS.items():
        if word.endswith(ending):
            return {word.removesuffix(ending) + other for other in others.split()}
    return set() if word[-1] in "еєиіїуюы" else {word + e for e in _AFTER_CONSONANT.split()}
