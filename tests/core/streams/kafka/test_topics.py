"""How streams are set up on the brokers, and how one that exists may differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.errors import StreamMismatchError
from core.streams.kafka.streams import ROOM, KafkaStream, configs, differences
from core.streams.port import StreamSpec

SPEC = StreamSpec("in", 6, timedelta(days=30), 1_000_000, replication=3)
TOPIC = KafkaStream("in", "acme.in", 6, 3, timedelta(days=30), 1_000_000)


def test_a_stream_is_set_up_for_news() -> None:
    assert configs(SPEC) == {
        "cleanup.policy": "delete",
        "retention.ms": "2592000000",
        "max.message.bytes": str(1_000_000 + ROOM),
        "min.insync.replicas": "2",
        "message.timestamp.type": "CreateTime",
        "message.timestamp.after.max.ms": str(2**63 - 1),
    }
    assert configs(replace(SPEC, replication=1))["min.insync.replicas"] == "1"


def test_a_stream_as_it_is_asked_for_does_not_differ() -> None:
    assert differences(SPEC, TOPIC) == []


def test_each_difference_names_what_is_what_was_asked_and_the_command() -> None:
    days, size, copies = differences(
        SPEC, replace(TOPIC, retention=timedelta(days=7), max_record_bytes=500, replication=1)
    )
    assert days.startswith("retention.ms is 604800000, not 2592000000: kafka-configs ")
    assert days.endswith("--entity-name acme.in --add-config retention.ms=2592000000")
    assert size.endswith(f"--add-config max.message.bytes={1_000_000 + ROOM}")
    assert copies == "has 1 copies, not 3: kafka-reassign-partitions changes that"


def test_other_partitions_are_no_difference_to_live_with() -> None:
    with pytest.raises(StreamMismatchError, match="6 partitions, not 7"):
        differences(replace(SPEC, partitions=7), TOPIC)
