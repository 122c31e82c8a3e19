"""Dates as feeds and pages write them, German ones too.

::

    raw ── unix stamp · ISO 8601 · RFC 822, asctime, spoken ── moment ── zone ── limits

feedparser reads CET and MESZ as UTC, gives up on "Fr, 11 Okt 2019" and turns some numbers into
dates of 1699, so dates are read here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(days=1)
"""A date further ahead is a mistake; one less far ahead means now."""

_MONTH_NAMES = """
jan january januar jänner janvier janv gennaio gen enero ene января январь янв січня січ
feb february februar feber février févr fév fevr febbraio febrero февраля февраль фев лютого лют
mar march mär märz maer maerz mrz mars marzo марта март мар березня бер
apr april avril avr aprile abril abr апреля апрель апр квітня кві
may mai mag maggio mayo мая май травня тра
jun june juni juin giugno giu junio июня июнь июн червня чер
jul july juli juil juillet luglio lug julio июля июль июл липня лип
aug august août aout agosto ago августа август авг серпня сер
sep sept september septembre settembre set septiembre сентября сентябрь сен вересня вер
oct october okt oktober octobre ottobre ott octubre октября октябрь окт жовтня жов
nov november novembre noviembre ноября ноябрь ноя листопада лис
dec december dez dezember décembre déc dicembre dic diciembre декабря декабрь дек грудня гру
"""
_MONTHS = {
    name: number
    for number, line in enumerate(_MONTH_NAMES.strip().splitlines(), 1)
    for name in line.split()
}
_HOURS_EAST = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "mez": 1,
    "met": 1, "cest": 2, "mesz": 2, "mest": 2, "eet": 2, "eest": 3, "oesz": 3, "oez": 2, "msk": 3,
    "trt": 3, "gst": 4, "ist": 5.5, "sgt": 8, "hkt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10,
    "aedt": 11, "nzst": 12, "nzdt": 13, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip

_FIRST_WORD = re.compile(r"([^\W\d]+)\.?(,?)\s*")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_NOISE = re.compile(r"\s*\([^)]*\)\s*$|\b(?:um|at|den|à|le)\b|\buhr\b", re.IGNORECASE)
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

# Each: pattern, and the groups of (year, month, day). A month is a name or a number.
_DATES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?P<y>\d{4})[./-](?P<m>\d{1,2})[./-](?P<d>\d{1,2})$"), "ymd"),
    (re.compile(r"^(?P<d>\d{1,2})\.?[\s-]+(?P<m>[^\W\d]+)\.?,?[\s-]+(?P<y>\d{4}|\d{2})$"), "named"),
    (re.compile(r"^(?P<m>[^\W\d]+)\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})$"), "named"),
    (re.compile(r"^(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4}|\d{2})$"), "german"),
    (re.compile(r"^(?P<d>\d{1,2})[/-](?P<m>\d{1,2})[/-](?P<y>\d{4})$"), "slashes"),
)


def parse_date(raw: str, *, now: datetime, german: bool = False) -> datetime | None:
    """The moment a date means, in UTC.

    Without a zone, a date in German words or with dots, or any date of a German publisher, is
    Central European time; every other is UTC.

    Args:
        raw: As given.
        now: The present, aware. A date at most a day ahead of it becomes it.
        german: Whether the publisher is German.

    Returns:
        None for what is no date, before 1990 or more than a day ahead.
    """
    text = " ".join(raw.split())
    if not text or len(text) > 100:
        return None
    try:
        moment = _stamp(text) or _iso(text, german) or _spoken(text, german)
    except (ValueError, OverflowError):  # the 31st of February, the 61st minute
        return None
    if moment is None or moment < EARLIEST or moment > now + LATEST_AHEAD:
        return None
    return min(moment, now.astimezone(UTC))


def central_european(local: datetime) -> datetime:
    """A naive time of Berlin as UTC: summer time by the rule of the EU (2000/84/EC).

    Written out because the zone database may be missing where Python runs.
    """
    winter = local.replace(tzinfo=UTC) - timedelta(hours=1)
    begins, ends = (_last_sunday(local.year, month) + timedelta(hours=1) for month in (3, 10))
    summer = winter - timedelta(hours=1)
    return summer if begins <= summer < ends else winter


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _stamp(text: str) -> datetime | None:
    """Seconds, or milliseconds, since 1970."""
    found = _STAMP.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _iso(text: str, german: bool) -> datetime | None:
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(g or 0) for g in found.groups()[:6])
    return _moment((year, month, day), (hour, minute, second), found[7] or "", german)


def _spoken(text: str, german: bool) -> datetime | None:
    text = _NOISE.sub(" ", _ORDINAL.sub("", _without_weekday(text))).strip(" ,-|")
    clock = _CLOCK.search(text) or _late_time(text)
    if clock is None:
        return _dated(text, (0, 0, 0), "", german)
    before, after = text[: clock.start()].strip(" ,-|T"), text[clock.end() :].strip(" ,")
    if not before:  # 12:34, 9. März 2025
        before, after = after, ""
    year_after = re.search(r"(?:^|\s)(\d{4})$", after)  # asctime: Sun Mar 9 12:34:56 CET 2025
    if year_after and not re.search(r"\d{4}", before):
        before, after = f"{before} {year_after[1]}", after[: year_after.start()].strip()
    return _dated(before, _time(clock), after, german)


def _without_weekday(text: str) -> str:
    first = _FIRST_WORD.match(text)
    if first and (first[2] or first[1].lower() not in _MONTHS):
        return text[first.end() :]
    return text


def _late_time(text: str) -> re.Match[str] | None:
    """``20.15`` at the end of a date, as German papers write it."""
    found = [m for m in _TIME.finditer(text) if m.end() == len(text) and m.start() > 6]
    return found[-1] if found else None


def _time(found: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    return hour, minute, second


def _dated(date: str, time: tuple[int, int, int], zone: str, german: bool) -> datetime | None:
    for pattern, kind in _DATES:
        found = pattern.match(date)
        if not found:
            continue
        year, day = int(found["y"]), int(found["d"])
        month = _month(found["m"])
        if month is None:
            return None
        if kind == "slashes" and month > 12:
            month, day = day, month
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        german_words = kind == "german" or found["m"].lower() in _GERMAN_MONTHS
        return _moment((year, month, day), time, zone, german or german_words)
    return None


_GERMAN = """
januar jänner februar feber mär märz maer maerz mrz mai juni juli okt oktober dez dezember
"""
_GERMAN_MONTHS = frozenset(_GERMAN.split())


def _month(raw: str) -> int | None:
    return int(raw) if raw.isdigit() else _MONTHS.get(raw.lower())


def _moment(
    date: tuple[int, int, int], time: tuple[int, int, int], zone: str, german: bool
) -> datetime | None:
    """The moment, where a zone that cannot be read is none. 24:00 ends a day."""
    hour, minute, second = time
    local = datetime(*date) + timedelta(hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001
    if hour > 24 or minute > 59 or second > 60:
        return None
    offset = _offset(zone.strip())
    if offset is not None:
        return (local - offset).replace(tzinfo=UTC)
    return central_european(local) if german else local.replace(tzinfo=UTC)


def _offset(zone: str) -> timedelta | None:
    found = _OFFSET.fullmatch(zone)
    if found:
        if int(found[2]) > 15:
            raise ValueError("no zone is that far")
        size = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return -size if found[1] == "-" else size
    hours = _HOURS_EAST.get(zone.strip("()").lower())
    return None if hours is None else timedelta(hours=hours)
