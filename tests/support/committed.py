"""Read the committed records of a stream, on Kafka with another client than the program's.

The engine under test is not asked what it wrote: on Kafka confluent-kafka reads ``read_committed``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from core.streams.port import Record, StreamLog
from tests.support.cli_installation import CliInstallation

SECONDS = 30.0


def committed(installation: CliInstallation, log: StreamLog, stream: str) -> Iterator[Record]:
    """Yield all records of a stream, in order within each partition.

    Args:
        installation: The installation; names the engine.
        log: Its engine, opened; reads where there is no broker.
        stream: Name without prefix.
    """
    url = installation.environment.get("WIREWATCH_STREAMS_URL", "")
    if not url.startswith("kafka://"):
        yield from log.read(stream)
        return
    prefix = installation.environment.get("WIREWATCH_STREAMS_PREFIX", "")
    stored = f"{prefix}.{stream}" if prefix else stream
    options = {
        "bootstrap.servers": url.removeprefix("kafka://"),
        "group.id": f"reader-{uuid.uuid4().hex}",
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    }
    with closing(Consumer(options)) as consumer:
        topics = consumer.list_topics(stored, timeout=SECONDS).topics
        left = set(topics[stored].partitions)
        consumer.assign([TopicPartition(stored, number, OFFSET_BEGINNING) for number in left])
        while left:
            message = consumer.poll(SECONDS)
            assert message is not None, f"{stored} ends in {sorted(left)} for nobody"
            error = message.error()
            if error is None:
                yield _record(stream, message)
            else:
                assert error.code() == KafkaError._PARTITION_EOF, error
                left.discard(message.partition())


def _record(stream: str, message: Message) -> Record:
    headers: Any = message.headers() or []
    _, milliseconds = message.timestamp()
    return Record(
        stream,
        message.partition() or 0,
        message.offset() or 0,
        _bytes(message.key()),
        _bytes(message.value()),
        tuple((name, value or b"") for name, value in headers),
        datetime.fromtimestamp(milliseconds / 1000, UTC),
    )


def _bytes(given: str | bytes | None) -> bytes | None:
    return given.encode() if isinstance(given, str) else given
