"""What Russian and Ukrainian share: the case endings of names.

An alias does not say which of the two it is written in, and texts of either inflect the names of
both, so that there is one table.
"""

from __future__ import annotations

from core.text.languages.model import NameWord

_MIN_LENGTH = 4
"""Shorter words are seldom inflected, and their forms are other words."""
_CASE_ENDINGS = {
    # ending of the nominative: endings of the other cases
    "ий": ("ого", "ому", "им", "ім", "ом"),
    "ый": ("ого", "ому", "ым", "ом"),
    "ой": ("ого", "ому", "ым", "ом"),
    "ая": ("ой", "ую", "ою"),
    "яя": ("ей", "юю", "ею"),
    "й": ("я", "ю", "ем", "єм", "еві", "єві", "е", "ї", "и", "і"),
    "ь": ("я", "ю", "ем", "єм", "і", "и", "ью", "еві"),
    "а": ("и", "ы", "і", "у", "ою", "ой", "е", "ої", "ій"),
    "я": ("и", "і", "ї", "ю", "єю", "ею", "ей", "е"),
    "о": ("а", "у", "ові", "ом", "і"),
}
_DEMONYM_ENDINGS = {
    # of adjectives; of the words for people, which lose a vowel
    "ий": (
        *("ая", "ое", "ие", "ого", "ому", "им", "ом", "ой", "ую", "ою", "их", "ими"),
        *("а", "е", "і", "ій", "у", "ої"),
    ),
    "ый": ("ая", "ое", "ые", "ого", "ому", "ым", "ом", "ой", "ую", "ою", "ых", "ыми"),
    "ец": ("ца", "цу", "цем", "це", "цы", "цев", "цам", "цами", "цах"),
    "ець": ("ця", "цю", "цем", "цеві", "ці", "ців", "цям", "цями", "цях"),
}
_INDECLINABLE = tuple("еєиіїуюы")
_AFTER_CONSONANT = ("а", "у", "ом", "ем", "ым", "им", "е", "ові", "еві", "і", "ою")


def name_forms(word: NameWord) -> frozenset[str]:
    """Return the cases of a name or demonym: *Зеленского*, *Україною*, *украинские*."""
    folded = word.folded
    if len(folded) < _MIN_LENGTH or not all("Ѐ" <= c <= "ӿ" or c == "'" for c in folded):
        return frozenset()
    endings = _CASE_ENDINGS | _DEMONYM_ENDINGS if word.is_demonym else _CASE_ENDINGS
    for ending, others in endings.items():
        if folded.endswith(ending):
            return frozenset(folded.removesuffix(ending) + other for other in others)
    if folded.endswith(_INDECLINABLE):
        return frozenset()
    return frozenset(folded + ending for ending in _AFTER_CONSONANT)


def nominatives(folded: str) -> frozenset[str]:
    """Return what a word in another case may be the nominative of: *зеленского* of *зеленский*.

    Args:
        folded: The word; in another script it has none.
    """
    if not "Ѐ" <= folded[:1] <= "ӿ":
        return frozenset()
    found = {
        folded.removesuffix(case) + ending
        for ending, cases in _CASE_ENDINGS.items()
        for case in cases
        if folded.endswith(case)
    }
    found |= {folded.removesuffix(case) for case in _AFTER_CONSONANT if folded.endswith(case)}
    return frozenset(word for word in found if len(word) >= _MIN_LENGTH)
