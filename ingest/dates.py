"""Dates as feeds and pages write them, in several languages.

::

    text ── Unix time · ISO 8601 · RFC 822, asctime, spoken ── moment ── zone ── limits

feedparser reads CET and MESZ as UTC, does not read "Fr, 11 Okt 2019" and turns some numbers into
dates of 1699, so dates are parsed here. The words are those of all known languages
(:mod:`core.text.languages`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from core.text.languages import Language, language, languages

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)
"""A date further ahead is a mistake; one less far ahead means now."""

LocalTime = Callable[[datetime], datetime]
"""From a local time without a zone to UTC."""

_HOURS_EAST = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1,
    "met": 1, "cest": 2, "mesz": 2, "mest": 2, "eet": 2, "eest": 3, "oesz": 3, "oez": 2, "msk": 3,
    "trt": 3, "gst": 4, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_FIRST_WORD = re.compile(r"([^\W\d]+)\.?(,?)\s*")
_TIME = re.compile(
    r"(?<!\d)(?P<h>\d{1,2})[:.h](?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?(?!\w))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?(?!\w))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:(?:UTC|GMT)\s*)?([+-])(\d{1,2}):?(\d{2})?$", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(.*)",
    re.DOTALL,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(Z|[+-]\d{2}:?\d{2})?")
_STAMP = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")

_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?P<y>\d{4})[./-](?P<m>\d{1,2})[./-](?P<d>\d{1,2})$"), "ymd"),
    (re.compile(r"^(?P<d>\d{1,2})\.?[\s-]+(?P<m>[^\W\d]+)\.?,?[\s-]+(?P<y>\d{4}|\d{2})$"), "named"),
    (re.compile(r"^(?P<m>[^\W\d]+)\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})$"), "named"),
    (re.compile(r"^(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})$"), "dotted"),
    (re.compile(r"^(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})$"), "slashes"),
)
"""Each way to write a date, with the groups y, m and d; a month is a name or a number."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of dates of all languages.

    Attributes:
        months: The number of each month by its names.
        local_times: For names of months that tell the language, how its local times are read.
        dotted: How a date such as 9.3.2025 is read.
        ordinal: What follows the number of a day.
        noise: What a date means the same without.
    """

    months: dict[str, int]
    local_times: dict[str, LocalTime]
    dotted: LocalTime | None
    ordinal: re.Pattern[str]
    noise: re.Pattern[str]


@cache
def _words(known: tuple[Language, ...]) -> _Words:
    zoned = [(one.dates, one.dates.local_time) for one in known if one.dates.local_time]
    english = frozenset().union(*language("en").dates.months)
    endings = "|".join(sorted(frozenset().union(*(one.dates.ordinal_endings for one in known))))
    fillers = "|".join(sorted(frozenset().union(*(one.dates.fillers for one in known))))
    return _Words(
        months={
            name: n
            for one in known
            for n, names in enumerate(one.dates.months, 1)
            for name in names
        },
        local_times={
            name: local
            for dates, local in zoned
            for names in dates.months
            for name in names - english
        },
        dotted=next((local for dates, local in zoned if dates.dotted), None),
        ordinal=re.compile(rf"(?<=\d)(?:{endings})\b", re.IGNORECASE),
        noise=re.compile(rf"\s*\([^)]*\)\s*$|\b(?:{fillers})\b", re.IGNORECASE),
    )


def parse_date(
    raw: str, *, now: datetime, publisher_language: str | None = None
) -> datetime | None:
    """Return the moment that a date means, in UTC.

    A date without a zone is a local time where it is written in a language with a local time, or
    where its publisher's language has one (Central European time for German). Otherwise it is UTC.

    Args:
        raw: The date as it was published.
        now: The current time, aware. A date up to a day ahead of it becomes it.
        publisher_language: Two letters, if known.

    Returns:
        None for text that is no date, and for dates before 1990 or more than a day ahead.
    """
    text = " ".join(raw.split())
    if not text or len(text) > 100:
        return None
    local = language(publisher_language or "").dates.local_time
    try:
        moment = _unix_time(text) or _iso(text, local) or _spoken(text, local)
    except (ValueError, OverflowError):  # the 31st of February, the 61st minute
        return None
    if moment is None or moment < EARLIEST or moment > now + LATEST_AHEAD:
        return None
    return min(moment, now.astimezone(UTC))


def _unix_time(text: str) -> datetime | None:
    """Read seconds, or milliseconds, since 1970."""
    stamp = _STAMP.fullmatch(text)
    return datetime.fromtimestamp(int(stamp[1]), UTC) if stamp else None


def _iso(text: str, local: LocalTime | None) -> datetime | None:
    parts = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in parts.groups()[:6])
    return _moment((year, month, day), (hour, minute, second), parts[7] or "", local)


def _spoken(text: str, local: LocalTime | None) -> datetime | None:
    words = _words(languages())
    text = words.noise.sub(" ", words.ordinal.sub("", _without_weekday(text))).strip(" ,-|")
    clock = _CLOCK.search(text) or _time_at_end(text)
    if clock is None:
        return _dated(text, (0, 0, 0), "", local)
    before, after = text[: clock.start()].strip(" ,-|T"), text[clock.end() :].strip(" ,")
    if not before:  # 12:34, 9. März 2025
        before, after = after, ""
    year_after = re.search(r"(?:^|\s)(\d{4})$", after)  # asctime: Sun Mar 9 12:34:56 CET 2025
    if year_after and not re.search(r"\d{4}", before):
        before, after = f"{before} {year_after[1]}", after[: year_after.start()].strip()
    return _dated(before, _time(clock), after, local)


def _without_weekday(text: str) -> str:
    first = _FIRST_WORD.match(text)
    if first and (first[2] or first[1].lower() not in _words(languages()).months):
        return text[first.end() :]
    return text


def _time_at_end(text: str) -> re.Match[str] | None:
    """Return ``20.15`` at the end of a date, as German papers write it."""
    times = [m for m in _TIME.finditer(text) if m.end() == len(text) and m.start() > 6]
    return times[-1] if times else None


def _time(clock: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(clock["h"]), int(clock["m"]), int(clock["s"] or 0)
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"][0] in "pP" else 0)
    return hour, minute, second


def _dated(
    date: str, time: tuple[int, int, int], zone: str, local: LocalTime | None
) -> datetime | None:
    for pattern, kind in _DATES:
        if not (parts := pattern.match(date)):
            continue
        year, day = int(parts["y"]), int(parts["d"])
        month = _month(parts["m"])
        if month is None:
            return None
        if kind == "slashes" and month > 12:
            month, day = day, month
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        words = _words(languages())
        own = words.dotted if kind == "dotted" else words.local_times.get(parts["m"].lower())
        return _moment((year, month, day), time, zone, local or own)
    return None


def _month(raw: str) -> int | None:
    return int(raw) if raw.isdigit() else _words(languages()).months.get(raw.lower())


def _moment(
    date: tuple[int, int, int], time: tuple[int, int, int], zone: str, to_utc: LocalTime | None
) -> datetime | None:
    """Return the moment in UTC. An unreadable zone counts as none; 24:00 ends a day."""
    hour, minute, second = time
    local = datetime(*date) + timedelta(hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001
    if hour > 24 or minute > 59 or second > 60:
        return None
    offset = _offset(zone.strip())
    if offset is not None:
        return (local - offset).replace(tzinfo=UTC)
    return to_utc(local) if to_utc else local.replace(tzinfo=UTC)


def _offset(zone: str) -> timedelta | None:
    parts = _OFFSET.fullmatch(zone)
    if parts:
        if int(parts[2]) > 15:
            raise ValueError("no zone is that far from UTC")
        size = timedelta(hours=int(parts[2]), minutes=int(parts[3] or 0))
        return -size if parts[1] == "-" else size
    hours = _HOURS_EAST.get(zone.strip("()").lower())
    return None if hours is None else timedelta(hours=hours)
