"""Composition: open and close everything that the stages need together.

::

    environment ──▶ Settings ─┬─▶ CatalogKeeper (the operator's files, reloaded)
                              ├─▶ Instance      (this process, as leases name it)
                              ├─▶ SlotClaim     (this process, as consumer groups name it)
                              ├─▶ Store         (store.db)
                              └─▶ StreamLog     (streams.db)
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

from alerts import worker as alerts_worker
from alerts.dispatcher import Dispatcher
from alerts.receivers import receiver_faults
from config.catalog.last_good import GoodFiles, HeldFile
from config.catalog.load import Kind
from config.catalog.models import Catalog
from config.catalog.reload import CatalogKeeper
from config.faults import Fault
from config.settings import Settings
from core import metrics
from core.archive import worker as archive_worker
from core.archive.excerpts import TextLimits
from core.archive.fill import fill_archive
from core.archive.rebuild import warn_of_other_version
from core.canary import CANARY_ARTICLES, CANARY_MATCHES, has_canaries
from core.clock import Clock, utc_now
from core.dispositions import Dispositions
from core.loop_delay import ReportTurn, ignore_turn
from core.messages.envelope import MATCHES
from core.processes.instance import Instance
from core.processes.slots import SlotClaim
from core.relay import Relay
from core.store import Store
from core.store.operator_files import StoredFiles
from core.store.tdm_opt_outs import load_opted_out_outlets
from core.streams.port import Consumer, StreamLog
from core.streams.topology import canary_specs, stream_specs
from ingest.service import Ingest
from processors import query_faults
from processors import worker as processors_worker
from wirewatch.run.bootstrap import (
    open_archive,
    open_instance,
    open_slot,
    open_store,
    open_stream_log,
)
from wirewatch.run.nightly import NightlyJob

GROUPS = {
    processors_worker.GROUP: processors_worker.STREAMS,
    alerts_worker.GROUP: (MATCHES,),
    archive_worker.GROUP: archive_worker.STREAMS,
}
"""The public streams that each consumer group of the program reads."""

CANARY_STREAMS = {
    processors_worker.GROUP: (CANARY_ARTICLES,),
    alerts_worker.GROUP: (CANARY_MATCHES,),
}
"""The internal streams that each group reads besides, if any receiver gets canaries."""


@dataclass
class Program:
    """The opened program, as stages use it.

    Attributes:
        keeper: The operator's files.
        instance: This process, as leases name it.
        slot: This process, as consumer groups name it.
        relay: Moves records from the store's outbox to the streams.
    """

    settings: Settings
    keeper: CatalogKeeper
    instance: Instance
    slot: str
    store: Store
    streams: StreamLog
    clock: Clock = utc_now
    dispositions: Dispositions = field(default_factory=Dispositions)

    def __post_init__(self) -> None:
        self.relay = Relay(self.store, self.streams, self.instance, self.clock)
        self._created_for: Catalog | None = None

    def ingest(self) -> Ingest:
        """Return the stage that polls feeds; an async context manager."""
        return Ingest(
            self.settings,
            self.store,
            self.catalog,
            self.instance,
            clock=self.clock,
            dispositions=self.dispositions,
        )

    def matcher(self, *, compiles_itself: bool = True) -> processors_worker.ProcessorsWorker:
        """Return the stage that matches articles; it reads through :meth:`join`.

        Args:
            compiles_itself: Whether it looks for changed topics itself, before each batch.
        """
        return processors_worker.ProcessorsWorker(
            self.catalog,
            self.settings.language_codes,
            self.clock,
            self.dispositions,
            compiles_itself=compiles_itself,
        )

    def decider(self) -> alerts_worker.AlertsWorker:
        """Return the stage that decides about matches; it reads through :meth:`join`."""
        return alerts_worker.AlertsWorker(
            self.store, self.catalog, self.settings, self.clock, self.dispositions
        )

    @contextmanager
    def archivist(
        self, stop: Callable[[], bool] = lambda: False, report_turn: ReportTurn = ignore_turn
    ) -> Iterator[archive_worker.ArchiveWorker]:
        """Open the archive, fill it if it is new, and yield its stage.

        Args:
            stop: Ends the filling early.
            report_turn: Called before each step of it.

        Raises:
            ArchiveError: The archive is damaged, busy, or takes no writes.
        """
        with open_archive(self.settings) as archive:
            fill_archive(
                archive,
                self.store,
                self.streams,
                archive_worker.GROUP,
                self.clock,
                stop,
                report_turn,
            )
            warn_of_other_version(archive)
            yield archive_worker.ArchiveWorker(
                archive, self.clock, self.dispositions, self.text_limits
            )

    def join(self, group: str) -> Consumer:
        """Join a stage's consumer group."""
        return self.streams.consumer(group, self.streams_of(group), slot=self.slot)

    def streams_of(self, group: str) -> tuple[str, ...]:
        """Return the streams that a group reads with the operator's files in use."""
        internal = CANARY_STREAMS.get(group, ()) if has_canaries(self.catalog()) else ()
        return (*GROUPS[group], *internal)

    def dispatcher(self) -> Dispatcher:
        """Return the stage that delivers notifications."""
        return Dispatcher(self.store, self.catalog, self.settings, self.instance, self.clock)

    def nightly_job(self, rest: Callable[[float], bool]) -> NightlyJob:
        """Return the job that deletes what is past its retention.

        Args:
            rest: Waits some seconds; returns False to end the job early.
        """
        return NightlyJob(
            self.settings, self.store, self.instance, self.clock, rest, self.text_limits
        )

    def text_limits(self) -> TextLimits:
        """Return how long the archive keeps full texts, by outlet."""
        outlets = self.keeper.current.outlets
        limits = {each.id: each.full_text for each in outlets if each.full_text is not None}
        if self.settings.tdm_opt_out != "show":
            with self.store.read() as connection:
                opted_out = load_opted_out_outlets(connection, self.clock())
            limits |= dict.fromkeys(opted_out, timedelta())
        return limits

    def catalog(self) -> Catalog:
        """Return the operator's files in use, after creating the streams that their topics need."""
        current = self.keeper.current
        if current is not self._created_for:
            published = [topic.id for topic in current.topics if topic.publish]
            specs = stream_specs(self.settings, published=published)
            internal = canary_specs(self.settings) if has_canaries(current) else []
            self.streams.create([*specs, *internal])
            self._created_for = current
        return current


def open_keeper(
    settings: Settings, *, logs: bool = True, good_files: GoodFiles | None = None
) -> CatalogKeeper:
    """Load the operator's files with the checks of all packages.

    Args:
        settings: Give their folder.
        logs: Whether to log when they are reloaded.
        good_files: Stores the last good content of files; None keeps it in memory only.

    Raises:
        CatalogError: A file has errors that the program cannot start without.
    """
    return CatalogKeeper(
        settings.config_dir,
        os.environ,
        validate=(query_faults, receiver_faults),
        clock=utc_now,
        on_reload=_set_gauges,
        logs=logs,
        good_files=good_files,
    )


def _set_gauges(faults: Sequence[Fault], held: Sequence[HeldFile]) -> None:
    """Set the gauges of the operator's files; they have a value for every label from the start."""
    metrics.CONFIG_OK.set(0 if any(fault.is_error for fault in faults) else 1)
    counts = Counter((file.kind, "off" if file.is_off else "last_good") for file in held)
    for kind in (*get_args(Kind), "words"):
        for in_force in ("last_good", "off"):
            metrics.CONFIG_HELD.labels(kind, in_force).set(counts[kind, in_force])


@contextmanager
def open_program(
    settings: Settings,
    claim: SlotClaim | None = None,
    keeper: CatalogKeeper | None = None,
    *,
    logs_reloads: bool = True,
) -> Iterator[Program]:
    """Open everything.

    Args:
        settings: The settings.
        claim: The slot of this process; None claims one.
        keeper: The operator's files; None loads them.
        logs_reloads: Whether to log when they are reloaded; False where another process does.

    Raises:
        CatalogError: An operator file has errors that the program cannot start without.
        SettingsError: A folder or URL is not usable.
        StoreError: The database is not available.
        StreamError: The stream engine is not available.
    """
    with (
        open_slot(settings) if claim is None else nullcontext(claim) as own_claim,
        open_instance(settings) as instance,
        open_store(settings) as store,
        open_stream_log(settings, instance) as streams,
    ):
        if keeper is None:
            keeper = open_keeper(settings, logs=logs_reloads, good_files=StoredFiles(store))
        else:
            keeper.store_in(StoredFiles(store))
        program = Program(settings, keeper, instance, own_claim.slot, store, streams)
        program.catalog()
        yield program
