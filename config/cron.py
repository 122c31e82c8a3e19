"""Times of day and dates by cron, in a time zone. Pure.

::

    "0 8 * * mon-fri" ──parse_cron──▶ Cron ─┐
    time zone ──────────────────────────────┴▶ CronSchedule.next_after, .last_until

The five fields are minute, hour, day of the month, month and day of the week, each a ``*``, a
number, a name (``mon``, ``jan``), a range, a list of them, or one of these with a step
(``*/15``). As in cron, a day has to fit one of day of the month and day of the week where both are
restricted. A time that a change to summer time skips counts as if the clock had not been changed;
one that occurs twice means the first (as in :mod:`config.weekly_hours`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAY_NAMES: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTH_NAMES: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)

LONGEST_GAP: Final = timedelta(days=8 * 366)
"""The longest time between two occurrences: from 29 February 2096 to that of 2104."""

_ITEM = re.compile(r"(?:(\*)|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression.

    Attributes:
        minutes: Minutes of the hour, ascending; ``hours`` likewise.
        days: Days of the month.
        months: 1 for January.
        weekdays: 0 for Sunday.
        needs_both: Whether a day must fit ``days`` and ``weekdays``, instead of one of them.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    needs_both: bool

    def fits(self, day: date) -> bool:
        """Return whether it has times on a day."""
        if day.month not in self.months:
            return False
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return in_month and in_week if self.needs_both else in_month or in_week


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """A cron expression in a time zone.

    Attributes:
        text: The expression as it was written.
        zone: An IANA name, such as ``Europe/Berlin``.
    """

    cron: Cron
    text: str
    zone: str

    def next_after(self, moment: datetime) -> datetime:
        """Return the first occurrence after a moment, in UTC.

        Raises:
            OverflowError: There is none before the year 10000.
        """
        return next(at for at in self._walk(moment, timedelta(days=1)) if at > moment)

    def last_until(self, moment: datetime) -> datetime:
        """Return the last occurrence that is not after a moment, in UTC.

        Raises:
            OverflowError: There is none after the year 1.
        """
        return next(at for at in self._walk(moment, timedelta(days=-1)) if at <= moment)

    def _walk(self, moment: datetime, step: timedelta) -> Iterator[datetime]:
        """Yield occurrences from the day before or after a moment on, in the order of time."""
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date() - step
        while True:
            if self.cron.fits(day):
                yield from sorted(self._on(day, zone), reverse=step < timedelta())
            day += step

    def _on(self, day: date, zone: ZoneInfo) -> set[datetime]:
        return {
            datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
            for hour in self.cron.hours
            for minute in self.cron.minutes
        }


def parse_cron(text: str) -> Cron | None:
    """Parse a cron expression of five fields; None where it is faulty or never occurs."""
    fields = text.lower().split()
    if len(fields) != 5:
        return None
    minutes, hours = _parse(fields[0], 0, 59), _parse(fields[1], 0, 23)
    days, months = _parse(fields[2], 1, 31), _parse(fields[3], 1, 12, MONTH_NAMES)
    weekdays = _parse(fields[4], 0, 7, DAY_NAMES)
    if not (minutes and hours and days and months and weekdays):
        return None
    cron = Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        frozenset(days),
        frozenset(months),
        frozenset(day % 7 for day in weekdays),
        needs_both=fields[2].startswith("*") or fields[4].startswith("*"),
    )
    return cron if _occurs(cron) else None


def _parse(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """Return the numbers of a field; none where it is faulty."""
    items = [_parse_item(item, low, high, names) for item in field.split(",")]
    return set().union(*items) if all(items) else set()


def _parse_item(item: str, low: int, high: int, names: tuple[str, ...]) -> set[int]:
    parts = _ITEM.fullmatch(item)
    if parts is None:
        return set()
    star, first, last, step = parts.groups()
    top = high if names != DAY_NAMES else 6
    start = low if star else _number(first, low, names)
    end = top if star or (step and last is None) else _number(last or first, low, names)
    if last == "sun":
        end = 7
    if start is None or end is None or not low <= start <= end <= high or step == "0":
        return set()
    return set(range(start, end + 1, int(step or 1)))


def _number(text: str, low: int, names: tuple[str, ...]) -> int | None:
    if text in names:
        return names.index(text) + low
    return int(text) if text.isdecimal() and len(text) <= 2 else None


def _occurs(cron: Cron) -> bool:
    """Return whether there is any day that it fits: there is no 30 February."""
    first = date(2096, 1, 1)
    return any(cron.fits(first + timedelta(days=n)) for n in range(LONGEST_GAP.days + 1))
