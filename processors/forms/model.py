"""The forms of a word: what a text may contain where a query has the bare word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WordForms:
    """What a bare word of a query finds in the texts of one language.

    All forms are folded as the tokeniser folds a text, except those of ``exact``.

    Attributes:
        in_any_case: Forms that are found however they are written.
        capitalised: Forms that need a capital in the text: those of German nouns that another
            word shares, as *Kriegen* and *kriegen*.
        is_noun: Whether its compounds need a capital in the text, as in German.
        exact: Forms that are found only as they are written: acronyms such as *EU* and *US*.
        heads: Stems that the word has at the beginning of a compound; empty where it forms none.
        tails: Forms that the word has at the end of a compound.
        is_inside: Whether it is also found inside a compound. Short words are not: *Rat* is
            inside *Generation*.
        finite: Forms of the verb without its particle: *tritt* of *beitreten*.
        particle: The particle of a separable verb: *bei*; of two words *wieder-her*, with a hyphen.
        in_two_words: Forms that may be written as two words, which a hyphen joins here:
            *wieder-hergestellt*.
        hyphenated: Where a compound may have a hyphen: what is before it, and how what follows it
            begins, as *klima* and *aktivist* of *Klimaaktivist*.
        is_known: Whether the language's dictionary has the word.
    """

    in_any_case: frozenset[str] = frozenset()
    capitalised: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    is_noun: bool = False
    heads: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()
    is_inside: bool = False
    finite: frozenset[str] = frozenset()
    particle: str = ""
    in_two_words: frozenset[str] = frozenset()
    hyphenated: frozenset[tuple[str, str]] = frozenset()
    is_known: bool = True

    def __or__(self, other: WordForms) -> WordForms:
        """Return the forms of both: a word may be a noun and a verb."""
        return WordForms(
            in_any_case=self.in_any_case | other.in_any_case,
            capitalised=self.capitalised | other.capitalised,
            exact=self.exact | other.exact,
            is_noun=self.is_noun or other.is_noun,
            heads=self.heads | other.heads,
            tails=self.tails | other.tails,
            is_inside=self.is_inside or other.is_inside,
            finite=self.finite | other.finite,
            particle=self.particle or other.particle,
            in_two_words=self.in_two_words | other.in_two_words,
            hyphenated=self.hyphenated | other.hyphenated,
            is_known=self.is_known or other.is_known,
        )

    @classmethod
    def only(cls, folded: Iterable[str]) -> WordForms:
        """Return the forms of a word of which no more is known than how it is written."""
        return cls(in_any_case=frozenset(folded), is_known=False)
