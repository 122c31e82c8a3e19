"""Computes bars that are made of parts, one bar per day. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

GAP = 0.22
"""Share of a day's width that stays free."""


@dataclass(frozen=True, slots=True)
class StackPart:
    """A part of a bar.

    Attributes:
        name: What is counted.
        value: The count; parts of nothing have no shape.
        y: Top edge.
        height: Height of the part.
    """

    name: str
    value: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Stack:
    """The bar of one day; its parts are from the bottom up."""

    day: date
    x: float
    width: float
    total: int
    parts: tuple[StackPart, ...]


@dataclass(frozen=True, slots=True)
class StackedChart:
    """A chart of such bars.

    Attributes:
        stacks: Oldest first.
        width: Width of the chart in its own units; so ``height``.
        names: What is counted, as in the legend.
        top: Total of the tallest bar.
    """

    stacks: tuple[Stack, ...]
    width: float
    height: float
    names: tuple[str, ...]
    top: int


def stacked_bars(
    days: Sequence[tuple[date, Mapping[str, int]]],
    names: Sequence[str],
    *,
    width: float,
    height: float,
) -> StackedChart:
    """Return a chart with one bar per day.

    Args:
        days: Days with their counts by name, oldest first, without gaps.
        names: Which counts to stack, the lowest part first.
        width: Width of the chart.
        height: Height of the tallest bar.
    """
    totals = [sum(counts.get(name, 0) for name in names) for _, counts in days]
    top, step = max(totals, default=0), width / max(1, len(days))
    stacks = tuple(
        Stack(
            day,
            round(number * step, 2),
            round(step * (1 - GAP), 2),
            totals[number],
            _parts(counts, names, height=height, top=top),
        )
        for number, (day, counts) in enumerate(days)
    )
    return StackedChart(stacks, width, height, tuple(names), top)


def _parts(
    counts: Mapping[str, int], names: Sequence[str], *, height: float, top: int
) -> tuple[StackPart, ...]:
    parts, below = [], 0
    for name in names:
        if value := counts.get(name, 0):
            below += value
            y = height - height * below / top
            parts.append(StackPart(name, value, round(y, 2), round(height * value / top, 2)))
    return tuple(parts)
