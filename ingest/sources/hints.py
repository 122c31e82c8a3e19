"""Read how long a feed asks to wait: ``ttl``, ``sy:updatePeriod``, ``skipHours``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

LONGEST = timedelta(days=7)

_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}


@dataclass(frozen=True, slots=True)
class PublisherHints:
    """What a feed says about how often it changes.

    Attributes:
        pause: The longer of the intervals in ``ttl`` and ``sy``; None if there is neither.
        skip_hours: Hours of the day, in UTC, without changes.
    """

    pause: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()

    @classmethod
    def parse(
        cls,
        ttl: str | None,
        period: str | None,
        frequency: str | None,
        skip_hours: Sequence[str] = (),
    ) -> PublisherHints:
        """Return the hints in raw values; values that cannot be read are ignored."""
        pauses = [p for p in (_ttl(ttl), _syndication(period, frequency)) if p]
        hours = frozenset(int(h) % 24 for h in map(str.strip, skip_hours) if _is_number(h))
        return cls(
            min(max(pauses), LONGEST) if pauses else None, hours if len(hours) < 24 else frozenset()
        )


NO_HINTS = PublisherHints()


def _ttl(raw: str | None) -> timedelta | None:
    """Parse minutes (RSS 2.0)."""
    if raw is None or not _is_number(raw.strip()) or not int(raw):
        return None
    return timedelta(minutes=int(raw))


def _syndication(period: str | None, frequency: str | None) -> timedelta | None:
    """Parse the syndication module. Once an hour, the default of WordPress, means nothing."""
    span = _PERIODS.get((period or "").strip().lower())
    times = frequency.strip() if frequency else "1"
    if span is None or not _is_number(times) or not int(times):
        return None
    pause = span / int(times)
    return None if pause <= timedelta(hours=1) else pause


def _is_number(raw: str) -> bool:
    return raw.isascii() and raw.isdigit() and len(raw) <= 6
