"""Making clients of kafka-python, set up as measurements say they must be.

- No (de)serializers of values: one that raises makes the next ``poll`` spin for ever.
- ``enable_auto_commit`` is off: closing would commit what was polled and not processed.
- ``auto_offset_reset`` is none: the client never chooses a position; we do, and say so.
- Every client is closed with a limit: a producer's ``close()`` hung for more than a minute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import errors as theirs
from kafka.consumer.fetcher import Fetcher
from kafka.serializer.abstract import Serializer

from core.streams.kafka.network import forgive, network
from core.streams.kafka.options import BATCH_BYTES, MAX_REQUEST_BYTES, KafkaOptions, KafkaTimeouts

NOTHING = bytes(bytearray(b"nothing"))
"""Stands for a value of None on its way to the producer; told from other bytes by identity."""

log = structlog.get_logger(__name__)


class UndecodableError(theirs.KafkaError):
    """A batch of records that cannot be read.

    Attributes:
        partition: kafka-python's TopicPartition.
        start: Offset of the first record that was not read.
        next: Offset of the first record after the batch.
    """

    def __init__(self, partition: Any, start: int, following: int) -> None:
        super().__init__(f"{partition} from {start}")
        self.partition = partition
        self.start = start
        self.next = following


def admin(options: KafkaOptions) -> Any:
    """A client that asks about streams and groups."""
    return _made(KafkaAdminClient, **options.common)


def reader(options: KafkaOptions, **more: Any) -> Any:
    """A consumer without a group, which sees committed records only."""
    return _consumer(options, **more)


def member(options: KafkaOptions, group: str, instance: str) -> Any:
    """A consumer that is a static member of a group: a restart causes no rebalance."""
    times: KafkaTimeouts = options.times
    return _consumer(
        options,
        group_id=group,
        group_instance_id=instance,
        session_timeout_ms=_ms(times.session),
        heartbeat_interval_ms=_ms(times.heartbeat),
        max_poll_interval_ms=_ms(times.processing),
    )


def appender(options: KafkaOptions) -> Any:
    """An idempotent producer, for what is not part of a transaction."""
    return _producer(options, linger_ms=5, delivery_timeout_ms=_ms(options.times.delivery))


def transactional(options: KafkaOptions, name: str, seconds: float) -> Any:
    """A producer of transactions. Fences whoever had the name before, and ends what he left open.

    Args:
        options: How to reach the brokers.
        name: The transactional id.
        seconds: To reach the first broker.

    Raises:
        KafkaError: The brokers do not answer; no producer is left behind.
    """
    times = options.times
    made = _producer(
        options,
        bootstrap_timeout_ms=_ms(seconds),
        linger_ms=5,
        transactional_id=name,
        transaction_timeout_ms=_ms(times.transaction),
        # within the transaction, but no less than one attempt takes
        delivery_timeout_ms=_ms(max(min(times.delivery, times.transaction / 2), times.request + 1)),
    )
    try:
        made.init_transactions()
    except BaseException:
        give_up(made, 0.2)
        raise
    return made


def give_up(producer: Any, seconds: float) -> None:
    """Close a producer, whatever it waits for."""
    try:
        producer.close(timeout=seconds)
    except theirs.KafkaError:
        # its close() begins with a flush and stops there when that fails: end its thread
        producer._sender.force_close()  # noqa: SLF001


def _made(kind: Callable[..., Any], **configuration: Any) -> Any:
    """A client; where the brokers do not answer, the thread it has begun ends too.

    Without this a process that waits for its brokers has one thread more with every attempt.
    """
    networks: list[Any] = []

    def begin(**how: Any) -> Any:
        networks.append(network(**how))
        return networks[-1]

    try:
        made = kind(kafka_client=begin, **configuration)
    except BaseException:
        for begun in networks:
            begun.close()
        raise
    for begun in networks:
        forgive(begun)
    return made


def _producer(options: KafkaOptions, **more: Any) -> Any:
    times = options.times
    configuration = {**options.common, **more}
    return _made(
        KafkaProducer,
        acks="all",
        enable_idempotence=True,
        compression_type=options.compression,
        batch_size=BATCH_BYTES,
        max_request_size=MAX_REQUEST_BYTES,
        max_block_ms=_ms(times.request),
        metrics_enabled=False,
        value_serializer=_Values(),
        **configuration,
    )


def _consumer(options: KafkaOptions, **more: Any) -> Any:
    made = _made(
        KafkaConsumer,
        **options.common,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        fetch_max_bytes=16_777_216,
        metrics_enabled=False,
        **{"max_partition_fetch_bytes": 262_144, **more},
    )
    fetcher: Any = made._fetcher  # noqa: SLF001
    fetcher.PartitionRecords = _Careful
    return made


class _Values(Serializer):
    """kafka-python refuses a record without key and value, which Kafka takes."""

    def serialize(self, topic: str, headers: object, data: bytes) -> bytes | None:
        del topic, headers
        return None if data is NOTHING else data


class _Careful(Fetcher.PartitionRecords):
    """The fetched records of a partition, which end where they cannot be read.

    kafka-python reads them with a generator. One that has raised is at its end, but the client
    takes it for one that has more, and its next ``poll`` asks it for ever: 100 % of a core, and no
    time-out. Here it is put away, and the error says what could not be read.
    """

    def __init__(self, fetch_offset: int, tp: Any, records: Any, **more: Any) -> None:
        self._batches = _Remembering(records)
        super().__init__(fetch_offset, tp, self._batches, **more)  # type: ignore[no-untyped-call]

    def take(self, n: int | None = None) -> list[Any]:
        try:
            taken: list[Any] = super().take(n)  # type: ignore[no-untyped-call]
        except Exception as error:
            start = self.next_fetch_offset
            self.drain()  # type: ignore[no-untyped-call]
            following = max(start + 1, self._batches.following or 0)
            raise UndecodableError(self.topic_partition, start, following) from error
        return taken


class _Remembering:
    """Batches of records; knows where the last one ends."""

    def __init__(self, records: Any) -> None:
        self._records = records
        self.following: int | None = None

    def next_batch(self) -> Any:
        batch = self._records.next_batch()
        if batch is not None:
            self.following = batch.next_offset
        return batch


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
