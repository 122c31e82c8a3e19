"""Wildcards known to find more than their author thinks (W103)."""

from __future__ import annotations

from processors.query.nodes import MANY

_TRAPS = {
    "join": "joint, jointly",
    "krim": "Krimi, Kriminalität",
    "gener": "generell, Generation, generous",
    "general": "generell, generalisieren, generally",
    "grün": "gründen, gründlich",
    "krieg": "kriegen",
    "niger": "Nigeria",
    "austr": "Austria and Australia",
    "part": "Partner, particular, Party",
    "vertrag": "vertragen",
    "trump": "trumpet",
    "merz": "merzen",
    "mali": "malign, malicious",
    "port": "Porträt, portfolio",
    "inter": "Internet, Interview, interest",
}
"""Stem before ``*`` and examples of what else begins with it."""


def trap_of(words: tuple[str, ...]) -> str | None:
    """What a one-word pattern ``stem*`` finds unasked, None where nothing is known."""
    if len(words) != 1 or not words[0].endswith(MANY):
        return None
    return _TRAPS.get(words[0].removesuffix(MANY))
