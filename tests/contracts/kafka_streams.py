"""A test's own streams on a real broker, filled and read with confluent-kafka."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from contextlib import closing

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from core.streams.port import NewRecord


def new_prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


def fill(
    address: str, prefix: str, partitions: Mapping[str, int], records: Iterable[NewRecord]
) -> None:
    """Create streams with these numbers of partitions and append the records to them."""
    admin = AdminClient({"bootstrap.servers": address})
    topics = [NewTopic(f"{prefix}.{name}", count, 1) for name, count in partitions.items()]
    for creation in admin.create_topics(topics).values():
        creation.result(30)
    append(address, prefix, records)


def append(address: str, prefix: str, records: Iterable[NewRecord]) -> None:
    """Append records to existing streams."""
    producer = Producer({"bootstrap.servers": address, "partitioner": "murmur2_random"})
    refused: list[KafkaError] = []
    for record in records:
        producer.produce(
            f"{prefix}.{record.stream}",
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            timestamp=round(record.time.timestamp() * 1000),
            on_delivery=lambda error, _: refused.append(error) if error else None,
        )
    assert producer.flush(30) == 0
    assert refused == []


def partitions_of(address: str, topic: str) -> list[int]:
    metadata = AdminClient({"bootstrap.servers": address}).list_topics(topic, timeout=30)
    return sorted(metadata.topics[topic].partitions)


def reader(address: str, isolation: str = "read_committed") -> Consumer:
    """Return a consumer that commits nothing and reports the end of each partition."""
    return Consumer(
        {
            "bootstrap.servers": address,
            "group.id": f"reader-{uuid.uuid4().hex}",
            "isolation.level": isolation,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )


def read_all(
    address: str,
    topic: str,
    offsets: Iterable[TopicPartition] = (),
    *,
    isolation: str = "read_committed",
) -> list[Message]:
    """Return the messages of a topic up to its present end, from the start or from offsets."""
    start = list(offsets) or [TopicPartition(topic, p, 0) for p in partitions_of(address, topic)]
    found = []
    with closing(reader(address, isolation)) as consumer:
        consumer.assign(start)
        left = {offset.partition for offset in start}
        while left:
            message = consumer.poll(30)
            assert message is not None, f"{topic}: partitions {left} did not end in time"
            error = message.error()
            if error is None:
                found.append(message)
                continue
            assert error.code() == KafkaError._PARTITION_EOF, error
            left.discard(message.partition())
    return found
