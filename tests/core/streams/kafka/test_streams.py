"""The settings of a stream on the brokers, and how an existing stream may differ from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from config.errors import SettingsError, StreamMismatchError, UnknownStreamError
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.streams import (
    HEADROOM,
    KafkaStream,
    KafkaStreams,
    differences,
    stream_config,
)
from core.streams.port import StreamSpec
from core.streams.prefix import Prefix

SPEC = StreamSpec("in", 6, timedelta(days=30), 1_000_000, replication=3)
STREAM = KafkaStream("in", "acme.in", 6, 3, timedelta(days=30), 1_000_000, min_insync=2)


class BrokerWithoutSettings:
    """A broker that describes a stream, but not its settings.

    Args:
        error: Kafka's code when the stream is described the second time.
    """

    def __init__(self, error: int) -> None:
        self._errors = iter((0, error))

    def run(self, _action: str, call: Any) -> Any:
        return call(self)

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        common = {"error_code": next(self._errors), "is_internal": False, "partitions": []}
        return [{"name": name, **common} for name in names]

    def describe_configs(self, resources: list[Any], config_filter: str) -> dict[str, Any]:
        return {"topic": {resource.name: {} for resource in resources}}


def test_settings_that_are_missing_are_withheld_or_those_of_a_stream_that_was_deleted() -> None:
    def get(error: int) -> KafkaStream:
        admin = cast("KafkaAdmin", BrokerWithoutSettings(error))
        return KafkaStreams(admin, Prefix("acme")).get("in")

    with pytest.raises(SettingsError, match=r"DESCRIBE_CONFIGS on the stream 'acme.in'"):
        get(0)
    with pytest.raises(UnknownStreamError, match="There is no stream 'in'"):
        get(3)


def test_a_topic_has_the_settings_that_news_needs() -> None:
    assert stream_config(SPEC) == {
        "cleanup.policy": "delete",
        "retention.ms": "2592000000",
        "max.message.bytes": str(1_000_000 + HEADROOM),
        "min.insync.replicas": "2",
        "message.timestamp.type": "CreateTime",
        "message.timestamp.after.max.ms": str(2**63 - 1),
    }
    assert stream_config(replace(SPEC, replication=1))["min.insync.replicas"] == "1"
    assert stream_config(replace(SPEC, min_insync=3))["min.insync.replicas"] == "3"


def test_a_stream_that_is_as_specified_does_not_differ() -> None:
    assert differences(SPEC, STREAM) == []


def test_each_difference_names_both_values_and_the_command() -> None:
    days, size, copies = differences(
        SPEC, replace(STREAM, retention=timedelta(days=7), max_record_bytes=500, replication=1)
    )
    assert days.startswith("retention.ms is 604800000, not 2592000000: kafka-configs ")
    assert days.endswith("--entity-name acme.in --add-config retention.ms=2592000000")
    assert size.endswith(f"--add-config max.message.bytes={1_000_000 + HEADROOM}")
    assert copies == "has 1 copies, not 3: kafka-reassign-partitions changes that"
    [insync] = differences(SPEC, replace(STREAM, min_insync=1))
    assert insync.endswith("--entity-name acme.in --add-config min.insync.replicas=2")


def test_another_number_of_partitions_is_an_error() -> None:
    with pytest.raises(StreamMismatchError, match="6 partitions, not 7"):
        differences(replace(SPEC, partitions=7), STREAM)
