"""Small charts as shapes; the templates write them as inline SVG. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Bar:
    """One day.

    Attributes:
        day: The day it stands for.
        value: What was counted.
        x: Left edge in units of the chart; ``y`` its top, ``height`` and ``width`` its size.
    """

    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side, oldest first, in a box of ``width`` by ``height`` units."""

    bars: tuple[Bar, ...]
    width: float
    height: float
    top: int
    total: int


def bars(counts: Sequence[tuple[date, int]], *, width: float, height: float = HEIGHT) -> Chart:
    """A bar a day; a day without anything keeps a hairline, so that time is seen to pass.

    Args:
        counts: (day, count), oldest first, no day missing.
        width: Of the whole chart.
        height: Of the tallest bar.
    """
    top = max((count for _, count in counts), default=0)
    step = width / max(1, len(counts))
    found = []
    for number, (day, count) in enumerate(counts):
        tall = max(2.0, height * count / top) if count else 0.75
        x, y = round(number * step, 2), round(height - tall, 2)
        found.append(Bar(day, count, x, y, round(step * 0.78, 2), round(tall, 2)))
    return Chart(tuple(found), width, height, top, sum(count for _, count in counts))
