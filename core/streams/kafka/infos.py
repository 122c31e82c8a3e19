"""Streams as they are: how much is in them, and how new it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from kafka.admin import OffsetSpec
from kafka.structs import TopicPartition

from core.clock import from_ms
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.streams import KafkaStream
from core.streams.port import StreamInfo


def infos(admin: KafkaAdmin, topics: Sequence[KafkaStream]) -> list[StreamInfo]:
    """Every one of the streams, by name."""
    if not topics:
        return []
    keys = [TopicPartition(t.stored, n) for t in topics for n in range(t.partitions)]
    oldest, ends, newest = admin.run("Asking about streams", lambda a: _offsets(a, keys))
    sizes = admin.run("Asking for the size of streams", lambda a: _sizes(a, topics))
    return sorted(
        (_info(topic, oldest, ends, newest, sizes) for topic in topics), key=lambda i: i.name
    )


def _offsets(client: Any, keys: Sequence[Any]) -> tuple[dict[Any, Any], ...]:
    specs = (OffsetSpec.EARLIEST, OffsetSpec.LATEST, OffsetSpec.MAX_TIMESTAMP)
    return tuple(client.list_partition_offsets(dict.fromkeys(keys, spec)) for spec in specs)


def _sizes(client: Any, topics: Sequence[KafkaStream]) -> dict[str, int]:
    """Bytes on the brokers' disks, all copies together; nothing of brokers that may not tell."""
    wanted = {topic.stored: list(range(topic.partitions)) for topic in topics}
    found: defaultdict[str, int] = defaultdict(int)
    for broker in client.describe_log_dirs(wanted):
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                found[topic["name"]] += sum(p["partition_size"] for p in topic["partitions"])
    return found


def _info(
    topic: KafkaStream,
    oldest: Mapping[Any, Any],
    ends: Mapping[Any, Any],
    newest: Mapping[Any, Any],
    sizes: Mapping[str, int],
) -> StreamInfo:
    keys = [TopicPartition(topic.stored, n) for n in range(topic.partitions)]
    latest = max((newest[key].timestamp for key in keys), default=-1)
    return StreamInfo(
        name=topic.name,
        partitions=topic.partitions,
        records=sum(max(0, ends[key].offset - oldest[key].offset) for key in keys),
        bytes=sizes.get(topic.stored, 0),
        retention=topic.retention,
        newest=from_ms(latest) if latest >= 0 else None,
        max_record_bytes=topic.max_record_bytes,
        replication=topic.replication,
    )
