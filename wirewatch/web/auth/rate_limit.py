"""Limits how often an address may try a wrong access token or a wrong password."""

from __future__ import annotations

import math
from collections import OrderedDict, deque

from core.clock import Clock

MAX_FAILURES = 5
"""Wrong tokens and passwords per address and minute."""

WINDOW_SECONDS = 60

MAX_ADDRESSES = 10_000
"""Addresses remembered; the one that failed longest ago is forgotten first."""


class FailureRate:
    """Counts the failures of each address in the last minute.

    Args:
        clock: The present.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_to_wait(self, address: str) -> int:
        """Return the seconds until the address may try again; 0 if it may try now."""
        moments = self._failures.get(address, deque())
        window_start = self._clock().timestamp() - WINDOW_SECONDS
        while moments and moments[0] <= window_start:
            moments.popleft()
        if len(moments) < MAX_FAILURES:
            return 0
        return max(1, math.ceil(moments[0] - window_start))

    def add_failure(self, address: str) -> None:
        """Record a failure of the address."""
        self._failures.setdefault(address, deque()).append(self._clock().timestamp())
        self._failures.move_to_end(address)
        if len(self._failures) > MAX_ADDRESSES:
            self._failures.popitem(last=False)

    def take_back(self, address: str) -> None:
        """Take back the latest failure: what was counted in advance has succeeded."""
        moments = self._failures.get(address)
        if moments:
            moments.pop()
