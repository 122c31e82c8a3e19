"""Words of a query in a gendered spelling: *Lehrer:innen* stands for *Lehrer* and *Lehrerinnen*.

::

    Lehrer:innen  Lehrer*innen  Lehrer/-innen ──marked──▶ one mark, which is no operator, field
                                                          or wildcard
    LehrerInnen, or with that mark ──spelt_out──▶ (Lehrer, Lehrerinnen)

The bare words find all spellings in texts, since those are read as both too
(:mod:`processors.engine.readings`).
"""

from __future__ import annotations

import re

MARK = "\ue002"
"""Stands for what a gendered spelling has before its ending, as long as that is."""

_OUTSIDE_QUOTES = re.compile(r'"[^"]*"|(?<![\w"=])([A-ZÄÖÜ][\w-]+?[^\W\d_]{2})([:*_·]|/-?)(?=in)')
_ENDING = re.compile(r"in(?:nen\w*)?(?![\w:*])")
_GENDERED = re.compile(
    rf"(?P<stem>[A-ZÄÖÜ][\w-]+?[^\W\d_]{{2}})(?:[:*_·{MARK}]+|/-?)(?P<ending>innen|in\Z)(?P<rest>\w*)"
    r"|(?P<stem_>[A-ZÄÖÜ][\w-]+?[a-zäöüß])I(?P<ending_>nnen)(?P<rest_>\w*)"
)
_WITHOUT_E = ("er", "or", "eur", "ent", "ist", "ant", "and", "ling", "log")
"""Ends of nouns for men that have no ending of their own; others end with *-e*, or have a plural
that does: *Expert-e*, *Ärzt-e*."""


def marked(query: str) -> str:
    """Return a query of the same length whose gendered spellings have a mark of their own."""
    return _OUTSIDE_QUOTES.sub(_with_mark, query)


def _with_mark(found: re.Match[str]) -> str:
    if not found[1] or not _ENDING.match(found.string, found.end()):
        return found.group()
    return found[1] + MARK * len(found[2])


def spelt_out(word: str) -> tuple[str, str] | None:
    """Return the words for men and for women; None for a word without a gendered spelling."""
    found = _GENDERED.fullmatch(word)
    if found is None:
        return None
    stem, rest = found["stem"] or found["stem_"], found["rest"] or found["rest_"] or ""
    man = stem if stem.endswith(_WITHOUT_E) else f"{stem}e"
    return f"{man}{rest}", f"{stem}{found['ending'] or 'innen'}{rest}"
