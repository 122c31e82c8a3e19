"""When the reader of a browser last looked at the list: what is new since then is marked. Pure.

::

    cookie "since.at" ──▶ LastLook.read ──▶ visit ──▶ cookie     stories after ``since`` are new

While somebody works, ``since`` stays, so that marks do not vanish with the next page. It moves to
the last visit after a break, and to a time that the address names: that of the page on which the
reader chose "mark all as seen" or the announcement of newer stories.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

COOKIE = "wirewatch_looked"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BREAK = timedelta(minutes=10)
"""Visits that are closer to each other belong together."""

LATE_COMMIT = timedelta(seconds=2)
"""Stories that are this much older than a page may have been committed after it was read."""


@dataclass(frozen=True, slots=True)
class LastLook:
    """What a browser remembers of its visits to the list.

    Attributes:
        since: Stories after this time are new to the reader.
        at: When the list was last visited.
    """

    since: datetime
    at: datetime

    def __str__(self) -> str:
        """Return the form in which the cookie has it."""
        return f"{format_time(self.since)}.{format_time(self.at)}"

    @classmethod
    def read(cls, cookie: str, now: datetime) -> LastLook:
        """Read the cookie; untrusted. To a browser without one, nothing is new."""
        since, _, at = cookie.partition(".")
        times = _time(since, now), _time(at, now)
        return cls(times[0], times[1]) if times[0] and times[1] else cls(now, now)

    def seen_until(self, time: str, now: datetime) -> LastLook:
        """Return the state after the reader has seen everything up to a time.

        Args:
            time: As :func:`format_time` writes it; untrusted. Earlier times change nothing.
            now: The present.
        """
        until = _time(time, now)
        return replace(self, since=max(self.since, until)) if until else self

    def visit(self, now: datetime) -> LastLook:
        """Return the state after a visit to the list."""
        since = self.at - LATE_COMMIT if now - self.at > BREAK else self.since
        return LastLook(max(since, self.since), now)


def format_time(time: datetime) -> str:
    """Return a time as cookies and addresses have it: in microseconds since 1970."""
    return str((time - _EPOCH) // timedelta(microseconds=1))


def _time(text: str, now: datetime) -> datetime | None:
    """Return a time that is not in the future, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 17):
        return None
    time = _EPOCH + timedelta(microseconds=int(text))
    return time if time <= now else None
