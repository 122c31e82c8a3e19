"""The aliases of entities, compiled: the words of each with the forms they take.

A word that an alias writes with a capital must have a capital in the text: ``Merz`` matches MERZ
but not *merz*. A word in capitals matches only as it is written: ``WHO`` does not match *Who*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.catalog.aliases import EntityAlias
from config.catalog.models import EntityDefinition
from core.text.languages import Language, NameWord, languages
from core.text.tokens import Tokens, tokenise
from processors.engine.patterns import spellings_of

MAX_COMPILED = 20_000
"""Entities whose compiled names are remembered."""
SEARCHED_LETTERS = 6
"""Letters of an alias's second word that the automaton searches."""


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

    def accepts(self, tokens: Tokens, position: int) -> bool:
        """Return whether a word with one of the forms may be written as it is at a position."""
        if self.exact:
            return tokens.exact(position, position) in self.exact
        return not self.is_capitalised or tokens.is_capitalised(position)


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to write an entity.

    Attributes:
        anchor: Index of the first word that the automaton searches for.
        language: Code of the only language in whose articles it is found; empty for all.
        denies: Whether it says what is no mention of the entity.
    """

    entity: str
    words: tuple[AliasWord, ...]
    anchor: int
    language: str = ""
    denies: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is a mention wherever its only word is, with a capital if it needs one."""
        return len(self.words) == 1 and not (self.words[0].exact or self.language or self.denies)

    @property
    def literals(self) -> list[str]:
        """The literals that the automaton searches: the forms of a word, or of two in a row.

        Of the second its beginning is enough, which many of its forms share.
        """
        begin = [f" {form} " for form in sorted(self.words[self.anchor].forms)]
        if len(self.words) == 1:
            return begin
        following = self.words[self.anchor + 1].forms
        ends = sorted({f"{form} "[:SEARCHED_LETTERS] for form in following})
        return [first + end for first in begin for end in ends]


def aliases_of(entity: EntityDefinition) -> tuple[Alias, ...]:
    """Return the aliases, demonyms and denied words of an entity, without those of no word.

    An alias that repeats the name replaces it, so that the name may have options too. They are
    compiled once for all rule sets: a check compiles one for each topic.
    """
    return _compiled(entity, languages())


@lru_cache(maxsize=MAX_COMPILED)
def _compiled(entity: EntityDefinition, known: tuple[Language, ...]) -> tuple[Alias, ...]:
    del known  # the forms depend on them
    return tuple(_aliases(entity))


def _aliases(entity: EntityDefinition) -> Iterator[Alias]:
    is_person = entity.type == "person"
    for alias in names_of(entity):
        yield from _alias(entity.id, alias, is_person=is_person)
    for demonym in entity.demonyms:
        yield from _alias(entity.id, demonym, is_demonym=True)
    for text in entity.deny:
        is_adjective = text[:1].islower()
        yield from _alias(entity.id, EntityAlias(text), is_demonym=is_adjective, denies=True)


def names_of(entity: EntityDefinition) -> list[EntityAlias]:
    """Return the name and the aliases of an entity, each once."""
    repeated = any(alias.text == entity.name for alias in entity.aliases)
    return [*(() if repeated else (EntityAlias(entity.name),)), *entity.aliases]


def _alias(
    entity: str,
    alias: EntityAlias,
    *,
    is_person: bool = False,
    is_demonym: bool = False,
    denies: bool = False,
) -> Iterator[Alias]:
    tokens = tokenise(alias.text)
    words = tuple(
        _alias_word(_name_word(tokens, at, is_person=is_person, is_demonym=is_demonym))
        for at in range(len(tokens))
    )
    if words:
        yield Alias(entity, words, _anchor(words), alias.language, denies)


def _anchor(words: Sequence[AliasWord]) -> int:
    """Return the index of the first of the two longest words in a row.

    Two words are rare even where each of them is frequent: *Vietnam War*, *FC Bayern*.
    """
    lengths = [min(map(len, word.forms)) for word in words]
    return max(range(max(1, len(words) - 1)), key=lambda at: sum(lengths[at : at + 2]))


def _name_word(tokens: Tokens, at: int, *, is_person: bool, is_demonym: bool) -> NameWord:
    return NameWord(
        folded=tokens.words[at],
        exact=tokens.exact(at, at),
        is_last=at == len(tokens) - 1,
        is_person=is_person,
        is_demonym=is_demonym,
    )


def _alias_word(word: NameWord) -> AliasWord:
    if len(word.exact) > 1 and word.exact.isupper():
        forms = [form for one in languages() for form in one.acronym_forms(word)]
        folded = {word.folded, *map(str.casefold, forms)}
        return AliasWord(_spelled(folded), frozenset((word.exact, *forms)), is_capitalised=True)
    rules = {one.name_forms for one in languages()}  # some languages share one
    folded = {word.folded, *(form for forms_of in rules for form in forms_of(word))}
    return AliasWord(_spelled(folded), frozenset(), word.exact[0].isupper())


def _spelled(forms: Iterable[str]) -> frozenset[str]:
    """Return the forms in every spelling."""
    return frozenset(spelled for form in forms for spelled in spellings_of(form))
