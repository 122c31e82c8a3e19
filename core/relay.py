"""The relay: carries the store's outbox to the streams, in order, by one process at a time.

::

    outbox (store) ──oldest first──▶ StreamLog.append ──▶ delete from outbox

Killed between the last two steps, the next relay appends the same records again: an engine that
knows the producer drops them, another gets them twice with the same ids.

An engine tells what it has by the last id of this producer. On SQLite ids become visible in their
order, so that is right. On PostgreSQL a lower id may be committed after a higher one was relayed
and would be dropped as known, that is, lost: there no producer is named, and repeats are left to
the ids of the records.

While the streams are away, records stay in the outbox: a relay holds no more than one call's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import structlog

from config.errors import RecordTooLargeError
from core import metrics
from core.clock import Clock
from core.processes.instance import Instance
from core.store import Connection, Store, leases, outbox
from core.streams.port import NewRecord, StreamLog

LEASE = "relay"
LEASE_TIME = timedelta(seconds=60)

MEASURE_SECONDS = 5.0
"""How often a backlog is counted: after an outage it may be millions of records."""

log = structlog.get_logger(__name__)


class Relay:
    """Moves records from a store's outbox to a stream log."""

    def __init__(self, store: Store, streams: StreamLog, me: Instance, clock: Clock) -> None:
        self._store = store
        self._streams = streams
        self._me = me
        self._clock = clock
        self._measured = -MEASURE_SECONDS
        self._producer = f"outbox:{store.id}" if store.dialect == "sqlite" else None

    def run_once(self, limit: int = 200) -> int:
        """Relay up to ``limit`` records; how many went, 0 also while another process relays."""
        records = self._claim(limit)
        if records:
            self._append(records)
        return len(records)

    def drain(self) -> int:
        """Relay until the outbox is empty or another process relays."""
        total = 0
        while moved := self.run_once():
            total += moved
        return total

    def release(self) -> None:
        """Let another process relay."""
        with self._store.write() as connection:
            leases.release(connection, LEASE, self._me)

    def _claim(self, limit: int) -> list[NewRecord]:
        with self._store.read() as connection:
            is_empty = outbox.is_empty(connection)
            self._measure(connection, is_empty=is_empty)
        return [] if is_empty else self._store.transact(lambda c: self._oldest(c, limit))

    def _oldest(self, connection: Connection, limit: int) -> list[NewRecord]:
        mine = leases.acquire(connection, LEASE, self._me, now=self._clock(), ttl=LEASE_TIME)
        return outbox.load_oldest(connection, limit, claim=True) if mine else []

    def _measure(self, connection: Connection, *, is_empty: bool) -> None:
        if is_empty:
            metrics.OUTBOX_PENDING.set(0)
        if time.monotonic() - self._measured >= MEASURE_SECONDS:
            metrics.OUTBOX_PENDING.set(outbox.count_pending(connection))
            metrics.OUTBOX_REFUSED.set(outbox.count_refused(connection))
            self._measured = time.monotonic()

    def _append(self, records: Sequence[NewRecord]) -> None:
        try:
            self._streams.append(records, producer=self._producer)
        except RecordTooLargeError as error:
            if len(records) == 1:
                self._refuse(records[0], error)
                return
            for record in records:
                self._append([record])
            return
        self._store.transact(lambda c: outbox.delete(c, records))

    def _refuse(self, record: NewRecord, error: RecordTooLargeError) -> None:
        log.error("record_refused", stream=record.stream, reason=str(error))
        self._store.transact(lambda c: outbox.refuse(c, record, str(error)))
        metrics.OUTBOX_REFUSED.inc()
