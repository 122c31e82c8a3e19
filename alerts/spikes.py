"""Spikes: a topic has far more articles in an hour than is usual at that time. Pure.

::

    counts of the same hour of 28 days ──usual_count()──▶ mean
    articles and outlets of the hour, mean ──is_spike()──▶ True | False

The mean is taken over the same hour of the day, for working days and weekends apart, because news
has the rhythm of newsrooms. Hours are stored in UTC and compared by the clock of a time zone: the
hour that summer time repeats counts as two hours, the one that it skips as none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from config.i18n import Phrase

WINDOW = timedelta(days=28)
"""How far back the usual number of articles is counted: four weeks of each day."""

LEAST_HISTORY = timedelta(days=14)
"""A topic whose first article is younger has no usual number yet."""

LEAST_ARTICLES, LEAST_OUTLETS = 5, 3
"""A spike has at least so many independent articles, of so many independent outlets."""

FACTORS = {"fewer": 4.0, "normal": 3.0, "more": 2.0}
"""How many times the usual number a spike has, by the sensitivity of the topic."""

PAUSE = timedelta(hours=6)
"""A topic has at most one spike in this time."""

RECENT = timedelta(hours=2)
"""An hour that began longer ago is history: its articles came late, for example after an outage."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TopicHour:
    """A topic in one hour.

    Attributes:
        start: Its beginning, in UTC.
        articles: Number of articles that are not copies.
        outlets: Number of independent outlets that they come from.
        last_spike: When the last spike of the topic was decided.
        usual: Mean number of articles at this time; None where the topic is too young.
    """

    start: datetime
    articles: int
    outlets: int
    last_spike: datetime | None = None
    usual: float | None = None


def usual_count(
    counts: Mapping[datetime, int], first: datetime | None, hour: datetime, zone: tzinfo
) -> float | None:
    """Return the mean number of articles in hours like this one; None where there are too few.

    Args:
        counts: Articles by the beginning of the hour in UTC; hours without any may be missing.
        first: The first hour in which the topic had an article; it is observed from then on.
        hour: Beginning of the hour, in UTC.
        zone: The time zone of hours and weekends.
    """
    if first is None or hour - first < LEAST_HISTORY:
        return None
    kind = _kind_of(hour, zone)
    four_weeks_ago = (hour.astimezone(zone) - WINDOW).astimezone(UTC)  # by the clock of the zone
    number = (hour - max(four_weeks_ago, first)) // HOUR
    past = (hour - n * HOUR for n in range(1, number + 1))
    same = [counts.get(each, 0) for each in past if _kind_of(each, zone) == kind]
    return sum(same) / len(same) if same else None


def may_be_spike(hour: TopicHour, now: datetime) -> bool:
    """Return whether an hour has enough articles to be compared with the usual number."""
    is_recent = now - hour.start < RECENT
    is_paused = hour.last_spike is not None and now - hour.last_spike < PAUSE
    is_large = hour.articles >= LEAST_ARTICLES and hour.outlets >= LEAST_OUTLETS
    return is_recent and is_large and not is_paused


def is_spike(hour: TopicHour, sensitivity: str, now: datetime) -> bool:
    """Return whether a topic has a spike.

    Args:
        hour: The topic in the hour.
        sensitivity: ``off``, ``fewer``, ``normal`` or ``more``.
        now: The present.
    """
    factor = FACTORS.get(sensitivity)
    if factor is None or hour.usual is None or not may_be_spike(hour, now):
        return False
    return hour.articles >= factor * hour.usual


def spike_reason(hour: TopicHour) -> Phrase:
    """Return why people are notified of a spike."""
    rounded = round(hour.usual or 0.0)
    usual = Phrase("spike.usual", n=rounded) if rounded else Phrase("spike.usual.none")
    outlets = Phrase("spike.outlets", n=hour.outlets)
    return Phrase("spike.reason", n=hour.articles, outlets=outlets, usual=usual)


def _kind_of(hour: datetime, zone: tzinfo) -> tuple[int, bool]:
    """Return the hour of the day, and whether the day is of a weekend."""
    local = hour.astimezone(zone)
    return local.hour, local.weekday() >= 5
