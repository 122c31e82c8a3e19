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
from typing import Protocol

from config.catalog.aliases import EntityAlias
from config.catalog.models import EntityDefinition
from core.text.tokens import tokenise
from processors.engine.aliases import names_of
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

    def is_in(self, exact: str, folded: str, compounds: Compounds | None) -> bool:
        """Return whether a word with a capital has one of the skeletons."""
        del folded, compounds
        return exact[0].isupper() and not self.skeletons.isdisjoint(skeletons_in_text(exact))


def names_in_words(entity: EntityDefinition) -> Iterator[NameInWords]:
    """Yield what is looked for of an entity inside words."""
    slavic = [skeletons(alias.text) for alias in entity.aliases if alias.skeleton]
    if any(slavic):
        shared = frozenset[str]().union(*slavic)
        pieces = frozenset[str]().union(*map(fragments, shared))
        yield TransliteratedName(entity.id, pieces, shared)
    for alias in names_of(entity):
        if (folded := _single_word(alias)) and len(folded) >= MIN_LETTERS:
            yield _in_compounds(entity, folded)
    for demonym in entity.demonyms:
        first, *more = tokenise(demonym.text).words or [""]
        if not more and first.endswith(ADJECTIVE_ENDING) and len(first) >= MIN_ADJECTIVE:
            yield _with_prefixes(entity.id, first)


def lexicon_names(entities: Iterable[EntityDefinition]) -> frozenset[str]:
    """Return the names of one word, folded, that count as words of the lexicon of compounds."""
    return frozenset(
        spelled
        for entity in entities
        for alias in names_of(entity)
        if (folded := _single_word(alias))
        and len(folded) >= (MIN_SURNAME if entity.type == "person" else MIN_LETTERS)
        for spelled in spellings_of(folded)
    )


def _single_word(alias: EntityAlias) -> str:
    """Return the folded word of an alias of one word with a capital; else an empty text."""
    tokens = tokenise(alias.text)
    is_german = alias.language in ("", "de")
    is_name = len(tokens) == 1 and alias.text[0].isupper() and is_german
    word = tokens.words[0] if is_name else ""
    return word if word.isalpha() and word < "Ͱ" else ""


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
