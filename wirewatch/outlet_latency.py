"""How long articles take from their outlet to the monitoring team. Pure.

::

    published ── published_to_seen ──▶ first seen ── seen_to_told ──▶ told
        └──────────────────── published_to_told ───────────────────────┘
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.store.article_times import ArticleTimes

SEGMENTS = ("published_to_seen", "seen_to_told", "published_to_told")
PERCENTILES = (50, 95)

ALL, OTHERS = "_all", "_others"
"""Stand for all outlets, and for those that are not named; no outlet has such an id."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The time that a segment takes.

    Attributes:
        articles: Number of articles it was measured at.
        p50: Seconds that half of them took at most.
        p95: Seconds that 95 of 100 took at most.
    """

    articles: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class OutletLatency:
    """The latency of an outlet.

    Attributes:
        outlet: Its id, :data:`ALL` or :data:`OTHERS`.
        articles: Number of its articles.
        segments: The percentiles of each segment that any article has both ends of.
    """

    outlet: str
    articles: int
    segments: Mapping[str, Percentiles] = field(default_factory=dict)


def measure_outlets(times: Iterable[ArticleTimes], most: int) -> list[OutletLatency]:
    """Return the latency of all outlets together, then of each, those with most articles first.

    Args:
        times: The articles.
        most: How many outlets are named; the others are put together as :data:`OTHERS`.
    """
    by_outlet: dict[str, list[ArticleTimes]] = defaultdict(list)
    for article in times:
        by_outlet[article.outlet].append(article)
    ranked = sorted(by_outlet, key=lambda outlet: (-len(by_outlet[outlet]), outlet))
    groups = {ALL: [article for articles in by_outlet.values() for article in articles]}
    groups |= {outlet: by_outlet[outlet] for outlet in ranked[:most]}
    groups[OTHERS] = [article for outlet in ranked[most:] for article in by_outlet[outlet]]
    return [_measure(outlet, articles) for outlet, articles in groups.items() if articles]


def _measure(outlet: str, articles: Sequence[ArticleTimes]) -> OutletLatency:
    segments = {}
    for name, ends in zip(SEGMENTS, zip(*map(_segments, articles), strict=True), strict=True):
        seconds = sorted(second for second in ends if second is not None)
        if seconds:
            p50, p95 = (percentile(seconds, each) for each in PERCENTILES)
            segments[name] = Percentiles(len(seconds), p50, p95)
    return OutletLatency(outlet, len(articles), segments)


def _segments(times: ArticleTimes) -> tuple[float | None, float | None, float | None]:
    """Return the seconds of each segment of an article, in the order of :data:`SEGMENTS`."""
    published, seen, told = times.published_at, times.first_seen_at, times.told_at
    return _seconds(published, seen), _seconds(seen, told), _seconds(published, told)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two times; 0 where an outlet's clock is ahead."""
    return None if start is None or end is None else max(0.0, (end - start).total_seconds())


def percentile(ordered: Sequence[float], percent: int) -> float:
    """Return a percentile of values in ascending order, by the nearest rank: one of the values."""
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
