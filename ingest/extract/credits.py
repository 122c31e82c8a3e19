"""Find who wrote an article: people, and the news agency that the text is credited to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick

from core.text.clean import clean_line
from core.text.languages import Language, Words, languages
from ingest.bylines import separated, without_opener
from ingest.extract.vocabulary import words_in
from ingest.titles import letters_of

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
_FIRST_WORDS = AhoCorasick(
    [
        word
        for names in _AGENCIES.values()
        for word in re.findall(r"(?:^|\|)(\w+)", re.sub(r"\(\?:[^()]*\)\??", "", names))
    ]
)
"""The words that the names of agencies begin with; most lines have none of them."""
_NEUTRAL_FILLERS = frozenset(("infocom", "afx", "keystone", "ch"))
"""Parts of agency names and places that carry no information next to an agency."""
_ITEM = re.compile(r"^(?:© ?)?dpa(?:-[a-z]+)?[:,] ?(?:dpa:)?\d{6}[\d-]+|^\(?©? ?dpa-infocom\b")
_DESK = re.compile(r"^[a-z]{2,4}(?:/[a-z]{2,4})+(?: \([a-z]{2,4}\))?$")
_TOKEN = re.compile(r"[^\W_]+")
_MARKED = re.compile(r"\(([^()]{2,40})\)\s*(?:[-–—.:]|$)")
_DATELINE = re.compile(r"^[^.!?\n]{2,60}?\(([^()]{2,30})\)\s*[-–—.:]")
_NO_NAME = re.compile(r"https?:|www\.|@|[<>{}\[\]|]|\d{3}")
_BESIDE_NAMES = re.compile(r"\([^()]{0,80}\)|\S{1,64}@\S{1,100}|https?://\S{1,200}")
_SLASH = re.compile(r"\s+/\s+|\s+\|\s+")
_GLUED = re.compile(r"(?<=[a-zß-ÿ])(?:Twitter|Facebook|Instagram|LinkedIn|E-?[Mm]ail)$")
_PLACE = re.compile(r"(?:in|aus|at|from|à|из|з)\s")
_ROLES = frozenset(
    words_in(
        "redakteur redakteurin reporter reporterin korrespondent korrespondentin journalist "
        "journalistin autor autorin volontär volontärin chefredakteur chefredakteurin redaktion "
        "writer writers editor editors correspondent correspondents contributor staff admin "
        "administrator journaliste rédaction корреспондент кореспондент редакция редакція"
    )
)
_MAX_AUTHORS = 20


def is_agency_mark(line: str) -> bool:
    """Return whether a lower-case line credits an agency and contains nothing else.

    Examples: ``(dpa/afp)``, ``© dpa-infocom, dpa:230428-99-483045/5``, ``dpa/cgo``,
    ``mit material von sid``.
    """
    if len(line) > 100 or not (_FIRST_WORDS.find_matches_as_indexes(line) and _CODE.search(line)):
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
            return _without_slugs(names)[:_MAX_AUTHORS]
    return ()


def names_in_byline(lines: Iterable[str]) -> list[str]:
    """Return the names in the first line such as ``Von Max Mustermann, 12.03.2024``."""
    for line in lines:
        if len(line) > 120:
            continue
        match = _byline(languages()).match(line)
        if match and match["names"][:1].isupper():
            return _names(_day(languages()).sub("", match["names"]))
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


@cache
def _day(known: tuple[Language, ...]) -> re.Pattern[str]:
    """Match the beginning of a date behind the names in a byline: *on Monday, November*."""
    dates = [one.dates for one in known]
    joiners = "|".join(sorted({word for one in dates for word in one.joiners}))
    months = {name for one in dates for names in one.months for name in names}
    days = "|".join(sorted(months.union(*(one.weekdays for one in dates))))
    return re.compile(rf"[\s,|·–-]+(?:(?:{joiners})\s+)?(?:{days})\b.*$", re.IGNORECASE)


def _names(value: str) -> list[str]:
    """Return the names that a field or a byline lists, without roles, places and addresses."""
    value = _SLASH.sub(", ", _BESIDE_NAMES.sub(" ", value[:400]))
    value = without_opener(clean_line(value, 200).strip(" ,;|/-–"))
    if not value or _NO_NAME.search(value):
        return []
    parts = [_GLUED.sub("", part) for part in separated(value)]
    end = next((i for i, part in enumerate(parts) if _PLACE.match(part)), len(parts))
    names = [part for part in parts[:end] if _is_name(part)]
    full = any(" " in name for name in names)
    return [name for name in names if not full or " " in name or _CODE.fullmatch(name)]


def _is_name(part: str) -> bool:
    if not (2 < len(part) <= 60 and part[:1].isalpha()):
        return False
    return not any(word in _ROLES for word in part.lower().split())


def _without_slugs(names: Iterable[str]) -> tuple[str, ...]:
    """Return names once each; ``jane-doe`` beside *Jane Doe* is the same, as an address has it."""
    by_letters: dict[str, str] = {}
    for name in names:
        by_letters.setdefault(letters_of(name), name)
    return tuple(by_letters.values())
