"""Periodic jobs of a running process.

::

    every 2 s    reload the operator's files, if they changed
    every 5 s    set the gauges; log when no feed can be read any more, and when one can again;
                 look at the health of feeds, stages and deliveries
    every 10 s   check that the store and the streams take writes
    every 60 s   delete stream records past their retention
    every hour   delete the fingerprints of articles that are older than the story window;
                 close the alerts of stories that have ended
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field

import structlog

from alerts.match_end import TopicDayEnds
from alerts.topic_report import load_ends
from core import metrics
from core.loop_delay import ReportTurn, ignore_turn
from core.store import feeds, targets
from core.store.deliveries import FAILED
from core.store.feed_record import FeedState
from core.store.match_counts import days_until
from wirewatch.run.canary_monitor import CanaryMonitor
from wirewatch.run.health_monitor import HealthMonitor
from wirewatch.run.program import GROUPS, Program

RELOAD_SECONDS = 2.0
GAUGES_SECONDS = 5.0
WRITES_SECONDS = 10.0
RETENTION_SECONDS = 60.0
FORGET_SECONDS = 3600.0

LONG_SECONDS = 60.0
"""How long a job may take that compiles all topics or deletes much, before the stage is late."""

STATES = ("new", "ok", "partial", "quiet", "failing", "gone", "paused", "off")
_READABLE = frozenset({"ok", "partial", "quiet"})
_POLLED = _READABLE | {"failing", "gone"}

Job = tuple[float, float, Callable[[], object]]

log = structlog.get_logger(__name__)


@dataclass
class OutletReachability:
    """Whether any feed can be read; logs each change once."""

    lost: bool = False

    def update(self, states: Sequence[FeedState]) -> None:
        """Log a change. New, paused and removed feeds do not count."""
        polled = [s.state for s in states if s.state in _POLLED]
        lost = bool(polled) and _READABLE.isdisjoint(polled)
        if lost and not self.lost:
            log.error("all_feeds_failing", feeds=len(polled), mend="See `wirewatch feeds list`.")
        elif self.lost and polled and not lost:
            log.info("feeds_recovered")
        self.lost = lost


@dataclass
class Housekeeping:
    """Runs the jobs in one thread.

    Attributes:
        program: The opened program.
        stages: The stages that this process runs.
        more: Further jobs: seconds from one to the next, seconds that one may take, and the job.
        reachability: Whether any feed can be read.
    """

    program: Program
    stages: Set[str]
    more: Sequence[Job] = ()
    reachability: OutletReachability = field(default_factory=OutletReachability)

    def __post_init__(self) -> None:
        self.canary = CanaryMonitor(self.program)
        self.health = HealthMonitor(self.program, self.stages)

    def run(self, stop: threading.Event, report_turn: ReportTurn = ignore_turn) -> None:
        """Run the jobs until ``stop`` is set.

        Args:
            stop: Ends the stage.
            report_turn: Called before each job, with the time that it may take, and each pause.

        Raises:
            StoreError: The database failed; the jobs run again after a restart of this stage.
            StreamError: The stream engine failed; the same holds.
        """
        jobs: list[Job] = [
            (RELOAD_SECONDS, LONG_SECONDS, self._reload),
            (WRITES_SECONDS, 0.0, self.health.check_writes),
            (GAUGES_SECONDS, 0.0, self.set_gauges),
            (RETENTION_SECONDS, LONG_SECONDS, self.program.streams.maintain),
            *self.more,
        ]
        if "alerts" in self.stages:
            jobs.append((FORGET_SECONDS, LONG_SECONDS, self.program.decider().forget))
            jobs.append((FORGET_SECONDS, LONG_SECONDS, self.program.decider().close_inactive))
        due = [0.0] * len(jobs)
        while not stop.is_set():
            for number, (every, allowed, job) in enumerate(jobs):
                if time.monotonic() >= due[number]:
                    due[number] = time.monotonic() + every
                    report_turn(allowed)
                    job()
            report_turn(RELOAD_SECONDS)
            stop.wait(RELOAD_SECONDS)

    def set_gauges(self) -> None:
        """Set the gauges of lag, feeds, broken targets, the matches of today and the canary."""
        program = self.program
        lags = {group: program.streams.lag(group, names) for group, names in GROUPS.items()}
        for group, partitions in lags.items():
            oldest = max((lag.seconds for lag in partitions), default=0)
            metrics.LAG_RECORDS.labels(group).set(sum(lag.records for lag in partitions))
            metrics.LAG_SECONDS.labels(group).set(oldest)
        with program.store.read() as connection:
            states = feeds.load_feed_states(connection, program.clock())
            broken = targets.list_broken(connection)
            ends = load_ends(connection, days_until(program.clock(), 1))
        counts = Counter(s.state for s in states)
        for state in STATES:
            metrics.FEEDS.labels(state).set(counts[state])
        successes = [s.feed.last_success_at.timestamp() for s in states if s.feed.last_success_at]
        metrics.TARGETS_BROKEN.set(len(broken))
        metrics.LAST_SUCCESS.set(max(successes, default=0.0))
        set_match_gauges(ends)
        self.canary.update()
        self.health.update(states, lags)
        if "ingest" in self.stages:  # one process logs it, and that is the one that reads feeds
            self.reachability.update(states)

    def _reload(self) -> None:
        self.program.keeper.refresh()
        catalog = self.program.catalog()
        if "alerts" in self.stages:
            for receiver in catalog.alerts.receivers:  # 0 is shown before the first failure
                metrics.DELIVERIES.labels(receiver.id, receiver.kind, FAILED)


def set_match_gauges(ends: Sequence[TopicDayEnds]) -> None:
    """Set the gauges of today's matches; those of yesterday that have none today become 0."""
    by_end: dict[tuple[str, ...], int] = {
        (day.topic_id, end): n for day in ends for end, n in day.by_end().items()
    }
    by_reason: Counter[str] = Counter()
    for day in ends:
        by_reason.update(day.suppressed)
    metrics.set_values(metrics.MATCHES_TODAY, by_end, default=0)
    counts = {(reason,): n for reason, n in by_reason.items()}
    metrics.set_values(metrics.SUPPRESSED_TODAY, counts, default=0)
