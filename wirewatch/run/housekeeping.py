"""What has to be done now and then while the program runs.

::

    every 2 s    the operator's files, if they changed
    every 5 s    gauges; a line when no feed can be read any more, and when one can again
    every 60 s   retention of the streams
    every hour   what stories are compared by, once it is behind the story window
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from core import metrics
from core.store import feeds
from core.store.feed_record import FeedState
from wirewatch.run.program import GROUPS, Program

RELOAD_SECONDS = 2.0
LOOK_SECONDS = 5.0
RETENTION_SECONDS = 60.0
FORGET_SECONDS = 3600.0

STATES = ("new", "ok", "quiet", "failing", "gone", "paused", "off")

log = structlog.get_logger(__name__)


@dataclass
class OutletReachability:
    """Whether outlets can be reached, said once each time that changes."""

    lost: bool = False

    def look(self, states: Sequence[FeedState]) -> None:
        """Log a change. Feeds that are taken out or asked us to wait do not count."""
        judged = [s.state for s in states if s.state in ("ok", "quiet", "failing", "gone")]
        lost = bool(judged) and not {"ok", "quiet"} & set(judged)
        if lost and not self.lost:
            log.error("no_feed_can_be_read", feeds=len(judged), mend="`wirewatch feeds list`")
        elif self.lost and judged and not lost:
            log.info("feeds_can_be_read_again")
        self.lost = lost


@dataclass
class Housekeeping:
    """Does it all, by one thread.

    Attributes:
        decides: Whether this process keeps stories.
    """

    program: Program
    decides: bool
    reach: OutletReachability = field(default_factory=OutletReachability)

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop.

        Raises:
            StoreError: A database refused; what is left undone is done at the next turn.
        """
        jobs: list[tuple[float, Callable[[], object]]] = [
            (RELOAD_SECONDS, self._reload),
            (LOOK_SECONDS, self.look),
            (RETENTION_SECONDS, self.program.streams.maintain),
        ]
        if self.decides:
            jobs.append((FORGET_SECONDS, self.program.decider().forget))
        due = [0.0] * len(jobs)
        while not stop.is_set():
            for number, (every, job) in enumerate(jobs):
                if time.monotonic() >= due[number]:
                    due[number] = time.monotonic() + every
                    job()
            stop.wait(RELOAD_SECONDS)

    def look(self) -> None:
        """Set the gauges."""
        program = self.program
        for group, streams in GROUPS.items():
            lags = program.streams.lag(group, streams)
            metrics.LAG_RECORDS.labels(group).set(sum(lag.records for lag in lags))
            metrics.LAG_SECONDS.labels(group).set(max((lag.seconds for lag in lags), default=0))
        with program.store.read() as connection:
            states = feeds.load_feed_states(connection, program.clock())
        counts = Counter(s.state for s in states)
        for state in STATES:
            metrics.FEEDS.labels(state).set(counts[state])
        read = [s.feed.last_success_at.timestamp() for s in states if s.feed.last_success_at]
        metrics.LAST_SUCCESS.set(max(read, default=0.0))
        self.reach.look(states)

    def _reload(self) -> None:
        self.program.keeper.refresh()
        self.program.catalog()
