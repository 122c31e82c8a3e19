"""Computes lines between two values with a dot on them, for the rows of a table. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A line with a dot; horizontal positions are in units of the chart.

    Attributes:
        width: Width of the chart.
        start: Where the line begins; ``end`` where it ends.
        dot: Where the dot is.
    """

    width: float
    start: float
    end: float
    dot: float


def share_interval(low: float, share: float, high: float, *, width: float) -> Interval:
    """Return a share with its confidence interval, on a scale from 0 to 1."""
    return Interval(width, *(round(_within(value) * width, 2) for value in (low, high, share)))


def log_interval(low: float, high: float, *, most: float, width: float) -> Interval:
    """Return a time from the median, where the dot is, to a higher percentile.

    The scale is logarithmic and begins at one second: a feed that is read after seconds and one
    that is read after hours are seen in the same picture.

    Args:
        low: The median, in seconds.
        high: The higher percentile.
        most: The greatest value of all rows; the scale ends there.
        width: Width of the chart.
    """
    scale = math.log1p(max(most, 1.0))
    start, end = (
        round(_within(math.log1p(max(value, 0.0)) / scale) * width, 2) for value in (low, high)
    )
    return Interval(width, start, end, start)


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))
