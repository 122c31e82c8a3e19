"""Whether a word that contains another is a compound with it.

::

    Beitritt + Beitrittsverhandlungen   beitritt │ s │ verhandlungen     head, joint, lexicon word
    Beitritt + Wiederbeitritt           wieder │ beitritt                prefix, tail
    Rat      + Sicherheitsrat           sicherheit │ s │ rat             lexicon word, joint, tail
    Rat      + Heirat                   hei │ rat                        no: *hei* is no word

What remains of the word before and behind must be words of the lexicon, joined as the language
joins them. A language without a lexicon has no compounds.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache

from core.text.languages import Language
from core.text.tokens import fold_word
from processors.forms.compound_parts import Parts
from processors.forms.dictionary import dictionary_of
from processors.forms.lexicon import MIN_LETTERS, Lexicon, lexicon_of
from processors.forms.model import WordForms

SHORT = 4
"""Up to this many letters a word is inside so many others that beside it only nouns count."""
GENITIVE = "es"
"""The ending of a German genitive that, with letters before it, may be a word: *Ant-rages*."""
PARTICIPLE = "nd"
"""The ending of a participle: *Führende* are no *Ende*."""
MAX_ENDING = 5
"""Letters of what may be the ending of a participle as a noun: *Vorsitz-enden*."""
MAX_LETTERS = 60
"""Longer words are not split: nobody writes them, and the time grows with their length."""


class Compounds:
    """The compounds of a language.

    Args:
        language: Its joints and prefixes.
        lexicon: Its words.
        names: Folded names that count as words of the lexicon: *Nato-beitritt*.
    """

    def __init__(
        self, language: Language, lexicon: Lexicon, names: AbstractSet[str] = frozenset()
    ) -> None:
        self._language = language
        self._lexicon = lexicon
        self._names = names
        self._dictionary = dictionary_of(language.code)
        self._joints = ("", *sorted(language.joints, key=len, reverse=True))
        self._is_sequence = lru_cache(maxsize=50_000)(self._sequence)
        self._parts = Parts(
            language, self._is_joined, self._is_sequence, lambda text: bool(self._noun_lemma(text))
        )

    def has(self, token: str, forms: WordForms) -> bool:
        """Return whether a word is a compound with a word that has these forms.

        Args:
            token: The folded word.
            forms: Of the word that it may contain.
        """
        if len(token) > MAX_LETTERS or not self._can_have(token, forms):
            return False
        if not all(self._can_be_of(token, lemma, forms) for lemma in self._lemmas(token)):
            return False
        return not self._parts.reads_better_without(token, forms.heads | forms.tails)

    def _lemmas(self, token: str) -> set[str]:
        """Return what a word is a form of: a noun, or a participle that is written as one."""
        if self._dictionary is None:
            return set()
        noun = self._noun_lemma(token) or token
        other = self._lemma_of(token) or token
        if other == token and self._is_lemma(token):
            noun = token
        lemmas = {noun} | ({other} if other.endswith(PARTICIPLE) else set())
        return lemmas - {token, token.removesuffix("n")}  # *Weltfriede*, *Weltfrieden*

    def _can_be_of(self, token: str, lemma: str, forms: WordForms) -> bool:
        """Return whether a compound may be a form of a lemma, which has the word too.

        The lemma of an adjective as a noun has another ending: *Schwerverletzte* is a form of
        *Schwerverletzter*.
        """
        if self._can_have(lemma, forms):
            return True
        endings = [tail for tail in forms.tails if token.endswith(tail) and len(tail) > MAX_ENDING]
        return bool(endings) and lemma in (f"{token}r", f"{token.removesuffix('n')}r")

    def _is_lemma(self, token: str) -> bool:
        """Return whether a noun is one that its plural is a form of: *Krankenakte*, no *-akt*.

        An adjective as a noun is none: *Prominente*, *Zehntausende*.
        """
        stem = token.removesuffix("e")
        is_adjective = stem.endswith(PARTICIPLE) or self._lemma_of(stem)
        return not is_adjective and self._noun_lemma(f"{token}n") == token

    def _lemma_of(self, text: str) -> str | None:
        return self._dictionary.lemma(text) if self._dictionary else None

    def _noun_lemma(self, text: str) -> str:
        """Return the folded lemma of a noun; empty where the dictionary lacks it."""
        lemma = self._dictionary.lemma(text.capitalize()) if self._dictionary else None
        return fold_word(lemma) if lemma else ""

    def _can_have(self, token: str, forms: WordForms) -> bool:
        """Return whether what a word has beside one of some forms is words."""
        return (
            any(token.endswith(tail) and self._modifies(token, tail, forms) for tail in forms.tails)
            or any(token.startswith(head) and self._is_headed(token, head) for head in forms.heads)
            or (forms.is_inside and any(self._is_inside(token, head) for head in forms.heads))
        )

    def is_word(self, text: str) -> bool:
        """Return whether a text is one word of the lexicon, with or without a joint."""
        return self._is_joined(text)

    def is_made_of_words(self, text: str) -> bool:
        """Return whether a text is one or several words of the lexicon with their joints."""
        return len(text) <= MAX_LETTERS and self._is_sequence(text)

    def _modifies(self, token: str, tail: str, forms: WordForms) -> bool:
        """Return whether what precedes a word at the end of a token modifies it.

        A verb's particle does not: *Auslieferung* is no kind of *Lieferung*.
        """
        if self._is_adjective(token, tail):
            return False
        before = token[: -len(tail)]
        if before in self._language.compound_prefixes:
            return True
        if before in self._language.verb_particles or not forms.heads:
            return False
        return self._is_sequence(before)

    def _is_adjective(self, token: str, tail: str) -> bool:
        """Return whether what looks like a noun is the ending of an adjective or adverb.

        *Rätselhafte*, *Kostenlos* and *Zeitweise* have a capital at the beginning of a headline.
        """
        suffix = next(filter(tail.startswith, self._language.adjective_suffixes), "")
        if not suffix:
            return False
        if noun := self._noun_lemma(token):
            return noun == token and tail != suffix  # declined, and yet a lemma: *Dauerhafte*
        return (self._lemma_of(token) or "").islower()

    def _is_headed(self, token: str, head: str) -> bool:
        is_short = len(head) <= SHORT
        if not self._is_rest(token[len(head) :]):
            return False
        return not (is_short and self._has_longer_head(token, head))

    def _has_longer_head(self, token: str, head: str) -> bool:
        """Return whether a token reads better with a longer word: *Gast-rolle* beside *Gas*.

        A longer word that is a compound with the head itself is no objection (*Gaspreis-bremse*).
        Where the head leaves one word, neither is one that leaves a crumb or several words
        (*Asylant-rags*, *Gasa-us-stieg*). A noun in the genitive is judged as in the nominative:
        *Asylantrages* is no *Asylant-rages*.
        """
        rest = token[len(head) :]
        if rest.endswith(GENITIVE) and self._is_part(rest.removesuffix(GENITIVE)):
            return self._has_longer_head(token.removesuffix(GENITIVE), head)
        leaves_a_word = len(rest) > SHORT + 1 and self._is_part(rest)
        return any(
            self._is_part(token[:at])
            and self._is_sequence(token[at:])
            and (not leaves_a_word or (len(token) - at > SHORT and self._is_joined(token[at:])))
            and not self._is_sequence(token[len(head) : at])
            for at in range(len(head) + 1, len(token) - 2)
        )

    def _is_inside(self, token: str, head: str) -> bool:
        at = token.find(head, 1)
        if at < 0:
            return False
        before, rest = token[:at], token[at + len(head) :]
        if before not in self._language.compound_prefixes and (
            before in self._language.verb_particles or not self._is_sequence(before)
        ):
            return False
        return self._is_rest(rest)

    def _is_rest(self, text: str) -> bool:
        """Return whether a text is words, or a form of such a noun: *Polizei-einsätze*."""
        return self._is_sequence(text) or self._is_sequence(self._noun_lemma(text))

    def _sequence(self, text: str) -> bool:
        """Return whether a text is one or several words of the lexicon with their joints."""
        if self._is_joined(text):
            return True
        for at in range(len(text) - 2, 1, -1):
            if self._is_joined(text[:at]) and self._is_sequence(text[at:]):
                return True
        return False

    def _is_joined(self, text: str) -> bool:
        """Return whether a text is a word with a joint or without one."""
        return any(
            text.endswith(joint) and self._is_part(text[: len(text) - len(joint)])
            for joint in self._joints
        )

    def _is_part(self, text: str) -> bool:
        if len(text) < MIN_LETTERS:
            return text in self._language.short_nouns
        if text in self._language.no_parts:
            return False
        if text in self._lexicon or text in self._names or text in self._language.simple_words:
            return True
        return f"{text}e" in self._lexicon  # Sprach-, Schul-


@lru_cache(maxsize=16)
def compounds_of(language: Language, names: frozenset[str] = frozenset()) -> Compounds | None:
    """Return the compounds of a language; None where it has no lexicon.

    Args:
        language: The language.
        names: Folded names that count as words of its lexicon.
    """
    lexicon = lexicon_of(language.code)
    return Compounds(language, lexicon, names) if lexicon is not None else None
