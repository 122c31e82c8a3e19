"""How long to wait before trying again: exponential backoff and jitter. Pure.

Numbers are seconds or :class:`~datetime.timedelta`, whichever the caller works in. Jitter keeps
processes that failed together from trying again together (M. Brooker, "Exponential Backoff And
Jitter", AWS Architecture Blog, 2015).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

Pause = TypeVar("Pause", float, timedelta)

_MOST_DOUBLINGS = 30
"""More would overflow a duration of minutes; no limit here is 30 doublings away."""


def exponential(first: Pause, failures: int, longest: Pause) -> Pause:
    """Return the pause after a number of failures in a row: doubled each time, up to a limit.

    Args:
        first: The pause after the first failure.
        failures: How many failures there were, from 1; fewer count as 1.
        longest: The limit.
    """
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return min(first * (1 << doublings), longest)


def jittered(pause: Pause, chance: float, *, least: float = 0.0) -> Pause:
    """Return a part of a pause, between a least share and the whole.

    Args:
        pause: The whole pause.
        chance: Evenly distributed from 0 to 1; the caller rolls the dice.
        least: The least share, 0 ("full jitter") to 1 (no jitter); 0.5 is "equal jitter".
    """
    return pause * (least + (1.0 - least) * chance)
