"""The gauges that only the process that answers ``/metrics`` sets.

::

    store ──every 15 s──▶ update()          messages, pages and records that wait; sizes
          ──every 60 s──▶ update_latency()  how long articles take, by outlet; the feeds page too

A scrape reads the values in memory: it costs no query, however often it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from core import metrics
from core.store.article_times import load_article_times
from core.store.backlogs import load_outbox_backlog, load_page_backlog, load_undelivered
from wirewatch.disk_usage import measure_disk, measure_storage
from wirewatch.outlet_latency import OutletLatency, measure_outlets
from wirewatch.run.program import Program

UPDATE_SECONDS = 15.0
LATENCY_SECONDS = 60.0

LATENCY_TIME = timedelta(hours=24)
"""The latency is that of articles first seen within this time."""

MOST_ARTICLES = 20_000
"""Of more articles within that time, the newest count: a third of a second of CPU time."""

MOST_OUTLETS = 200
"""Outlets with labels of their own, at most nine series each; the rest are one."""

log = structlog.get_logger(__name__)


class StoreGauges:
    """Sets the gauges of what is in the store.

    Args:
        program: The opened program.

    Attributes:
        latency: The latency of outlets, :data:`wirewatch.outlet_latency.ALL` first.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.latency: Sequence[OutletLatency] = ()

    def update(self) -> None:
        """Set the gauges of what waits, and of sizes.

        Raises:
            StoreError: The store is unavailable; the gauges stay as they are.
        """
        program, now = self._program, self._program.clock()
        with program.store.read() as connection:
            undelivered = load_undelivered(connection, now)
            pages = load_page_backlog(connection, now)
            records, refused = load_outbox_backlog(connection, now)
        receivers = [receiver.id for receiver in program.keeper.current.alerts.receivers]
        states = ("due", "held", "pending")
        numbers = dict.fromkeys([(r, state) for r in receivers for state in states], 0)
        for each in undelivered:
            numbers |= {(each.receiver, state): getattr(each, state) for state in states}
        ages = dict.fromkeys([(receiver,) for receiver in receivers], 0.0)
        ages |= {(each.receiver,): each.age.total_seconds() for each in undelivered}
        metrics.set_values(metrics.UNDELIVERED, numbers)
        metrics.set_values(metrics.UNDELIVERED_AGE, ages)
        metrics.PAGES_DUE.set(pages.waiting)
        metrics.PAGES_DUE_AGE.set(pages.age.total_seconds())
        metrics.OUTBOX_PENDING.set(records.waiting)
        metrics.OUTBOX_AGE.set(records.age.total_seconds())
        metrics.OUTBOX_REFUSED.set(refused)
        self._update_sizes()

    def update_latency(self) -> None:
        """Measure the latency of outlets.

        Raises:
            StoreError: The store is unavailable; the latency stays as it is.
        """
        since = self._program.clock() - LATENCY_TIME
        with self._program.store.read() as connection:
            times = load_article_times(connection, since, limit=MOST_ARTICLES)
        self.latency = measure_outlets(times, MOST_OUTLETS)
        seconds: dict[tuple[str, str, str], float] = {}
        articles: dict[tuple[str, str], int] = {}
        for outlet in self.latency:
            for segment, of in outlet.segments.items():
                labels = (outlet.outlet, segment)
                articles[labels] = of.articles
                seconds |= {(*labels, "50"): of.p50, (*labels, "95"): of.p95}
        metrics.set_values(metrics.LATENCY_SECONDS, seconds)
        metrics.set_values(metrics.LATENCY_ARTICLES, articles)

    def _update_sizes(self) -> None:
        program = self._program
        sizes = measure_storage(program.settings, program.store)
        metrics.set_values(metrics.STORAGE_BYTES, {(part,): n for part, n in sizes.items()})
        try:
            size, free = measure_disk(program.settings.data_dir)
        except OSError as error:  # the folder was deleted; health says so
            log.debug("disk_not_measured", reason=error.strerror)
            return
        metrics.DISK_SIZE.set(size)
        metrics.DISK_FREE.set(free)
