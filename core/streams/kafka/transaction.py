"""Transactions of one member: outputs and position in one step, under a watchdog.

::

    begin ─▶ send outputs, flush, check every future ─▶ position ─▶ commit ─▶ wait until visible
      └──────────┴────────── fails ────────────────────────┴──────────┤
             a broker answers: abort       no broker answers: discard the producer; the next one
                                           of this name aborts what was left open

The futures are checked before the commit, because kafka-python's commit does not fail when a batch
of records has timed out: its records would be missing.

The brokers acknowledge a commit before readers and groups see it. The engine waits some
milliseconds until they do, so that the next reader finds what was committed. The next transaction
would have to wait for that anyway, and longer (100 records of 3 KB: 28 ms without, 12 + 2 ms with).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from kafka import errors as kafka_errors
from kafka.admin import TransactionState

from config.errors import StreamUnavailableError, WirewatchError
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.connect import open_transactional_producer
from core.streams.kafka.errors import (
    cause_to_show,
    is_unreachable,
    to_stream_error,
    translate_errors,
)
from core.streams.kafka.kafka_python import (
    cause_of,
    close_producer,
    is_unusable,
    sent_at_once,
)
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.producer import split_into_chunks
from core.streams.kafka.records import KafkaRecord
from core.streams.kafka.watchdog import Watchdog

VISIBILITY_SECONDS = 5.0
"""Limit of waiting until a commit is visible."""

EXPECTED_SHARE, LONGEST_EXPECTED = 0.8, 0.05
"""The first question whether a commit is visible is asked after this share of what the last commit
took, of this many seconds at most. Asked every millisecond, it was asked five times for each
transaction, which took a third of what the client takes."""

REOPEN_SECONDS = 2.0
"""Limit for reaching a broker when a member is about to poll and must not wait much longer."""

_COMPLETING = (TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT)

log = structlog.get_logger(__name__)


class TransactionalProducer:
    """The transactional producer of one slot. Not thread-safe.

    Opening it fences any other producer of the same name and aborts the transaction that it left
    open.

    Args:
        options: How to reach the brokers.
        name: The transactional id.
        watchdog: Makes the calls that may never return.
        admin: Checks whether a commit is visible.

    Raises:
        StreamUnavailableError: Kafka does not answer.
    """

    def __init__(
        self, options: KafkaOptions, name: str, watchdog: Watchdog, admin: KafkaAdmin
    ) -> None:
        self._options = options
        self._admin = admin
        self._name = name
        self._watchdog = watchdog
        self._producer: Any = None
        self._began = self._took = 0.0
        self.ensure_open(options.timeouts.opening)

    def ensure_open(self, seconds: float = REOPEN_SECONDS) -> None:
        """Open a new producer where the last one was discarded.

        Until then, the transaction that it left open hides the group's position.

        Args:
            seconds: Limit for reaching a broker.

        Raises:
            StreamUnavailableError: Kafka does not answer.
            SlotTakenError: Another process takes the name at this moment.
        """
        if self._producer is None:
            with translate_errors("Starting transactions", self._name):
                self._producer = open_transactional_producer(self._options, self._name, seconds)

    def commit(
        self, outputs: Sequence[KafkaRecord], offsets: Mapping[Any, Any], membership: Any
    ) -> None:
        """Commit outputs and the group's position in one transaction.

        Args:
            outputs: Records to append.
            offsets: kafka-python's OffsetAndMetadata by TopicPartition.
            membership: The consumer's ``group_metadata()``: the brokers refuse the position of a
                member that was replaced.

        Raises:
            FencedError: Another member has one of the partitions; nothing was committed.
            SlotTakenError: Another process has the same name; nothing was committed.
            StreamUnavailableError: It is unknown whether it was committed; load the position.
        """
        self.ensure_open()
        producer, self._began = self._producer, time.monotonic()
        try:
            self._watchdog.run(
                "transaction", lambda: self._send_and_commit(producer, outputs, offsets, membership)
            )
        except kafka_errors.KafkaError as error:
            cause = cause_of(producer, error)
            self._abort_or_discard(producer, cause)
            raise self._to_stream_error(cause) from cause_to_show(error)
        except BaseException:  # interrupted, or timed out: the call may still run
            self._discard()
            raise
        self._await_visibility()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        if self._producer is not None:
            close_producer(self._producer, self._options.timeouts.closing)
            self._producer = None
        self._watchdog.close()

    def _send_and_commit(
        self,
        producer: Any,
        outputs: Sequence[KafkaRecord],
        offsets: Mapping[Any, Any],
        membership: Any,
    ) -> None:
        """Run one transaction. Runs in the watchdog's thread."""
        producer.begin_transaction()
        for chunk in split_into_chunks(outputs):
            with sent_at_once(producer, {record.stored for record in chunk}):
                futures = [record.send(producer) for record in chunk]
            producer.flush(timeout=self._options.timeouts.delivery)
            for future in futures:
                future.get(timeout=0)
        producer.send_offsets_to_transaction(dict(offsets), membership)
        producer.commit_transaction()

    def _await_visibility(self) -> None:
        """Wait until readers see what was committed, up to a limit: it is committed anyway."""
        began = time.monotonic()
        pause = EXPECTED_SHARE * self._took
        while time.monotonic() - began < VISIBILITY_SECONDS:
            time.sleep(pause)
            try:
                transactions = self._admin.run(
                    "Describing a transaction", lambda a: a.describe_transactions([self._name])
                )
            except WirewatchError as error:
                log.warning("commit_visibility_unknown", name=self._name, reason=str(error))
                return
            if transactions[self._name].state not in _COMPLETING:
                self._took = min(time.monotonic() - began, LONGEST_EXPECTED)
                return
            pause = 0.002
        log.warning("commit_not_visible", name=self._name, seconds=VISIBILITY_SECONDS)

    def _abort_or_discard(self, producer: Any, cause: BaseException) -> None:
        """Abort the transaction; discard the producer where that is impossible."""
        if is_unreachable(cause) or is_unusable(producer):
            self._discard()
            return
        try:
            self._watchdog.run("abort", producer.abort_transaction)
        except (kafka_errors.KafkaError, WirewatchError) as error:
            log.warning("abort_failed", name=self._name, reason=str(error))
            self._discard()

    def _discard(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, 0.2)

    def _to_stream_error(self, cause: BaseException) -> WirewatchError:
        seconds = time.monotonic() - self._began
        was_fenced = isinstance(cause, kafka_errors.ProducerFencedError)
        if was_fenced and seconds > self._options.timeouts.transaction:
            return StreamUnavailableError("A transaction took too long: Kafka has aborted it.")
        if type(cause) is kafka_errors.KafkaError:  # a request timed out; only the text says so
            return StreamUnavailableError("A transaction failed.")
        return to_stream_error(cause, "A transaction", self._name)
