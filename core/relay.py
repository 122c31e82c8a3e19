"""The relay: moves records from the store's outbox to the streams, in order, one process at a time.

::

    outbox (store) ──oldest first──▶ StreamLog.append ──▶ delete from outbox

If the process is killed between the last two steps, the next relay appends the same records again.
The embedded log recognises and drops them; Kafka appends them again with the same ids.

An engine recognises repeats by the last outbox id of a producer. On SQLite ids become visible in
ascending order, so that is correct. On PostgreSQL a lower id may be committed after a higher one
was relayed; it would be dropped as a repeat and so be lost. There the relay names no producer, and
consumers recognise repeats by the ids of the records.

While the streams are unavailable, records stay in the outbox; the relay itself keeps none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from config.errors import RecordTooLargeError
from core.clock import Clock
from core.processes.instance import Instance
from core.store import Connection, Store, leases, outbox
from core.streams.port import NewRecord, StreamLog

LEASE = "relay"
LEASE_TIME = timedelta(seconds=60)

log = structlog.get_logger(__name__)


class Relay:
    """Moves records from a store's outbox to a stream log."""

    def __init__(self, store: Store, streams: StreamLog, me: Instance, clock: Clock) -> None:
        self._store = store
        self._streams = streams
        self._me = me
        self._clock = clock
        self._producer = f"outbox:{store.id}" if store.dialect == "sqlite" else None

    def run_once(self, limit: int = 200) -> int:
        """Relay up to ``limit`` records. Return how many; 0 also while another process relays."""
        records = self._claim(limit)
        if records:
            self._append(records)
        return len(records)

    def drain(self) -> int:
        """Relay until the outbox is empty or another process relays. Return how many records."""
        total = 0
        while moved := self.run_once():
            total += moved
        return total

    def release(self) -> None:
        """Release the lease, so that another process may relay."""
        with self._store.write() as connection:
            leases.release(connection, LEASE, self._me)

    def _claim(self, limit: int) -> list[NewRecord]:
        with self._store.read() as connection:
            is_empty = outbox.is_empty(connection)
        return [] if is_empty else self._store.transact(lambda c: self._claim_oldest(c, limit))

    def _claim_oldest(self, connection: Connection, limit: int) -> list[NewRecord]:
        has_lease = leases.acquire(connection, LEASE, self._me, now=self._clock(), ttl=LEASE_TIME)
        return outbox.load_oldest(connection, limit, claim=True) if has_lease else []

    def _append(self, records: Sequence[NewRecord]) -> None:
        """Append records and delete them from the outbox; refuse those that are too large."""
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
