"""Titles without what outlets add to them: markers, bylines, their own name.

::

    (H+) +++ Eil +++ Bridge closed - Von Jane Doe ──plain_title──▶ Bridge closed
"""

from __future__ import annotations

import re
from functools import cache

from core.text.languages import Language, languages

LONGEST_LABEL = 4
"""Words of a label such as *Breaking News* or *Newsletter on Monday*."""

_LETTERS = re.compile(r"[\W_]+")
_WORD = re.compile(r"\w+")
_PLUSES = re.compile(r"^(?:\+{2,}|\*{2,}|[⚡🔴🚨❗‼️●]+)\s*|\s*(?:\+{2,}|\*{2,})$")
_INNER_PLUSES = re.compile(r"^([^+]{1,30}?)\s*\+{2,}\s*")
_PAID = (
    r"[A-Za-zÄÖÜ]{0,4}\+|\+[A-Za-zÄÖÜ]{0,3}|[€$]|plus|[a-z]{2,5}[ -]?plus|abo|premium|exklusiv"
    r"|exclusive|paid|bezahlt|subscriber|abonnés|anzeige|advertorial|sponsored"
)
_LIVE = (
    r"live|live-?blog|live-?ticker|live[ -]?updates?|live-?stream|ticker|news-?blog|news-?ticker"
    r"|\+\+\s?live|minute by minute|as it happened|en direct|direct|онлайн|наживо|прямой эфир"
)
_BREAKING = (
    r"eil|eilmeldung|breaking|breaking[- ]news|alert|flash|urgent|alerte info|just in|developing"
    r"|developing story|new|neu|update|updated|aktualisiert|upd|срочно|молния|терміново|оновлено"
    r"|оновлюється|обновлено|обновляется"
)
_MEDIA = r"video|watch|im video|mit video|fotos?|bilder|podcast|audio|видео|відео|фото"
_EXCLUSIVE = r"exklusiv|exclusive|exclusif|scoop|эксклюзив|ексклюзив"
_MARKER = rf"(?:{_PAID}|{_LIVE}|{_BREAKING}|{_MEDIA}|{_EXCLUSIVE})"
_IN_BRACKETS = re.compile(
    rf"^[\[(<{{]\s*{_MARKER}\s*[\])>}}]\s*[:|–—-]?\s*|\s*[\[(<{{]\s*{_MARKER}\s*[\])>}}]$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"^(?:{_LIVE}|{_BREAKING}|{_EXCLUSIVE}|{_MEDIA})(?:\s*\d{{1,2}})?\s*(?:[:|•·»>]+|\s[–—-]+)\s*"
    r"|^(?:EN )?DIRECT\s?[.,]\s*"
    r"|^update\s\d{1,2}\s*[–—:-]\s*",
    re.IGNORECASE,
)
_PLUS_LABEL = re.compile(r"^[A-ZÄÖÜ]{1,2}\+\s+(?=\w)")
_TRAILING = re.compile(
    rf"\s*[|•·]\s*(?:{_PAID}|{_LIVE}|{_MEDIA})$|\s+[–—-]\s+(?:{_LIVE})$", re.IGNORECASE
)
_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[…\]|\[\.{3}\])$")
_NAME = r"[A-ZÄÖÜÀ-ÞА-ЯІЇЄҐ][\w'’.-]*"
_PARTICLES = r"(?:van|von|de|del|der|den|di|la|le|zu|al|el|bin|ben|ter)"


def plain_title(title: str) -> str:
    """Return a title without markers, and without a byline at its end.

    A title that consists of a marker and nothing else is returned as it is.
    """
    plain = title
    for _ in range(4):
        shorter = _without_marker(plain)
        if shorter == plain or not _has_words(shorter):
            break
        plain = shorter
    without = _byline(languages()).sub("", plain)
    return without if len(_WORD.findall(without)) >= 3 else plain


def is_label(title: str) -> bool:
    """Return whether a title is a marker or a name of a column, and says no news."""
    parts = [word.lower() for word in _WORD.findall(title) if not word.isdecimal()]
    return len(parts) <= LONGEST_LABEL and bool(
        re.fullmatch(_MARKER, title.strip(" +*:|–—-"), re.IGNORECASE)
        or (parts and parts[0] in _labels(languages()))
    )


def names_opinion(label: str) -> bool:
    """Return whether a label says that a piece reports nothing new: *Comment:*, *Analysis:*."""
    parts = [word.lower() for word in _WORD.findall(label)]
    return any(part in one.opinion_words for part in parts for one in languages())


def is_truncated(title: str) -> bool:
    """Return whether a title ends with an ellipsis."""
    return bool(_ELLIPSIS.search(title))


def without_ellipsis(title: str) -> str:
    """Return a title without an ellipsis at its end."""
    return _ELLIPSIS.sub("", title)


def letters_of(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return _LETTERS.sub("", text.casefold())


def _without_marker(title: str) -> str:
    title = whole = title.strip()
    for pattern in (_IN_BRACKETS, _LABEL, _PLUS_LABEL, _TRAILING):
        title = pattern.sub("", title).strip()
    unmarked = _PLUSES.sub("", title)
    if unmarked != title:
        title = _INNER_PLUSES.sub("", unmarked) if _is_short_label(unmarked) else unmarked
    title = title.lstrip(" |•·:").rstrip(" |•·")
    return title if whole.endswith(title) else title.rstrip(" :")


def _is_short_label(title: str) -> bool:
    """Return whether a title begins with a label and pluses: ``Eil +++ …``."""
    match = _INNER_PLUSES.match(title)
    return match is not None and len(match[1].split()) <= LONGEST_LABEL


def _has_words(title: str) -> bool:
    return len(letters_of(title)) >= 3


@cache
def _labels(known: tuple[Language, ...]) -> frozenset[str]:
    """Return the words that a label may begin with."""
    more = [
        "newsletter",
        "nachrichten",
        "schlagzeilen",
        "news",
        "newsblog",
        "liveblog",
        "liveticker",
        "ticker",
        "live",
        "podcast",
        "video",
    ]
    return frozenset(more).union(*(one.opinion_words for one in known))


@cache
def _byline(known: tuple[Language, ...]) -> re.Pattern[str]:
    """Match a byline at the end of a headline: a sign, *by*, and a name of two to five words."""
    openers = "|".join(sorted({o for one in known for o in one.bylines.openers}))
    ands = "|".join(
        sorted({word for one in known for word in one.bylines.conjunctions} | {"&", ","})
    )
    name = rf"{_NAME}(?:\s(?:{_PARTICLES}\s)*{_NAME}){{1,3}}"
    return re.compile(
        rf"\s*(?:[–—|•·]|\s-)\s*(?i:{openers})\s+{name}(?:\s*(?:{ands})\s+{name})*\s*$"
        rf"|\s+\((?i:{openers})\s+{name}\)\s*$"
    )
