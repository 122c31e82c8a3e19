"""Composition: everything a command needs, opened together and closed together.

::

    environment ──▶ Settings ─┬─▶ CatalogKeeper (YAML, last good one kept)
                              ├─▶ Instance      (this process, as leases name it)
                              ├─▶ Claim         (its slot, as groups name it)
                              ├─▶ Store         (store.db)
                              └─▶ StreamLog     (streams.db)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from alerts import worker as alerts_worker
from alerts.dispatcher import Dispatcher
from alerts.receivers import receiver_faults
from config.catalog.models import Catalog
from config.catalog.reload import CatalogKeeper
from config.settings import Settings
from core import metrics
from core.clock import Clock, utc_now
from core.dispositions import Dispositions
from core.messages.envelope import MATCHES
from core.processes.instance import Instance
from core.processes.slots import SlotClaim
from core.relay import Relay
from core.store import Store
from core.streams.port import Consumer, StreamLog
from core.streams.topology import stream_specs
from ingest.service import Ingest
from processors import topic_faults
from processors import worker as processors_worker
from wirewatch.run.bootstrap import open_instance, open_slot, open_store, open_stream_log

GROUPS = {processors_worker.GROUP: processors_worker.STREAMS, alerts_worker.GROUP: (MATCHES,)}
"""What each consuming stage's group reads."""


@dataclass
class Program:
    """An opened program: what commands and stages work with."""

    settings: Settings
    keeper: CatalogKeeper
    me: Instance
    slot: str
    store: Store
    streams: StreamLog
    clock: Clock = utc_now
    dispositions: Dispositions = field(default_factory=Dispositions)

    def __post_init__(self) -> None:
        self.relay = Relay(self.store, self.streams, self.me, self.clock)
        self._created_for: Catalog | None = None

    def ingest(self) -> Ingest:
        """The stage that polls; an async context manager."""
        return Ingest(
            self.settings,
            self.store,
            self.catalog,
            self.me,
            clock=self.clock,
            dispositions=self.dispositions,
        )

    def matcher(self) -> processors_worker.ProcessorsWorker:
        """The stage that matches; join it with :meth:`join`."""
        return processors_worker.ProcessorsWorker(
            self.catalog, self.settings.language_codes, self.clock, self.dispositions
        )

    def decider(self) -> alerts_worker.AlertsWorker:
        """The stage that decides; join it with :meth:`join`."""
        return alerts_worker.AlertsWorker(
            self.store, self.catalog, self.settings, self.clock, self.dispositions
        )

    def join(self, group: str) -> Consumer:
        """This process as a member of a stage's group."""
        return self.streams.consumer(group, GROUPS[group], slot=self.slot)

    def dispatcher(self) -> Dispatcher:
        """The stage that delivers."""
        return Dispatcher(self.store, self.catalog, self.settings, self.me, self.clock)

    def catalog(self) -> Catalog:
        """The operator's files in force; the streams its topics need exist."""
        current = self.keeper.current
        if current is not self._created_for:
            published = [topic.id for topic in current.topics if topic.publish]
            self.streams.create(stream_specs(self.settings, published=published))
            self._created_for = current
        return current


def open_keeper(settings: Settings) -> CatalogKeeper:
    """The operator's files, checked by every room.

    Raises:
        CatalogError: They hold faults.
    """
    return CatalogKeeper(
        settings.config_dir,
        os.environ,
        validate=(topic_faults, receiver_faults),
        clock=utc_now,
        on_reload=lambda good: metrics.CONFIG_OK.set(1 if good else 0),
    )


@contextmanager
def open_program(settings: Settings, claim: SlotClaim | None = None) -> Iterator[Program]:
    """Open everything.

    Args:
        settings: Of the whole program.
        claim: The slot of this process; one is claimed where none is given.

    Raises:
        CatalogError: The operator's files hold faults.
        SettingsError: A folder or URL cannot be used.
        StoreError: The database is away.
        StreamError: The stream engine is away.
    """
    keeper = open_keeper(settings)
    with (
        open_slot(settings) if claim is None else nullcontext(claim) as mine,
        open_instance(settings) as me,
        open_store(settings) as store,
        open_stream_log(settings, me) as streams,
    ):
        program = Program(settings, keeper, me, mine.slot, store, streams)
        program.catalog()
        yield program
