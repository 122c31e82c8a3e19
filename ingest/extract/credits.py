"""Find who wrote an article: people, and the news agency that the text is credited to."""

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
"""Parts of agency names and places that carry no information next to an agency."""
_ITEM = re.compile(r"^(?:© ?)?dpa(?:-[a-z]+)?[:,] ?(?:dpa:)?\d{6}[\d-]+|^\(?©? ?dpa-infocom\b")
_DESK = re.compile(r"^[a-z]{2,4}(?:/[a-z]{2,4})+(?: \([a-z]{2,4}\))?$")
_TOKEN = re.compile(r"[^\W_]+")
_MARKED = re.compile(r"\(([^()]{2,40})\)\s*(?:[-–—.:]|$)")
_DATELINE = re.compile(r"^[^.!?\n]{2,60}?\(([^()]{2,30})\)\s*[-–—.:]")
_NO_NAME = re.compile(r"https?:|www\.|@|[<>{}\[\]|]|\d{3}")
_MAX_AUTHORS = 20


def is_agency_mark(line: str) -> bool:
    """Return whether a lower-case line credits an agency and contains nothing else.

    Examples: ``(dpa/afp)``, ``© dpa-infocom, dpa:230428-99-483045/5``, ``dpa/cgo``,
    ``mit material von sid``.
    """
    if len(line) > 100 or not _CODE.search(line):
        return False
    if _ITEM.match(line) or _DESK.match(line):
        return True
    fillers = _fillers(languages())
    rest = [t for t in _TOKEN.findall(_CODE.sub(" ", line)) if t not in fillers and not t.isdigit()]
    return len(rest) <= 1 and sum(map(len, rest)) <= 4


def find_agency(marks: Iterable[str], authors: Iterable[str], text: str) -> str | None:
    """Return the agency that a text is credited to, or None.

    It is named in an agency mark, as the author, in the dateline or at the end of the text.

    Args:
        marks: Lines for which :func:`is_agency_mark` is true.
        authors: Names of authors.
        text: The body.
    """
    for line in (*marks, *authors):
        if len(line) <= 160 and (agency := _CODE.search(line)):
            return agency.lastgroup
    for credit in (_DATELINE.search(text[:200]), _MARKED.search(text[-60:])):
        if credit and (agency := _CODE.search(credit[1])):
            return agency.lastgroup
    return None


def choose_authors(
    json_ld: Sequence[str], meta: Iterable[str], publisher: str, site: str
) -> tuple[str, ...]:
    """Return the names of authors from JSON-LD, or else from meta elements.

    Args:
        json_ld: Authors named in JSON-LD.
        meta: Contents of meta elements that name authors.
        publisher: The outlet's name in JSON-LD; an outlet is not an author.
        site: Its name in ``og:site_name``.
    """
    outlet = {publisher.lower(), site.lower()} - {""}
    for source in (json_ld, list(meta)):
        names = [name for value in source for name in _names(value) if name.lower() not in outlet]
        if names:
            return tuple(dict.fromkeys(names))[:_MAX_AUTHORS]
    return ()


def names_in_byline(lines: Iterable[str]) -> list[str]:
    """Return the names in the first line such as ``Von Max Mustermann, 12.03.2024``."""
    for line in lines:
        if len(line) > 120:
            continue
        match = _byline(languages()).match(line)
        if match and match["names"][:1].isupper():
            return _names(match["names"])
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
