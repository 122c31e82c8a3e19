"""Dates as feeds and pages write them, in several languages.

::

    text ── Unix time · ISO 8601 · RFC 822, asctime, spoken · since then ── moment ── zone ── limits

feedparser reads CET and MESZ as UTC, does not read "Fr, 11 Okt 2019" and turns some numbers into
dates of 1699, so dates are parsed here. The words are those of all known languages
(:mod:`core.text.languages`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache

from core.text.languages import Language, language, languages
from ingest.time_zones import is_month_first, offset_of

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)
"""A date further ahead is a mistake; one less far ahead means now."""

LocalTime = Callable[[datetime], datetime]
"""From a local time without a zone to UTC."""

_MOST_DAYS_WITHOUT_YEAR = timedelta(days=60)
"""How far back a date without a year goes; an older one may be one to come."""

_CLOCKS_DIFFER = timedelta(minutes=10)
"""By how much the clock of a server may be ahead."""

_FIRST_WORD = re.compile(r"([^\W\d]+)\.?(,?)\s*")
_TIME = re.compile(
    r"(?<!\d)(?P<h>\d{1,2})[:.h](?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?(?!\w))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?(?!\w))?",
    re.IGNORECASE,
)
_FULL_HOUR = re.compile(
    r"(?<![\d.:])(?P<h>\d{1,2})(?P<m>)(?P<s>)\s?(?:(?P<half>[ap]\.?m\.?)|uhr)(?!\w)", re.IGNORECASE
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(.*)",
    re.DOTALL,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?\s*(Z|[+-]\d{2}:?\d{2})?")
_SIGNS = " ,-|·•–—/"
_STAMP = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")

_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?P<y>\d{4})[./-](?P<m>\d{1,2})[./-](?P<d>\d{1,2})$"), "ymd"),
    (re.compile(r"^(?P<d>\d{1,2})\.?[\s-]+(?P<m>[^\W\d]+)\.?,?[\s-]+(?P<y>\d{4}|\d{2})$"), "named"),
    (re.compile(r"^(?P<m>[^\W\d]+)\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})$"), "named"),
    (re.compile(r"^(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})$"), "dotted"),
    (re.compile(r"^(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})$"), "slashes"),
)
"""Each way to write a date, with the groups y, m and d; a month is a name or a number."""
_RFC822 = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|GMT)"
)
_YEARLESS = re.compile(
    r"(?:\d{1,2}(?P<dotted>\.\s?\d{1,2}\.)|\d{1,2}\.?[\s-]+[^\W\d]+\.?|[^\W\d]+\.?\s\d{1,2})(?![\d.])"
    r"(?!,?\s?\d{4})"
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """What a date means.

    Attributes:
        at: The moment, in UTC. For a day without a time of day that is its last second, in the
            zone of the publisher, or the present where the day is not over.
        is_day: Whether only the day is written.
        has_zone: Whether the zone, or the offset from UTC, is written.
    """

    at: datetime
    is_day: bool
    has_zone: bool


@dataclass(frozen=True, slots=True)
class _Local:
    """A date as it is written: a local time, and its offset if there is one."""

    time: datetime
    is_day: bool
    offset: timedelta | None
    to_utc: LocalTime | None

    def resolve(self, zone: tzinfo | None) -> datetime:
        if self.offset is not None:
            return (self.time - self.offset).replace(tzinfo=UTC)
        if zone is not None:
            return self.time.replace(tzinfo=zone).astimezone(UTC)
        return self.to_utc(self.time) if self.to_utc else self.time.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of dates of all languages.

    Attributes:
        months: The number of each month by its names.
        local_times: For names of months that tell the language, how its local times are read.
        dotted: How a date such as 9.3.2025 is read.
        ordinal: What follows the number of a day.
        noise: What a date means the same without.
        elapsed: The time since, such as *3 hours ago*; the group ``unit`` begins with a unit.
        days_ago: How many days ago *today* and *yesterday* are.
    """

    months: dict[str, int]
    local_times: dict[str, LocalTime]
    dotted: LocalTime | None
    ordinal: re.Pattern[str]
    noise: re.Pattern[str]
    elapsed: re.Pattern[str]
    seconds: dict[str, int]
    days_ago: dict[str, int]


@cache
def _words(known: tuple[Language, ...]) -> _Words:
    dates = [one.dates for one in known]
    zoned = [(one, one.local_time) for one in dates if one.local_time]
    english = frozenset().union(*language("en").dates.months)
    endings = "|".join(sorted(frozenset().union(*(one.ordinal_endings for one in dates))))
    fillers = {word for one in dates for word in (*one.fillers, *one.joiners, *one.year_prefixes)}
    noise = "|".join(sorted(fillers - {"am"}))  # which is also ante meridiem
    years = "|".join(sorted({pattern for one in dates for pattern in one.year_endings}))
    return _Words(
        months={
            name: n for one in dates for n, names in enumerate(one.months, 1) for name in names
        },
        local_times={
            name: local for one, local in zoned for names in one.months for name in names - english
        },
        dotted=next((local for one, local in zoned if one.dotted), None),
        ordinal=re.compile(rf"(?<=\d)(?:{endings})\b", re.IGNORECASE),
        noise=re.compile(
            rf"\s*\([^)]*\)\s*$|\b(?:{noise})\b|(?<=\d\d\d\d)\s?(?:{years})(?!\w)", re.IGNORECASE
        ),
        elapsed=re.compile(rf"(?:{'|'.join(p for one in dates for p in one.elapsed)})(?!\w)"),
        seconds={word: n for one in dates for word, n in one.elapsed_units.items()},
        days_ago={word: n for one in dates for word, n in one.relative_days.items()},
    )


def parse_date(
    raw: str,
    *,
    now: datetime,
    publisher_language: str | None = None,
    zone: tzinfo | None = None,
) -> datetime | None:
    """Return the moment of :func:`read_date`."""
    date = read_date(raw, now=now, publisher_language=publisher_language, zone=zone)
    return date.at if date else None


def read_date(
    raw: str,
    *,
    now: datetime,
    publisher_language: str | None = None,
    zone: tzinfo | None = None,
    on_page: bool = False,
) -> WrittenDate | None:
    """Return what a date means.

    A date without a zone is a local time of its publisher where the zone is known. Otherwise it is
    one where it is written in a language with a local time, or where its publisher's language has
    one (Central European time for German). Otherwise it is UTC. It is UTC as well where the local
    time would be in the future and UTC is not.

    Args:
        raw: The date as it was published.
        now: The current time, aware. A date up to a day ahead of it becomes it.
        publisher_language: Two letters, if known.
        zone: The time zone of the publisher, if known.
        on_page: Whether people read it on a page, which may say *2 hours ago*, *today, 14:05* and
            *28 November* without a year.

    Returns:
        None for text that is no date, and for dates before 1990 or more than a day ahead.
    """
    text = " ".join(raw.split())
    if not text or len(text) > 100:
        return None
    try:
        local = _unix_time(text) or _iso(text) or _rfc822(text)
        local = local or _spoken(text, is_month_first(zone))
        if local is None and on_page:
            local = _since(text.lower(), now, zone) or _without_year(text, now, zone)
    except (ValueError, OverflowError):  # the 31st of February, the 61st minute
        return None
    return _limited(local, now, zone, publisher_language) if local else None


def _limited(
    local: _Local, now: datetime, zone: tzinfo | None, publisher_language: str | None
) -> WrittenDate | None:
    own = language(publisher_language or "").dates.local_time
    try:
        at = replace(local, to_utc=own or local.to_utc).resolve(zone)
        if local.offset is None and not local.is_day and at > now + _CLOCKS_DIFFER:
            at = min(at, local.time.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
    if not EARLIEST <= at <= now + LATEST_AHEAD:
        return None
    return WrittenDate(min(at, now.astimezone(UTC)), local.is_day, local.offset is not None)


def _unix_time(text: str) -> _Local | None:
    """Read seconds, or milliseconds, since 1970."""
    stamp = _STAMP.fullmatch(text)
    if not stamp:
        return None
    at = datetime.fromtimestamp(int(stamp[1]), UTC).replace(tzinfo=None)
    return _Local(at, False, timedelta(), None)


def _iso(text: str) -> _Local | None:
    parts = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in parts.groups()[:6])
    time = None if parts[4] is None else (hour, minute, second)
    return _local((year, month, day), time, parts[7] or "", None)


def _rfc822(text: str) -> _Local | None:
    """Read what most feeds write, which :func:`_spoken` reads in four times the time."""
    parts = _RFC822.fullmatch(text)
    if parts is None:
        return None
    day, month, year, hour, minute, second, zone = parts.groups()
    date = int(year), _words(languages()).months[month.lower()], int(day)
    return _local(date, (int(hour), int(minute), int(second)), zone, None)


def _spoken(text: str, month_first: bool) -> _Local | None:
    words = _words(languages())
    text = _FULL_HOUR.sub(r"\g<h>:00 \g<half>", _without_weekday(text))
    text = words.noise.sub(" ", words.ordinal.sub("", text)).strip(_SIGNS)
    clock = _CLOCK.search(text) or _time_at_end(text)
    if clock is None:
        return _dated(text, None, "", month_first)
    before, after = text[: clock.start()].strip(_SIGNS + "T"), text[clock.end() :].strip(" ,|·•")
    if not before:  # 12:34, 9. März 2025
        before, after = after, ""
    year_after = re.search(r"(?:^|\s)(\d{4})$", after)  # asctime: Sun Mar 9 12:34:56 CET 2025
    if year_after and not re.search(r"\d{4}", before):
        before, after = f"{before} {year_after[1]}", after[: year_after.start()].strip()
    return _dated(before, _time(clock), after, month_first)


def _since(text: str, now: datetime, zone: tzinfo | None) -> _Local | None:
    """Read *2 hours ago*, *yesterday* and *today, 14:05*; a day or more ago is a day."""
    words = _words(languages())
    local = now.astimezone(zone or UTC)
    if words.elapsed.fullmatch(text):
        number = re.search(r"\d+", text)
        unit = next(
            (n for word, n in words.seconds.items() if re.search(rf"\b{word}|\d{word}", text)), 0
        )
        at = local - timedelta(seconds=unit * int(number[0] if number else 1))
        return (
            _relative(at, None if unit >= 86400 else (at.hour, at.minute, at.second))
            if unit
            else None
        )
    first = re.match(r"[^\W\d]+(?:'[^\W\d]+)?", text)
    if first is None or first[0] not in words.days_ago:
        return None
    rest = words.noise.sub(" ", _FULL_HOUR.sub(r"\g<h>:00 \g<half>", text[first.end() :])).strip(
        _SIGNS
    )
    clock = _TIME.fullmatch(rest)
    if rest and clock is None:
        return None
    return _relative(
        local - timedelta(days=words.days_ago[first[0]]), _time(clock) if clock else None
    )


def _relative(at: datetime, time: tuple[int, int, int] | None) -> _Local | None:
    local = _local((at.year, at.month, at.day), time, "", None)
    return replace(local, offset=at.utcoffset()) if local else None


def _without_year(text: str, now: datetime, zone: tzinfo | None) -> _Local | None:
    """Read *28 November, 14:05* as the last day with that date."""
    text = _without_weekday(text)
    day = _YEARLESS.match(text)
    if day is None:
        return None
    before, after = text[: day.end()].rstrip(" .,"), text[day.end() :]
    today = now.astimezone(zone or UTC).date()
    for year in (today.year, today.year - 1):
        separator = "." if day["dotted"] else " "
        local = _spoken(f"{before}{separator}{year}{after}", is_month_first(zone))
        if local is not None and local.time.date() <= today:
            return local if today - local.time.date() <= _MOST_DAYS_WITHOUT_YEAR else None
    return None


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
    written: str, time: tuple[int, int, int] | None, zone: str, month_first: bool
) -> _Local | None:
    for pattern, kind in _DATES:
        if not (parts := pattern.match(written)):
            continue
        year, day = int(parts["y"]), int(parts["d"])
        month = _month(parts["m"])
        if month is None:
            return None
        if month > 12 or (kind == "slashes" and month_first and day <= 12):
            month, day = day, month
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        words = _words(languages())
        own = words.dotted if kind == "dotted" else words.local_times.get(parts["m"].lower())
        return _local((year, month, day), time, zone, own)
    return None


def _month(raw: str) -> int | None:
    return int(raw) if raw.isdigit() else _words(languages()).months.get(raw.lower())


def _local(
    day: tuple[int, int, int],
    time: tuple[int, int, int] | None,
    zone: str,
    to_utc: LocalTime | None,
) -> _Local | None:
    """Return the local time. An unreadable zone counts as none; 24:00 ends a day."""
    hour, minute, second = time or (23, 59, 59)
    local = datetime(*day) + timedelta(hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001
    if hour > 24 or minute > 59 or second > 60:
        return None
    return _Local(local, time is None, offset_of(zone.strip(), local), to_utc)
