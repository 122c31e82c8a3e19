"""The relay: carries the store's outbox to the streams, in order, by one process at a time.

::

    outbox (store) ──oldest first──▶ StreamLog.append ──▶ delete from outbox

Killed between the last two steps, the next relay appends the same records again: an engine that
knows the producer drops them, another gets them twice with the same ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from config.errors import RecordTooLargeError
from core import metrics
from core.clock import Clock
from core.instance import Instance
from core.store import Store, leases, outbox
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
            depth = outbox.depth(connection)
        metrics.OUTBOX_PENDING.set(depth)
        if not depth:
            return []
        with self._store.write() as connection:
            mine = leases.take(connection, LEASE, self._me, now=self._clock(), ttl=LEASE_TIME)
            return outbox.oldest(connection, limit) if mine else []

    def _append(self, records: Sequence[NewRecord]) -> None:
        producer = f"outbox:{self._store.id}"
        try:
            self._streams.append(records, producer=producer)
        except RecordTooLargeError as error:
            if len(records) == 1:
                self._refuse(records[0], error)
                return
            for record in records:
                self._append([record])
            return
        with self._store.write() as connection:
            outbox.delete(connection, records)

    def _refuse(self, record: NewRecord, error: RecordTooLargeError) -> None:
        log.error("record_refused", stream=record.stream, reason=str(error))
        with self._store.write() as connection:
            outbox.refuse(connection, record, str(error))
