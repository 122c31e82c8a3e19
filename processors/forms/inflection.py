"""From the words of queries to their forms in one language, with the dictionary's help.

::

    word ─▶ readings (as written; as a noun) ─▶ lemmas ─▶ forms ─┬─▶ endings the dictionary lacks
                                                                 └─▶ tails, heads, particle

What a word is follows from how the operator writes it. ``NATO`` is an acronym, ``Wahl`` a noun,
``beitreten`` a verb. Written small, a German noun is both: ``beitritt`` finds the noun and the
forms of *beitreten*.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from core.text.languages import Language, language
from core.text.tokens import folded_words
from processors.engine.patterns import spellings
from processors.forms.dictionary import Dictionary, dictionary_of
from processors.forms.model import WordForms
from processors.forms.morphology import Morphology, morphology_of
from processors.forms.splitting import split_compound
from processors.forms.verbs import (
    PAST,
    TO,
    WITHOUT_PAST,
    gerunds,
    is_verb,
    missing_participles,
    weak_forms,
)

CASE_SENSITIVE = 3
"""Acronyms up to this many letters are common words when written small: *us*, *who*."""
FORMS_OF_ADJECTIVES = 8
"""A word in *-n* with more forms is a verb."""
MIN_ADJECTIVE = 6
"""Letters of an adjective that is found with a prefix too: *prorussisch*."""
MIN_DECLINED = 3
"""Endings of adjectives with which the dictionary has a word that is one; it misses some."""
MIN_INSIDE = 4
"""Letters of a word that is found inside compounds too. Shorter ones are inside many words; of
the vocabulary of 1,028 articles, those with a word of at least five letters inside were all right.
"""
JOINT = "s"
"""Joins nouns to the next part of a compound although it is no ending of theirs."""
MIN_MODIFIER, MIN_LAST = 3, 4
"""Letters before the last part of a compound that the dictionary lacks, and of that part."""
FEW_FORMS = 4
"""A separable verb of which the dictionary has fewer forms has those of the verb without particle.
"""
MIN_BASE = 3
"""Letters of the shortest verbs, without what parts from them: *zu-tun*."""
MIN_ADVERB = 4
"""Letters of a word that may part from a verb although it is no particle of the language: of
shorter ones many words are made that are no verbs."""
MIN_TAIL = 3
"""Letters of a word that can end or begin a compound."""


@lru_cache(maxsize=100_000)
def word_forms(word: str, code: str) -> WordForms:
    """Return the forms of a word in a language.

    Args:
        word: As a query writes it.
        code: Of the language. Without a dictionary, a word has the forms that acronyms have.
    """
    return Inflection(language(code), morphology_of(code) or dictionary_of(code)).forms(word)


def inflects(code: str) -> bool:
    """Return whether bare words of queries have more than the form as written in a language."""
    return (morphology_of(code) or dictionary_of(code)) is not None


def is_acronym(word: str) -> bool:
    """Return whether a word is written in capitals."""
    return len(word) > 1 and word.isupper()


class Inflection:
    """The forms of words in one language.

    Args:
        language: What is known of it.
        dictionary: Its dictionary; None where there is none.
    """

    def __init__(self, language: Language, dictionary: Dictionary | Morphology | None) -> None:
        self._language = language
        self._dictionary = dictionary

    def forms(self, word: str) -> WordForms:
        """Return the forms of a word."""
        if is_acronym(word):
            return self._acronym(word)
        if word.casefold() in self._language.function_words:
            return WordForms.only(_folded((word,)))
        if not self._language.capitalises_nouns:
            return self._plain(word) | self._capitalised(word)
        if word[:1].isupper():
            return self._noun(word)
        plain = self._plain(word)
        noun = word[:1].upper() + word[1:]
        is_noun = (self._lemma(noun) or "")[:1].isupper()
        if not is_noun or plain.tails:  # an adjective is no noun: *russisch*, *das Russisch*
            return plain
        return plain | self._noun(noun) if self._lemma(word) else self._noun(noun)

    def _capitalised(self, word: str) -> WordForms:
        """Return the plural of a common noun that is written like a German one: *Minister*."""
        small = word.lower()
        if small == word or self._lemma(word) is not None or self._lemma(small) != small:
            return WordForms(is_known=False)
        endings = tuple(self._language.plural_endings)
        return WordForms(
            in_any_case=_folded(f for f in self._paradigm(small) if f.endswith(endings))
        )

    def _acronym(self, word: str) -> WordForms:
        if len(word) <= CASE_SENSITIVE:
            return WordForms(exact=frozenset((word, f"{word}s")))
        folded = _folded((word,))
        forms = _folded((word, f"{word}s"))
        if not self._language.joints:
            return WordForms(in_any_case=forms)
        return WordForms(in_any_case=forms, is_noun=True, heads=folded, tails=forms)

    def _noun(self, word: str) -> WordForms:
        lemma = self._lemma(word)
        known = {form for form in self._paradigm(lemma or "") if form[:1].isupper()}
        if lemma is not None and lemma[:1].islower():  # a verb or adjective as a noun
            known = set()
        if lemma != word:  # a plural, or a lemma that the dictionary mistakes for another
            known |= {word, *self._guesses(word, self._language.noun_endings)}
        if lemma is None:
            known |= self._as_last_part(word)
        known |= self._guesses(word, self._language.feminine_endings, only_known=True)
        known |= self._guesses(word, ("s",))
        heads = _folded(known)
        if word.endswith("e") and self._lemma(f"{word}n") == f"{word}r":
            known.add(f"{word}n")  # an adjective as a noun: *Verletzte*, *Verletzter*
        forms = _folded(known)
        heads |= self._combining(forms, _folded((word,)))
        is_long_enough = len(word) >= MIN_TAIL or word.casefold() in self._language.short_nouns
        compounds = is_long_enough and bool(self._language.joints)
        shared = _folded(form for form in known if self._lemma(form.lower()) is not None)
        return WordForms(
            in_any_case=forms - shared,
            capitalised=shared,
            is_noun=True,
            heads=heads if compounds else frozenset(),
            tails=forms if compounds else frozenset(),
            is_inside=compounds and len(word) >= MIN_INSIDE,
            hyphenated=self._hyphenated(word, forms) if compounds else frozenset(),
            is_known=lemma is not None,
        )

    def _hyphenated(self, word: str, forms: Collection[str]) -> frozenset[tuple[str, str]]:
        """Return where a hyphen may part a compound: *Bahn-Streik*."""
        splits = split_compound(self._language, _fold(word))
        pairs: set[tuple[str, str]] = set()
        for head in {head for head, _ in splits if len(head) >= MIN_MODIFIER}:
            tails = [form.removeprefix(head) for form in forms if form.startswith(head)]
            begin = _shared_start(tails)
            shared = [begin] if len(begin) >= MIN_MODIFIER else tails  # *Häuser* of *Haus*
            pairs.update((head, tail) for tail in shared)
        return frozenset(pairs)

    def _plain(self, word: str) -> WordForms:
        lemma = word if self._paradigm(word) else self._lemma(word)
        forms = {word, *self._paradigm(lemma or word)}
        if lemma is None and self._language.verb_prefixes:
            forms |= self._unknown_verb(word)
        elif len(forms) < FEW_FORMS:
            forms |= self._with_particle(word)
        if irregular := self._language.irregular_forms.get(word):
            forms.add(irregular)
        if lemma and lemma.endswith("n") and len(forms) > FORMS_OF_ADJECTIVES:
            forms.add(f"{lemma}d")
        if lemma and lemma.endswith(WITHOUT_PAST) and self._language.declension:
            forms.add(f"{lemma[:-2]}t")  # the dictionary takes some for adjectives
        particle = self._particle(lemma or word, forms)
        base = (lemma or word).removeprefix(particle)
        finite = self._finite(base) if particle else set()
        known = self._paradigm(base) if particle else forms
        missing = missing_participles(base, known, self._language, self._paradigm)
        missing = {form for form in missing if self._lemma(form) in (None, form, base)}
        missing |= {form for form in known if particle and _is_past(form)}
        forms |= {particle + form for form in finite | missing} | self._gerunds(word, forms)
        participles = self._participles(forms, particle)
        forms |= {f + e for f in participles for e in self._language.declension}
        adverb = self._adverb(particle) if finite else ""
        declined = {f"{word}{ending}" for ending in self._language.declension}
        is_adjective = len(word) >= MIN_ADJECTIVE and len(declined & forms) >= MIN_DECLINED
        return WordForms(
            in_any_case=_folded(forms),
            finite=_folded(finite),
            particle=_parted(particle, adverb) if finite else "",
            in_two_words=_folded({_parted(form, adverb) for form in forms if adverb}),
            tails=_folded({word, *declined}) if is_adjective else frozenset(),
            is_known=lemma is not None,
        )

    def _unknown_verb(self, word: str) -> set[str]:
        """Return the forms of a verb that the dictionary lacks: weak, or of a verb it has."""
        if self._lemma(word[:1].upper() + word[1:]) is not None:
            return set()
        if forms := self._with_particle(word):
            return forms
        particles = filter(word.startswith, self._language.verb_particles)
        particle = max(particles, key=len, default="")
        base = word.removeprefix(particle)
        if particle and (forms := weak_forms(base, self._language.verb_prefixes)):
            return _beside(particle, base, forms)
        return weak_forms(word, self._language.verb_prefixes)

    def _with_particle(self, word: str) -> set[str]:
        """Return the forms of a verb that is a particle and another verb; none of other words.

        The particle is one of the language's, or else a word that has the form it is written in:
        *still* in *stillhalten*, *infrage* in *infragestellen*.
        """
        parts = [(word[:at], word[at:]) for at in range(len(word) - MIN_BASE, 1, -1)]
        verbs = [part for part in parts if is_verb(part[1], self._paradigm(part[1]))]
        listed = [part for part in verbs if part[0] in self._language.verb_particles]
        others = [part for part in verbs if self._is_adverb(part[0])]
        for particle, base in (listed or others)[:1]:
            return _beside(particle, base, self._paradigm(base))
        return set()

    def _is_adverb(self, text: str) -> bool:
        """Return whether a word of the dictionary can part from a verb: no verb, no short word."""
        is_long = len(text) >= MIN_ADVERB and self._language.verb_particles
        return bool(is_long) and self._lemma(text) == text and not text.endswith("n")

    def _adverb(self, particle: str) -> str:
        """Return the adverb that a particle begins with, apart from which it is one too."""
        return next(
            (
                adverb
                for adverb in self._language.verb_adverbs
                if particle.startswith(adverb)
                and particle not in self._language.verb_particles
                and self._is_particle(particle.removeprefix(adverb))
            ),
            "",
        )

    def _is_particle(self, text: str) -> bool:
        return text in self._language.verb_particles or self._lemma(text) == text

    def _gerunds(self, word: str, forms: set[str]) -> set[str]:
        """Return the gerunds of a verb that the dictionary has as nouns: *buying*."""
        spelt = gerunds(word, forms, self._language.gerund_ending)
        nouns = {form for form in spelt if self._lemma(form) == form}
        return nouns - self._language.gerund_nouns

    def _participles(self, forms: Iterable[str], particle: str) -> set[str]:
        """Return the participles of a verb, which are declined like adjectives."""
        if not self._language.declension:
            return set()
        return {f for f in forms if f.endswith(("nd", "iert")) or _is_past(f, particle)}

    def _particle(self, lemma: str, forms: Collection[str]) -> str:
        """Return what parts from a verb, or nothing.

        That is any word that *zu* follows in some form (*sicherzustellen*, *lahmzulegen*), or a
        particle that *ge* follows. What is beside it is a verb, unless the dictionary has none.
        """
        if not self._language.verb_particles:
            return ""
        parts = [(lemma[:at], lemma[at:]) for at in range(len(lemma) - MIN_BASE, 1, -1)]
        found = [part for part in parts if self._is_parted(*part, forms)]
        known = [part for part in found if self._paradigm(part[1])]
        return (known or found or [("", "")])[0][0]

    def _is_parted(self, particle: str, base: str, forms: Collection[str]) -> bool:
        if f"{particle}{TO}{base}" in forms:
            return True
        starts = f"{particle}{PAST}"
        return particle in self._language.verb_particles and any(
            form.startswith(starts) for form in forms
        )

    def _finite(self, base: str) -> set[str]:
        """Return the forms of a verb that its particle parts from."""
        forms = self._paradigm(base)
        if base.endswith(WITHOUT_PAST):
            forms.add(f"{base[:-2]}t")
        is_own = base.startswith(PAST)
        return {f for f in forms if not f.endswith("nd") and (is_own or not _is_past(f))}

    def _guesses(self, word: str, endings: Iterable[str], *, only_known: bool = False) -> set[str]:
        """Return a word with each ending, but for forms of another lemma."""
        guesses = set()
        for ending in endings:
            lemma = self._lemma(word + ending)
            if lemma is not None if only_known else lemma in (None, word, self._lemma(word)):
                guesses.add(word + ending)
            elif self._lemma(word) is None and lemma == word + ending and self._is_alone(lemma):
                guesses.add(lemma)  # a genitive that the dictionary takes for a name: *Nvidias*
        return guesses

    def _is_alone(self, lemma: str) -> bool:
        """Return whether a word of the dictionary has no forms beside itself."""
        return {form.casefold() for form in self._paradigm(lemma)} == {lemma.casefold()}

    def _as_last_part(self, word: str) -> set[str]:
        """Return the forms of a noun that the dictionary lacks by those of its last part.

        *Drohnenwälle* of *Drohnenwall*: a compound inflects as the noun that it ends with.
        """
        for at in range(MIN_MODIFIER, len(word) - MIN_LAST + 1) if self._language.joints else ():
            last = word[at:].capitalize()
            if self._lemma(last) == last:
                return {word[:at] + form.lower() for form in self._paradigm(last)}
        return set()

    def _combining(self, forms: frozenset[str], bare: frozenset[str]) -> set[str]:
        """Return the beginnings of compounds that are no form of the word."""
        stems = {self._language.combining_forms.get(form, "") for form in forms} - {""}
        stems |= {f"{word}{JOINT}" for word in bare if not word.endswith("s")}
        return stems | {
            w[:-1] for w in bare if len(w) > MIN_INSIDE and w.endswith("e") and not w.endswith("ee")
        }

    def _paradigm(self, lemma: str) -> set[str]:
        return self._dictionary.forms(lemma) if self._dictionary else set()

    def _lemma(self, word: str) -> str | None:
        return self._dictionary.lemma(word) if self._dictionary else None


def _beside(particle: str, base: str, forms: Iterable[str]) -> set[str]:
    """Return the forms of a verb behind a particle, with that between which *zu* is."""
    return {f"{particle}{TO}{base}"} | {particle + form for form in forms}


def _parted(form: str, adverb: str) -> str:
    """Return a form with a hyphen behind the adverb that it begins with."""
    return f"{adverb}-{form.removeprefix(adverb)}" if adverb else form


def _is_past(form: str, particle: str = "") -> bool:
    """Return whether a form of a verb is a past participle: *gesagt*, *zugesagt*."""
    return form.startswith((PAST, f"{particle}{PAST}")) and form.endswith(("t", "en"))


def _shared_start(texts: Collection[str]) -> str:
    """Return what all of some texts begin with."""
    start = min(texts, key=len, default="")
    while not all(text.startswith(start) for text in texts):
        start = start[:-1]
    return start


def _fold(form: str) -> str:
    """Return a form as texts are folded; most are plain letters, which need no tokeniser."""
    if form.isascii() and form.isalpha():
        return form.lower()
    return "-".join(folded_words(form))


def _folded(forms: Iterable[str]) -> frozenset[str]:
    """Return forms as texts are folded, with the spellings of keyboards without umlauts."""
    folded = {_fold(form) for form in forms}
    return frozenset(words[0] for form in folded for words in spellings((form,)))
