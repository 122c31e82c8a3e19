"""Names inside words of a text: in compounds, behind a prefix, in another transliteration.

::

    Ukraine    ─▶  Ukrainekrieg, Ostukraine        a lexicon word follows, a prefix precedes
    russisch   ─▶  prorussische                    a prefix precedes
    Lawrow     ─▶  Lavroff, Лаврова                the same skeleton

The automaton searches a piece of each name. What the word around it is, is compared once and
remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from config.catalog.aliases import EntityAlias
from config.catalog.models import EntityDefinition
from core.text.tokens import fold_word
from processors.engine.aliases import MAX_COMPILED, names_of
from processors.engine.patterns import spellings_of
from processors.engine.skeletons import fragments, skeletons, skeletons_in_text
from processors.forms.compounds import Compounds
from processors.forms.model import WordForms

MIN_LETTERS = 4
"""Letters of a name that compounds begin with."""
MIN_SEARCHED_INSIDE = 5
"""Letters of a name that is also found behind a prefix, and before an adjective written small."""
MIN_ADJECTIVE = 6
"""Letters of an adjective that is found with a prefix."""
ADJECTIVE_ENDING = "sch"
"""Of German adjectives of countries, whose forms have endings behind it."""
LAST_LATIN = "\u024f"
MIN_SURNAME = 5
"""Letters of a person's name that counts as a word of the lexicon."""


class NameInWords(Protocol):
    """A name that is looked for inside the words of a text."""

    @property
    def entity(self) -> str:
        """The entity."""

    @property
    def literals(self) -> Iterable[str]:
        """The literals that the automaton searches."""

    @property
    def needs_capital(self) -> bool:
        """Whether the word must have a capital."""

    def is_in(self, exact: str, folded: str, compounds: Compounds | None) -> bool:
        """Return whether a word contains the name.

        Args:
            exact: The word as it is written.
            folded: The same word, folded.
            compounds: Of the language of the text; None where it has none.
        """


@dataclass(frozen=True, slots=True)
class NameInCompounds:
    """A name that compounds begin with, or an adjective or place that has prefixes.

    Attributes:
        heads: Forms that a compound begins with.
        tails: Forms that follow a prefix.
        needs_capital: Whether the compound must have a capital.
    """

    entity: str
    literals: frozenset[str]
    heads: WordForms
    tails: WordForms
    needs_capital: bool

    def is_in(self, exact: str, folded: str, compounds: Compounds | None) -> bool:
        """Return whether a word is a compound with the name."""
        if compounds is None or (self.needs_capital and not exact[0].isupper()):
            return False
        return compounds.has(folded, self.heads) or compounds.has(folded, self.tails)


@dataclass(frozen=True, slots=True)
class TransliteratedName:
    """A name whose transliterations are found.

    Attributes:
        skeletons: Of its aliases.
    """

    entity: str
    literals: frozenset[str]
    skeletons: frozenset[str]

    @property
    def needs_capital(self) -> bool:
        """Always: transliterations are compared with names only."""
        return True

    def is_in(self, exact: str, folded: str, compounds: Compounds | None) -> bool:
        """Return whether a word with a capital has one of the skeletons."""
        del folded, compounds
        return exact[0].isupper() and not self.skeletons.isdisjoint(skeletons_in_text(exact))


@lru_cache(maxsize=MAX_COMPILED)
def names_in_words(entity: EntityDefinition) -> tuple[NameInWords, ...]:
    """Return what is looked for of an entity inside words."""
    return tuple(_names_in_words(entity))


def _names_in_words(entity: EntityDefinition) -> Iterator[NameInWords]:
    slavic = [a.text for a in entity.aliases if a.skeleton and a.text.isalpha()]
    if shared := frozenset[str]().union(*map(skeletons, slavic)):
        pieces = frozenset[str]().union(*map(fragments, shared))
        yield TransliteratedName(entity.id, pieces, shared)
    for alias in names_of(entity):
        if (folded := _single_word(alias)) and len(folded) >= MIN_LETTERS:
            yield _in_compounds(entity, folded)
    for demonym in entity.demonyms:
        text = demonym.text
        if text.isalpha() and text.endswith(ADJECTIVE_ENDING) and len(text) >= MIN_ADJECTIVE:
            yield _with_prefixes(entity.id, fold_word(text))


def lexicon_names(entities: Iterable[EntityDefinition]) -> frozenset[str]:
    """Return the names of one word, folded, that count as words of the lexicon of compounds."""
    return frozenset[str]().union(*map(_lexicon_names, entities))


@lru_cache(maxsize=MAX_COMPILED)
def _lexicon_names(entity: EntityDefinition) -> frozenset[str]:
    shortest = MIN_SURNAME if entity.type == "person" else MIN_LETTERS
    words = filter(None, map(_single_word, names_of(entity)))
    return frozenset(s for word in words if len(word) >= shortest for s in spellings_of(word))


def _single_word(alias: EntityAlias) -> str:
    """Return the folded word of an alias of one word with a capital; else an empty text."""
    text = alias.text
    is_name = text.isalpha() and text[0].isupper() and text[0] <= LAST_LATIN
    return fold_word(text) if is_name and alias.language in ("", "de") else ""


def _in_compounds(entity: EntityDefinition, folded: str) -> NameInCompounds:
    spelled = frozenset(spellings_of(folded))
    is_long = len(folded) >= MIN_SEARCHED_INSIDE
    has_prefixes = is_long and entity.type == "place"
    genitives = {f"{word}s" for word in spelled if word[-1] not in "sxz"}
    return NameInCompounds(
        entity.id,
        literals=spelled if has_prefixes else frozenset(f" {word}" for word in spelled),
        heads=WordForms(heads=spelled | genitives),
        tails=WordForms(tails=spelled | genitives if has_prefixes else frozenset()),
        needs_capital=not is_long or entity.type == "person",
    )


def _with_prefixes(entity: str, folded: str) -> NameInCompounds:
    spelled = frozenset(spellings_of(folded))
    tails = frozenset(word + end for word in spelled for end in ("", "e", "en", "er", "es", "em"))
    return NameInCompounds(entity, spelled, WordForms(), WordForms(tails=tails), False)
