"""Transactions of one member: outputs and position in one step, under the watchdog.

::

    begin ─▶ send outputs, flush, ask every future ─▶ position ─▶ commit ─▶ wait until it shows
      └──────────┴────────── fails ──────────────────────┴──────────┤
             somebody answers: abort     nobody answers: the producer is given up, and the next
                                         one of this name ends what was left open

The futures are asked before the commit: a batch that ran out of time does not make kafka-python's
commit fail, and its records would be missing.

The brokers acknowledge a commit before readers and groups see it. It is waited for, some
milliseconds, so that what was committed is there for whoever looks next; the next transaction
would have to wait for it anyway, and longer (100 records of 3 KB: 28 ms without, 12 + 2 ms with).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from kafka import errors as theirs
from kafka.admin import TransactionState

from config.errors import StreamUnavailableError, WirewatchError
from core.streams.kafka import kafka_python
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.errors import in_our_words, is_gone, translated
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.producer import chunks
from core.streams.kafka.records import KafkaRecord
from core.streams.kafka.watchdog import Watchdog

COMPLETION = 5.0
"""Seconds to wait for a commit to show."""

AGAIN = 2.0
"""Seconds to reach a broker where a member is about to poll: it is not to wait much longer."""

_UNDER_WAY = (TransactionState.PREPARE_COMMIT, TransactionState.PREPARE_ABORT)

log = structlog.get_logger(__name__)


class Transactions:
    """The transactional producer of a slot. Not thread-safe.

    Making one fences whoever runs under the same name, and ends the transaction he left open.

    Args:
        options: How to reach the brokers.
        name: The transactional id.
        watchdog: Makes the calls that may never return.
        admin: Asks whether a commit shows.

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
        self._began = 0.0
        self.ready(options.times.opening)

    def ready(self, seconds: float = AGAIN) -> None:
        """Make the producer anew where the last one was given up.

        Until that is done, what it left open hides the group's position.

        Args:
            seconds: To reach a broker.

        Raises:
            StreamUnavailableError: Kafka does not answer.
            SlotTakenError: Another process has taken the name at this moment.
        """
        if self._producer is None:
            with translated("Starting transactions"):
                self._producer = kafka_python.transactional(self._options, self._name, seconds)

    def run(
        self, outputs: Sequence[KafkaRecord], positions: Mapping[Any, Any], membership: Any
    ) -> None:
        """Commit outputs and positions together.

        Args:
            outputs: Records to send.
            positions: kafka-python's OffsetAndMetadata by TopicPartition.
            membership: The consumer's ``group_metadata()``: the brokers refuse the positions of a
                member that was replaced.

        Raises:
            FencedError: Another member holds a partition now; nothing was kept.
            SlotTakenError: Another process runs under this name; nothing was kept.
            StreamUnavailableError: Nobody knows whether it was committed; ask for the position.
        """
        self.ready()
        producer, self._began = self._producer, time.monotonic()
        try:
            self._watchdog.run(
                "transaction", lambda: self._run(producer, outputs, positions, membership)
            )
        except theirs.KafkaError as error:
            cause = _cause(producer, error)
            self._give_back(producer, cause)
            raise self._in_our_words(cause) from error
        except BaseException:  # interrupted, or the watchdog: the call may still be under way
            self._give_up()
            raise
        self._await_completion()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        if self._producer is not None:
            kafka_python.give_up(self._producer, self._options.times.closing)
            self._producer = None
        self._watchdog.close()

    def _run(
        self,
        producer: Any,
        outputs: Sequence[KafkaRecord],
        positions: Mapping[Any, Any],
        membership: Any,
    ) -> None:
        """In the watchdog's thread."""
        producer.begin_transaction()
        limit = self._options.times.delivery
        for chunk in chunks(outputs):
            futures = [record.send(producer) for record in chunk]
            producer.flush(timeout=limit)
            for future in futures:
                future.get(timeout=0)
        producer.send_offsets_to_transaction(dict(positions), membership)
        producer.commit_transaction()

    def _await_completion(self) -> None:
        """Wait until readers see what was committed; not for ever, for it is committed."""
        deadline = time.monotonic() + COMPLETION
        while time.monotonic() < deadline:
            try:
                found = self._admin.run(
                    "Asking about a transaction", lambda a: a.describe_transactions([self._name])
                )
            except WirewatchError as error:
                log.warning("completion_not_seen", name=self._name, reason=str(error))
                return
            if found[self._name].state not in _UNDER_WAY:
                return
            time.sleep(0.001)
        log.warning("completion_not_seen", name=self._name, seconds=COMPLETION)

    def _give_back(self, producer: Any, cause: BaseException) -> None:
        """Abort; where that cannot be, give the producer up."""
        if is_gone(cause) or _is_over(producer):
            self._give_up()
            return
        try:
            self._watchdog.run("abort", producer.abort_transaction)
        except (theirs.KafkaError, WirewatchError) as error:
            log.warning("abort_failed", name=self._name, reason=str(error))
            self._give_up()

    def _give_up(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            kafka_python.give_up(producer, 0.2)

    def _in_our_words(self, cause: BaseException) -> WirewatchError:
        lasted = time.monotonic() - self._began
        if (
            isinstance(cause, theirs.ProducerFencedError)
            and lasted > self._options.times.transaction
        ):
            return StreamUnavailableError("A transaction took too long: Kafka has aborted it.")
        if type(cause) is theirs.KafkaError:  # it says only in words that a request timed out
            return StreamUnavailableError("A transaction failed.")
        return in_our_words(cause, "A transaction")


def _cause(producer: Any, error: theirs.KafkaError) -> BaseException:
    """What put a producer into its state: it tells later calls of that only in words."""
    manager = producer._transaction_manager  # noqa: SLF001
    if type(error) is theirs.KafkaError and manager.last_error is not None:
        last: BaseException = manager.last_error
        return last
    return error


def _is_over(producer: Any) -> bool:
    """Whether a producer can do nothing any more, not even abort."""
    return bool(producer._transaction_manager.has_fatal_error())  # noqa: SLF001
