"""kafka-python and confluent-kafka used directly, for bench/streams.py.

They give the same guarantees as this program's engine (see there), but have no watchdog, no bounded
sends, no rewind and no protection against undecodable records. A run that fails just ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import confluent_kafka
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic
from kafka import KafkaConsumer, KafkaProducer
from kafka.structs import OffsetAndMetadata

from bench._common import (
    BACKOFF_MS,
    BATCH,
    BATCH_BYTES,
    INPUT,
    LINGER_MS,
    OUTPUT,
    PARTITIONS,
    Values,
    batches,
)

SECONDS = 30.0


def create(address: str, *streams: str) -> None:
    """Create the streams of a contender."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 4})
    made = admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in streams])
    for future in made.values():
        future.result(SECONDS)


class KafkaPython:
    """kafka-python."""

    def __init__(self, address: str, prefix: str, codec: str) -> None:
        self._address = address
        self._input, self._output = f"{prefix}.{INPUT}", f"{prefix}.{OUTPUT}"
        self._prefix = prefix
        self._codec = None if codec == "none" else codec

    @classmethod
    @contextmanager
    def opened(cls, address: str, prefix: str, codec: str) -> Iterator[KafkaPython]:
        client = cls(address, prefix, codec)
        create(address, client._input, client._output)
        yield client

    def _producer(self, **more: Any) -> Any:
        producer: Any = KafkaProducer  # has no types
        return producer(
            bootstrap_servers=self._address,
            acks="all",
            enable_idempotence=True,
            compression_type=self._codec,
            linger_ms=LINGER_MS,
            batch_size=BATCH_BYTES,
            retry_backoff_ms=BACKOFF_MS,
            **more,
        )

    def _consumer(self, group: str) -> Any:
        consumer: Any = KafkaConsumer  # has no types
        return consumer(
            self._input,
            bootstrap_servers=self._address,
            group_id=f"{self._prefix}.{group}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=BATCH,
        )

    def produce(self, values: Values) -> Iterator[int]:
        producer = self._producer()
        for batch in batches(values):
            sent = [producer.send(self._input, key=k, value=v) for k, v in batch]
            producer.flush(SECONDS)
            for future in sent:
                future.get(0)
            yield len(batch)
        producer.close(SECONDS)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._consumer("read")) as consumer:
            while count > 0:
                polled = consumer.poll(1000)
                if polled:
                    consumer.commit(_next_offsets(polled))
                    yield (size := sum(map(len, polled.values())))
                    count -= size

    def copy(self, count: int) -> Iterator[int]:
        producer = self._producer(transactional_id=f"{self._prefix}.copy")
        producer.init_transactions()
        with closing(self._consumer("copy")) as consumer:
            while count > 0:
                polled = consumer.poll(1000)
                if not polled:
                    continue
                producer.begin_transaction()
                for records in polled.values():
                    for record in records:
                        producer.send(self._output, key=record.key, value=record.value)
                producer.send_offsets_to_transaction(
                    _next_offsets(polled), consumer.group_metadata()
                )
                producer.commit_transaction()
                yield (size := sum(map(len, polled.values())))
                count -= size
        producer.close(SECONDS)


def _next_offsets(polled: Any) -> Any:
    return {tp: OffsetAndMetadata(r[-1].offset + 1, "", -1) for tp, r in polled.items()}


class Confluent:
    """confluent-kafka, on librdkafka."""

    def __init__(self, address: str, prefix: str, codec: str) -> None:
        self._address, self._prefix, self._codec = address, prefix, codec
        self._input, self._output = f"{prefix}.{INPUT}", f"{prefix}.{OUTPUT}"

    @classmethod
    @contextmanager
    def opened(cls, address: str, prefix: str, codec: str) -> Iterator[Confluent]:
        client = cls(address, prefix, codec)
        create(address, client._input, client._output)
        yield client

    def _producer(self, **more: Any) -> confluent_kafka.Producer:
        return confluent_kafka.Producer(
            {
                "bootstrap.servers": self._address,
                "log_level": 4,
                "acks": "all",
                "enable.idempotence": True,
                "compression.type": self._codec,
                "linger.ms": LINGER_MS,
                "batch.size": BATCH_BYTES,
                "retry.backoff.ms": BACKOFF_MS,
                "partitioner": "murmur2_random",
                **more,
            }
        )

    def _consumer(self, group: str) -> confluent_kafka.Consumer:
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self._address,
                "log_level": 4,
                "group.id": f"{self._prefix}.{group}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        consumer.subscribe([self._input])
        return consumer

    def produce(self, values: Values) -> Iterator[int]:
        producer = self._producer()
        failed: list[object] = []

        def on_delivery(error: object, _: object) -> None:
            if error:
                failed.append(error)

        for batch in batches(values):
            for key, value in batch:
                producer.produce(self._input, key=key, value=value, on_delivery=on_delivery)
            producer.flush(SECONDS)
            if failed:
                raise SystemExit(f"confluent-kafka: {failed[0]}")
            yield len(batch)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._consumer("read")) as consumer:
            while count > 0:
                records = consumer.consume(BATCH, 1.0)
                if records:
                    consumer.commit(asynchronous=False)
                    count -= len(records)
                    yield len(records)

    def copy(self, count: int) -> Iterator[int]:
        producer = self._producer(**{"transactional.id": f"{self._prefix}.copy"})
        producer.init_transactions(SECONDS)
        with closing(self._consumer("copy")) as consumer:
            while count > 0:
                records = consumer.consume(BATCH, 1.0)
                if not records:
                    continue
                producer.begin_transaction()
                for record in records:
                    producer.produce(self._output, key=record.key(), value=record.value())
                producer.send_offsets_to_transaction(
                    consumer.position(consumer.assignment()),
                    consumer.consumer_group_metadata(),
                )
                producer.commit_transaction()
                count -= len(records)
                yield len(records)
