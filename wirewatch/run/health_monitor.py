"""Gathers what the diagnosis of a process needs.

::

    housekeeping ─┬─every 5 s───▶ update        lag, outbox, feeds, deliveries ─┐
                  └─every 10 s──▶ check_writes  store, streams                  ├─▶ facts
    stages, watchdog, canary, failed writes ── read when asked ─────────────────┘
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from config.errors import WirewatchError, describe_phrase
from config.i18n import Phrase, written_in_english
from core.store import outbox, overdue_deliveries
from core.store.feed_record import FeedState
from core.store.overdue_deliveries import OverdueDelivery
from core.streams.port import PartitionLag
from wirewatch.run.diagnosis import (
    Facts,
    Limits,
    ReadingGap,
    StageProgress,
    find_idle,
    find_reading_gap,
    follow,
)
from wirewatch.run.program import Program

DELIVERY_GRACE = timedelta(minutes=5)
"""How late a delivery may be: longer than an attempt, a claim and the pause of a target."""


class HealthMonitor:
    """What is known of the health of a process.

    Args:
        program: The opened program.
        stages: The stages that this process runs; it judges only those.
        limits: After how long something makes it ill.
        now: Returns monotonic seconds.
    """

    def __init__(
        self,
        program: Program,
        stages: Set[str],
        limits: Limits | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._program = program
        self._stages = stages
        self._limits = limits or Limits()
        self._now = now
        self._started_at = program.clock()
        self._progress: dict[str, StageProgress] = {}
        self._reading_gap: ReadingGap | None = None
        self._overdue: Sequence[OverdueDelivery] = ()
        self._unwritten: dict[str, Phrase] = {}

    def facts(self) -> Facts:
        """Return what is known of the store, the streams, the feeds and the deliveries."""
        return Facts(
            now=self._program.clock(),
            unwritten=self._failed_writes() | self._unwritten,
            idle=find_idle(self._progress, self._now(), self._limits.idle),
            reading_gap=self._reading_gap,
            overdue=self._overdue,
        )

    def update(
        self, states: Sequence[FeedState], lags: Mapping[str, Sequence[PartitionLag]]
    ) -> None:
        """Look at feeds, stages and deliveries.

        Args:
            states: All feeds.
            lags: What each group has not read.

        Raises:
            StoreError: The store is unavailable; what is known stays as it is.
        """
        for group, partitions in lags.items():
            if group in self._stages:
                positions = tuple(lag.position for lag in partitions)
                self._follow(group, positions, any(lag.records for lag in partitions))
        if "ingest" in self._stages:
            now, limit = self._program.clock(), self._limits.unread
            self._reading_gap = find_reading_gap(states, self._started_at, now, limit)
        if self._stages & {"ingest", "alerts"}:
            with self._program.store.read() as connection:
                oldest = outbox.find_oldest(connection)
            self._follow("relay", oldest, oldest is not None)
        if "alerts" in self._stages:
            self._overdue = self._find_overdue(self._program.clock())

    def check_writes(self) -> None:
        """Write to the store and the streams; remember what does not take it."""
        program = self._program
        checks: dict[str, Callable[[], object]] = {
            "store": lambda: program.store.check_writable(program.clock()),
            "streams": program.streams.check_writable,
        }
        unwritten = {}
        for name, check in checks.items():
            try:
                check()
            except WirewatchError as error:
                unwritten[name] = describe_phrase(error)
        self._unwritten = unwritten

    def _follow(self, stage: str, mark: object, is_waiting: bool) -> None:
        before = self._progress.get(stage)
        self._progress[stage] = follow(before, mark, is_waiting=is_waiting, now=self._now())

    def _find_overdue(self, now: datetime) -> list[OverdueDelivery]:
        """Return overdue deliveries, once this process had some time to send them."""
        if now - self._started_at < DELIVERY_GRACE:
            return []
        give_up = self._program.settings.delivery_give_up
        with self._program.store.read() as connection:
            return overdue_deliveries.list_overdue(
                connection, now, grace=DELIVERY_GRACE, give_up=give_up
            )

    def _failed_writes(self) -> dict[str, Phrase]:
        """Return the store's last failure while it is recent, whatever was written since."""
        failure = self._program.store.last_failure
        if failure is None or self._now() - failure.at > self._limits.write_failed.total_seconds():
            return {}
        return {"store": written_in_english(failure.reason, Phrase("trouble.store"))}
