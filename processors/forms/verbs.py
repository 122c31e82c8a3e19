"""Forms of verbs that dictionaries leave out, or take for words of their own.

::

    bestreiken   has bestreikte                     weak:    bestreikt
    böllern      has böllerte                       weak:    geböllert
    doxen        is unknown                         weak:    doxt, doxte, gedoxt
    entheben     has enthob, and heben has gehoben  strong:  enthoben
    buy          has bought; buying is a noun                buying
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

from core.text.languages import Language

PAST = "ge"
"""Begins past participles."""
TO = "zu"
"""Stands between a verb and what parts from it: *beizutreten*."""
WITHOUT_PAST = "ieren"
"""Ends verbs whose participle has no *ge*: *probiert*."""
MIN_PREFIX = 4
"""Letters with which what a verb begins with is a prefix although the rest is no verb."""
MIN_STEM = 3
"""Letters of a verb that no dictionary has, without its ending."""
_INFINITIVES = ("en", "eln", "ern")
_STRESSED = ("d", "t")
"""Stems that take an *e* before a *t*: *verhaftet*."""


def missing_participles(
    lemma: str,
    known: AbstractSet[str],
    language: Language,
    paradigm: Callable[[str], AbstractSet[str]],
) -> set[str]:
    """Return participles of a verb that the dictionary lacks and that follow from other forms.

    Args:
        lemma: The infinitive.
        known: Its forms in the dictionary.
        language: Has the prefixes that never part from a verb and take the place of *ge*.
        paradigm: Returns the forms of a verb.
    """
    prefix = _prefix(lemma, language.verb_prefixes)
    base = paradigm(lemma.removeprefix(prefix)) if prefix else set[str]()
    if base:
        return _weak(lemma, known) or {
            prefix + form.removeprefix(PAST)
            for form in base
            if form.startswith(PAST) and form.endswith("en")
        }
    if prefix or lemma.endswith(WITHOUT_PAST) or any(form.startswith(PAST) for form in known):
        return set()
    before = filter(lemma.startswith, language.verb_particles | language.compound_prefixes)
    if any(len(word) >= MIN_PREFIX or paradigm(lemma.removeprefix(word)) for word in before):
        return set()  # *überraschen*, *umspülen*
    return {PAST + form for form in _weak(lemma, known)}


def weak_forms(infinitive: str, prefixes: Iterable[str]) -> set[str]:
    """Return the forms of a verb that no dictionary has, as a weak one: most new verbs are.

    Args:
        infinitive: The verb; what does not end as infinitives do has no forms.
        prefixes: Those that never part from a verb and take the place of *ge*.
    """
    stem = _stem(infinitive)
    if len(stem) < MIN_STEM or not infinitive.endswith(_INFINITIVES):
        return set()
    past = _past_stem(stem)
    begin = "" if _prefix(infinitive, prefixes) or infinitive.endswith(WITHOUT_PAST) else PAST
    endings = ("", "e", "en", "est", "et")
    present = {f"{stem}e", f"{stem}st", past, f"{infinitive}d"}
    return present | {past + ending for ending in endings} | {begin + past}


def is_verb(lemma: str, forms: AbstractSet[str]) -> bool:
    """Return whether a word has a form that only verbs have: *-t*, *-te* or *ge-…-t*.

    Args:
        lemma: The word; an adjective may end like an infinitive, as *golden*.
        forms: Its forms.
    """
    stem = _stem(lemma)
    past = _past_stem(stem)
    return not forms.isdisjoint({f"{stem}t", past, f"{stem}te", f"{past}e", PAST + past})


def _prefix(lemma: str, prefixes: Iterable[str]) -> str:
    return next((p for p in sorted(prefixes, key=len)[::-1] if lemma.startswith(p)), "")


def _stem(lemma: str) -> str:
    return lemma.removesuffix("n").removesuffix("e")


def _past_stem(stem: str) -> str:
    return stem + ("et" if stem.endswith(_STRESSED) else "t")


def _weak(lemma: str, known: AbstractSet[str]) -> set[str]:
    """Return the participle of a weak verb, which is also a form of its present."""
    past = _past_stem(_stem(lemma))
    return {past} if f"{past}e" in known else set()


def gerunds(lemma: str, known: AbstractSet[str], ending: str) -> set[str]:
    """Return how the gerund of an English verb may be spelt; nothing for what is no verb.

    Args:
        lemma: The infinitive.
        known: Its forms. A noun has no others than plurals in *-s*.
        ending: Of gerunds; empty in languages that have none.
    """
    if not ending or all(form.endswith("s") for form in known - {lemma}):
        return set()
    return {lemma.removesuffix("e") + ending, lemma + lemma[-1:] + ending}
