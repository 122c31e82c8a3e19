"""kafka-python and confluent-kafka without anything of ours around them, for bench/streams.py.

The same promises as our engine: see there. What they do not have: watchdogs, bounded sends, rewind,
decoding that cannot hang. A run that fails just ends.
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

from bench.streams import (
    BACKOFF_MS,
    BATCH,
    BATCH_BYTES,
    COME,
    GO,
    LINGER_MS,
    PARTITIONS,
    Values,
    batches,
)

SECONDS = 30.0


def create(address: str, *streams: str) -> None:
    """Both streams of a contender."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 4})
    made = admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in streams])
    for future in made.values():
        future.result(SECONDS)


class KafkaPython:
    """kafka-python."""

    def __init__(self, address: str, prefix: str, codec: str) -> None:
        self._address = address
        self._come, self._go = f"{prefix}.{COME}", f"{prefix}.{GO}"
        self._prefix = prefix
        self._codec = None if codec == "none" else codec

    @classmethod
    @contextmanager
    def opened(cls, address: str, prefix: str, codec: str) -> Iterator[KafkaPython]:
        found = cls(address, prefix, codec)
        create(address, found._come, found._go)
        yield found

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
            self._come,
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
            sent = [producer.send(self._come, key=k, value=v) for k, v in batch]
            producer.flush(SECONDS)
            for future in sent:
                future.get(0)
            yield len(batch)
        producer.close(SECONDS)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._consumer("read")) as consumer:
            while count > 0:
                found = consumer.poll(1000)
                if found:
                    consumer.commit(_next(found))
                    yield (size := sum(map(len, found.values())))
                    count -= size

    def copy(self, count: int) -> Iterator[int]:
        producer = self._producer(transactional_id=f"{self._prefix}.copy")
        producer.init_transactions()
        with closing(self._consumer("copy")) as consumer:
            while count > 0:
                found = consumer.poll(1000)
                if not found:
                    continue
                producer.begin_transaction()
                for records in found.values():
                    for record in records:
                        producer.send(self._go, key=record.key, value=record.value)
                producer.send_offsets_to_transaction(_next(found), consumer.group_metadata())
                producer.commit_transaction()
                yield (size := sum(map(len, found.values())))
                count -= size
        producer.close(SECONDS)


def _next(found: Any) -> Any:
    return {tp: OffsetAndMetadata(r[-1].offset + 1, "", -1) for tp, r in found.items()}


class Confluent:
    """confluent-kafka, on librdkafka."""

    def __init__(self, address: str, prefix: str, codec: str) -> None:
        self._address, self._prefix, self._codec = address, prefix, codec
        self._come, self._go = f"{prefix}.{COME}", f"{prefix}.{GO}"

    @classmethod
    @contextmanager
    def opened(cls, address: str, prefix: str, codec: str) -> Iterator[Confluent]:
        found = cls(address, prefix, codec)
        create(address, found._come, found._go)
        yield found

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
        found = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self._address,
                "log_level": 4,
                "group.id": f"{self._prefix}.{group}",
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "isolation.level": "read_committed",
            }
        )
        found.subscribe([self._come])
        return found

    def produce(self, values: Values) -> Iterator[int]:
        producer = self._producer()
        failed: list[object] = []

        def told(error: object, _: object) -> None:
            if error:
                failed.append(error)

        for batch in batches(values):
            for key, value in batch:
                producer.produce(self._come, key=key, value=value, on_delivery=told)
            producer.flush(SECONDS)
            if failed:
                raise SystemExit(f"confluent-kafka: {failed[0]}")
            yield len(batch)

    def consume(self, count: int) -> Iterator[int]:
        with closing(self._consumer("read")) as consumer:
            while count > 0:
                found = consumer.consume(BATCH, 1.0)
                if found:
                    consumer.commit(asynchronous=False)
                    count -= len(found)
                    yield len(found)

    def copy(self, count: int) -> Iterator[int]:
        producer = self._producer(**{"transactional.id": f"{self._prefix}.copy"})
        producer.init_transactions(SECONDS)
        with closing(self._consumer("copy")) as consumer:
            while count > 0:
                found = consumer.consume(BATCH, 1.0)
                if not found:
                    continue
                producer.begin_transaction()
                for record in found:
                    producer.produce(self._go, key=record.key(), value=record.value())
                producer.send_offsets_to_transaction(
                    consumer.position(consumer.assignment()),
                    consumer.consumer_group_metadata(),
                )
                producer.commit_transaction()
                count -= len(found)
                yield len(found)
