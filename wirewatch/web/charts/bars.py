"""Computes the bars of small charts, which templates draw as inline SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one day.

    Attributes:
        day: The day.
        value: The count on this day.
        x: Left edge in units of the chart.
        y: Top edge.
        width: Width of the bar.
        height: Height of the bar.
    """

    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart.

    Attributes:
        bars: Oldest first.
        width: Width of the chart in its own units.
        height: Height of the chart.
        top: The highest count.
        total: Sum of all counts.
    """

    bars: tuple[Bar, ...]
    width: float
    height: float
    top: int
    total: int


def bars(counts: Sequence[tuple[date, int]], *, width: float, height: float = HEIGHT) -> Chart:
    """Return a chart with one bar per day; a day without anything gets a hairline.

    Args:
        counts: Days and their counts, oldest first, without gaps.
        width: Width of the chart.
        height: Height of the tallest bar.
    """
    top = max((count for _, count in counts), default=0)
    step = width / max(1, len(counts))
    shapes = []
    for number, (day, count) in enumerate(counts):
        tall = max(2.0, height * count / top) if count else 0.75
        x, y = round(number * step, 2), round(height - tall, 2)
        shapes.append(Bar(day, count, x, y, round(step * 0.78, 2), round(tall, 2)))
    return Chart(tuple(shapes), width, height, top, sum(count for _, count in counts))
