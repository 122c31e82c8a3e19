"""Forms of verbs that dictionaries leave out, or take for words of their own.

::

    bestreiken   has bestreikte                     weak:    bestreikt
    entheben     has enthob, and heben has gehoben  strong:  enthoben
    buy          has bought; buying is a noun                buying
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

PAST = "ge"
"""Begins past participles."""
_STRESSED = ("d", "t")
"""Stems that take an *e* before a *t*: *verhaftet*."""


def missing_participles(
    lemma: str,
    known: AbstractSet[str],
    prefixes: Iterable[str],
    paradigm: Callable[[str], AbstractSet[str]],
) -> set[str]:
    """Return participles of a verb that the dictionary lacks and that follow from other forms.

    Args:
        lemma: The infinitive.
        known: Its forms in the dictionary.
        prefixes: Those that never part from a verb and take the place of *ge*.
        paradigm: Returns the forms of a verb.
    """
    prefix = next((p for p in sorted(prefixes, key=len)[::-1] if lemma.startswith(p)), "")
    base = paradigm(lemma.removeprefix(prefix)) if prefix else set[str]()
    if not base:
        return set()
    return _weak(lemma, known) or {
        prefix + form.removeprefix(PAST)
        for form in base
        if form.startswith(PAST) and form.endswith("en")
    }


def _weak(lemma: str, known: AbstractSet[str]) -> set[str]:
    """Return the participle of a weak verb, which is also a form of its present."""
    stem = lemma.removesuffix("n").removesuffix("e")
    ending = "et" if stem.endswith(_STRESSED) else "t"
    return {stem + ending} if f"{stem}{ending}e" in known else set()


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
