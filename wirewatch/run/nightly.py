"""The nightly job: delete what is past its retention, and record what was deleted.

::

    store     every rule of core.store.retention, each kind with its setting
    archive   articles whose last revision is past WIREWATCH_ARCHIVE_RETENTION; full texts of
              outlets that limit them

One process of all that share the store does it, by a lease. It works in steps that hold a lock for
some 50 ms, and rests after each as long as it took, so that polls, matches and alerts go on. A
process that ends in the middle leaves it due: the next one starts over with what is left. Records
of streams are deleted all day by the engine (:meth:`core.streams.port.StreamLog.maintain`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from config.errors import ArchiveError, describe_phrase
from config.i18n import Phrase, in_english
from config.settings import Settings
from core import metrics
from core.archive.excerpts import TextLimits, shorten_texts
from core.archive.open import FILE
from core.clock import Clock
from core.processes.instance import Instance
from core.store import Store, leases, nightly_runs
from core.store.nightly_runs import ARCHIVE, TEXTS, NightlyRun
from core.store.retention import RULES, Kind, forget_all
from wirewatch.disk_usage import measure_storage
from wirewatch.run.bootstrap import open_archive

LOOK_SECONDS = 60.0
"""How often a process looks whether the job is due."""

LEASE = "nightly job"
LEASE_TIME = timedelta(minutes=10)
_RENEW_SECONDS = 60.0

SHORTEST_REST = 0.01
"""Seconds between two steps at least."""

log = structlog.get_logger(__name__)


def next_night(now: datetime, hour: int) -> datetime:
    """Return the next time (UTC) at which it is a certain hour, after now."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def find_limits(settings: Settings, now: datetime) -> dict[Kind, datetime]:
    """Return the time before which rows of each kind are deleted."""
    return {
        "articles": now - settings.articles_retention,
        "told": now - max(settings.told_retention, settings.articles_retention),
        "history": now - settings.history_retention,
        "counts": now - settings.counts_retention,
    }


class NightlyJob:
    """Runs the job when it is due.

    Args:
        settings: Have the retention of each kind.
        store: The store.
        instance: This process, as leases name it.
        clock: The present.
        rest: Waits some seconds between two steps; returns False to end early.
        text_limits: Returns how long the archive keeps full texts, by outlet.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        instance: Instance,
        clock: Clock,
        rest: Callable[[float], bool],
        text_limits: Callable[[], TextLimits] = dict,
    ) -> None:
        self._settings = settings
        self._store = store
        self._instance = instance
        self._clock = clock
        self._rest = rest
        self._text_limits = text_limits
        self._renewed_at = self._step_began = 0.0

    def run_due(self) -> NightlyRun | None:
        """Run the job if it is due and no other process does. Return what it did.

        Raises:
            StoreError: The store is unavailable; the job stays due.
        """
        if not self._begin(self._clock()):
            return None
        try:
            run = self._run(self._clock())
        finally:
            self._store.transact(lambda c: leases.release(c, LEASE, self._instance))
        return run

    def _begin(self, now: datetime) -> bool:
        """Return whether the job is due and this process has the lease; set the first due time."""
        with self._store.read() as connection:
            due = nightly_runs.load_due(connection)
        if due is None:
            self._set_next(now)
        if due is None or now < due:
            return False
        self._step_began = time.monotonic()
        return self._renew()

    def _run(self, started_at: datetime) -> NightlyRun | None:
        ends = find_limits(self._settings, started_at)
        deleted: dict[str, int] = {}
        for name, rule in RULES.items():
            deleted[name] = forget_all(self._store, rule, ends[rule.kind], self._go_on)
            if not self._go_on():
                return None
        problem = self._forget_archived(started_at, deleted)
        if not self._go_on():
            return None
        deleted = {name: rows for name, rows in deleted.items() if rows}
        sizes = measure_storage(self._settings, self._store)
        run = NightlyRun(started_at, self._clock(), deleted, sizes, problem)
        self._store.transact(lambda c: nightly_runs.add_run(c, run))
        self._set_next(self._clock())
        _report(run)
        return run

    def _forget_archived(self, now: datetime, deleted: dict[str, int]) -> str:
        """Delete what is old in the archive, and count it. Return what failed."""
        if not _has_archive(self._settings):
            return ""
        try:
            with open_archive(self._settings) as archive:
                before = now - self._settings.archive_retention
                deleted[ARCHIVE] = self._repeat(lambda: archive.forget(before))
                for outlet, kept in self._text_limits().items():
                    shorten = partial(shorten_texts, archive, outlet, now - kept)
                    deleted[TEXTS] = deleted.get(TEXTS, 0) + self._repeat(shorten)
        except ArchiveError as error:  # the archive's stage is ill too, and says so
            return describe_phrase(error).dump()
        return ""

    def _repeat(self, step: Callable[[], int]) -> int:
        """Take steps until one did nothing. Return what all did."""
        total = 0
        while (done := step()) and self._go_on():
            total += done
        return total + done

    def _go_on(self) -> bool:
        """Rest as long as the last step took. Return whether to take another."""
        took = time.monotonic() - self._step_began
        if not self._rest(max(took, SHORTEST_REST)):
            return False
        self._step_began = time.monotonic()
        return self._step_began - self._renewed_at < _RENEW_SECONDS or self._renew()

    def _renew(self) -> bool:
        self._renewed_at = time.monotonic()
        now = self._clock()
        return self._store.transact(
            lambda c: leases.acquire(c, LEASE, self._instance, now=now, ttl=LEASE_TIME)
        )

    def _set_next(self, now: datetime) -> None:
        due = next_night(now, self._settings.retention_hour)
        self._store.transact(lambda c: nightly_runs.set_due(c, due))


def _has_archive(settings: Settings) -> bool:
    is_file = settings.database_location.startswith("sqlite:")
    return not is_file or Path(settings.data_dir / FILE).exists()


def _report(run: NightlyRun) -> None:
    for name, rows in run.deleted.items():
        metrics.ROWS_FORGOTTEN.labels(name).inc(rows)
    seconds = round((run.ended_at - run.started_at).total_seconds(), 1)
    log.info(
        "old_data_deleted",
        rows=run.total,
        seconds=seconds,
        bytes=sum(run.sizes.values()),
        **_keys(run),
    )
    if run.problem:
        log.error(
            "archive_not_pruned",
            reason=in_english(Phrase.load(run.problem)),
            mend="It is tried again next night.",
        )


def _keys(run: NightlyRun) -> dict[str, int]:
    return {name.replace(" ", "_"): rows for name, rows in run.deleted.items()}
