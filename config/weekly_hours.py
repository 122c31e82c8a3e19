"""Hours of the week, such as quiet hours and hours of duty. Pure.

::

    "mon-fri 22:00-06:30" ──parse_hours──▶ Hours ─┐
    time zone ────────────────────────────────────┴▶ WeeklyHours.contains, .end_after

Times are those of a clock on the wall, in a named zone. A time that a change to summer time skips
counts as if the clock had not been changed; one that occurs twice means the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY: Final = 24 * 60

_DAY = "|".join(DAYS)
_CLOCK = r"([0-9]{1,2})(?::([0-9]{2}))?"
_HOURS = re.compile(rf"(?:({_DAY})(?:-({_DAY}))?\s+)?{_CLOCK}\s*-\s*{_CLOCK}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of the day on some days of the week.

    Attributes:
        days: The days on which it begins, 0 for Monday.
        start: Minutes after midnight.
        end: Likewise, up to 24:00; not after the start where it ends on the next day.
    """

    days: frozenset[int]
    start: int
    end: int

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """Return when it begins and ends on a day, in UTC; None where it does not begin then."""
        if day.weekday() not in self.days:
            return None
        last = day if self.end > self.start else day + timedelta(days=1)
        return _moment(day, self.start, zone), _moment(last, self.end, zone)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of the week in a time zone.

    Attributes:
        hours: May be empty.
        zone: An IANA name, such as ``Europe/Berlin``.
    """

    hours: tuple[Hours, ...]
    zone: str

    def contains(self, moment: datetime) -> bool:
        """Return whether a moment is in one of the hours; their end is not."""
        return self._end_at(moment, ZoneInfo(self.zone)) is not None

    def end_after(self, moment: datetime) -> datetime | None:
        """Return when the hours that a moment is in end; None where it is in none.

        Hours that follow one another without a gap are one.
        """
        end: datetime | None = None
        zone = ZoneInfo(self.zone)
        for _ in range(len(DAYS) * max(1, len(self.hours))):
            later = self._end_at(moment if end is None else end, zone)
            if later is None:
                break
            end = later
        return end

    @property
    def never_end(self) -> bool:
        """Whether they cover the whole week."""
        monday = datetime(2026, 1, 5, tzinfo=UTC)
        end = self.end_after(monday)
        return end is not None and self.end_after(end) is not None

    def _end_at(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        today = moment.astimezone(zone).date()
        spans = (h.on(today - timedelta(days=d), zone) for h in self.hours for d in (0, 1))
        ends = (span[1] for span in spans if span is not None and span[0] <= moment < span[1])
        return max(ends, default=None)


def parse_hours(text: str) -> Hours | None:
    """Parse ``22:00-06:00``, ``mon-fri 22-6`` or ``sun 00:00-24:00``; None where it is neither."""
    parts = _HOURS.fullmatch(text.strip())
    if parts is None:
        return None
    first, last, *clock = parts.groups()
    start, end = _minutes(clock[0], clock[1]), _minutes(clock[2], clock[3])
    if start is None or end is None or start in (MINUTES_PER_DAY, end):
        return None
    return Hours(_days(first, last), start, end)


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None:
        return frozenset(range(len(DAYS)))
    start = DAYS.index(first.lower())
    end = start if last is None else DAYS.index(last.lower())
    return frozenset((start + n) % len(DAYS) for n in range((end - start) % len(DAYS) + 1))


def _minutes(hour: str, minute: str | None) -> int | None:
    total = int(hour) * 60 + int(minute or 0)
    return total if int(minute or 0) < 60 and total <= MINUTES_PER_DAY else None


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    if minutes == MINUTES_PER_DAY:
        day, minutes = day + timedelta(days=1), 0
    local = datetime(day.year, day.month, day.day, *divmod(minutes, 60), tzinfo=zone)
    return local.astimezone(UTC)
