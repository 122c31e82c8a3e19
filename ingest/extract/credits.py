"""Who wrote it: people, and the news agency a text is credited to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from core.text.clean import clean_line
from core.text.languages import Language, Words, languages
from ingest.bylines import separated, without_opener

_AGENCIES = {
    "dpa": r"dpa(?:-infocom|-afx)?",
    "afp": r"afp|agence france[- ]presse",
    "reuters": r"reuters|rtr|рейтер|ройтерс",
    "apa": r"apa",
    "sda": r"sda|keystone-?sda|ats",
    "kna": r"kna",
    "epd": r"epd",
    "sid": r"sid",
    "ap": r"ap|associated press",
    "tass": r"tass|тасс",
    "interfax": r"interfax(?:-[a-z]+)?|интерфакс|інтерфакс(?:-україна)?",
    "ukrinform": r"ukrinform|укринформ|укрінформ",
    "unian": r"unian|униан|уніан",
    "ria": r"ria(?: nowosti| novosti)?|риа(?: новости)?",
    "efe": r"efe",
    "ansa": r"ansa",
    "pa": r"pa media|press association",
    "bloomberg": r"bloomberg",
    "dts": r"dts",
    "belga": r"belga",
    "kyodo": r"kyodo",
    "xinhua": r"xinhua",
}
_CODE = re.compile(
    r"(?<![\w@.])(?:"
    + "|".join(f"(?P<{code}>{names})" for code, names in _AGENCIES.items())
    + r")(?![\w@])",
    re.IGNORECASE,
)
_NEUTRAL_FILLERS = frozenset(("infocom", "afx", "keystone", "ch"))
"""Parts of agencies' names and places that say nothing beside an agency."""
_ITEM = re.compile(r"^(?:© ?)?dpa(?:-[a-z]+)?[:,] ?(?:dpa:)?\d{6}[\d-]+|^\(?©? ?dpa-infocom\b")
_DESK = re.compile(r"^[a-z]{2,4}(?:/[a-z]{2,4})+(?: \([a-z]{2,4}\))?$")
_TOKEN = re.compile(r"[^\W_]+")
_MARKED = re.compile(r"\(([^()]{2,40})\)\s*(?:[-–—.:]|$)")
_DATELINE = re.compile(r"^[^.!?\n]{2,60}?\(([^()]{2,30})\)\s*[-–—.:]")
_NO_NAME = re.compile(r"https?:|www\.|@|[<>{}\[\]|]|\d{3}")
_MAX_AUTHORS = 20


def is_agency_mark(line: str) -> bool:
    """Whether a lower-case line credits an agency and says nothing else.

    ``(dpa/afp)``, ``© dpa-infocom, dpa:230428-99-483045/5``, ``dpa/cgo``, ``mit material von sid``.
    """
    if len(line) > 100 or not _CODE.search(line):
        return False
    if _ITEM.match(line) or _DESK.match(line):
        return True
    fillers = _fillers(languages())
    left = [t for t in _TOKEN.findall(_CODE.sub(" ", line)) if t not in fillers and not t.isdigit()]
    return len(left) <= 1 and sum(map(len, left)) <= 4


def agency_of(marks: Iterable[str], authors: Iterable[str], text: str) -> str | None:
    """The agency a text is credited to: by its mark, its author, its dateline or its last line."""
    for line in (*marks, *authors):
        if len(line) <= 160 and (found := _CODE.search(line)):
            return found.lastgroup
    first, last = text[:200], text[-60:]
    for found_mark in (_DATELINE.search(first), _MARKED.search(last)):
        if found_mark and (code := _CODE.search(found_mark[1])):
            return code.lastgroup
    return None


def authors_of(
    linked: Sequence[str], meta: Iterable[str], publisher: str, site: str
) -> tuple[str, ...]:
    """Names of people: JSON-LD, else the page's meta; the outlet itself is no author."""
    own = {publisher.lower(), site.lower()} - {""}
    for source in (linked, list(meta)):
        names = [name for value in source for name in _names(value) if name.lower() not in own]
        if names:
            return tuple(dict.fromkeys(names))[:_MAX_AUTHORS]
    return ()


def byline(lines: Iterable[str]) -> list[str]:
    """Names out of lines such as ``Von Max Mustermann, 12.03.2024``."""
    for line in lines:
        if len(line) > 120:
            continue
        found = _byline(languages()).match(line)
        if found and found["names"][:1].isupper():
            return _names(found["names"])
    return []


@cache
def _fillers(known: tuple[Language, ...]) -> Words:
    return _NEUTRAL_FILLERS.union(*(one.bylines.agency_fillers for one in known))


@cache
def _byline(known: tuple[Language, ...]) -> re.Pattern[str]:
    """Match a line that names its authors and nothing else, but for a date."""
    openers = "|".join(sorted({opener for one in known for opener in one.bylines.openers}))
    return re.compile(
        rf"^(?:{openers})\s+(?P<names>[^\d|]{{3,80}}?)(?:\s*[|,•·–-]?\s*\d.*)?$", re.IGNORECASE
    )


def _names(value: str) -> list[str]:
    value = without_opener(clean_line(value, 200))
    if not value or _NO_NAME.search(value):
        return []
    return [name for name in separated(value) if 2 < len(name) <= 60 and name[:1].isalpha()]
