"""Records to the brokers: what is checked, and which partition they go to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from config.errors import RecordTooLargeError, UnknownStreamError
from core.clock import to_ms
from core.streams.kafka.records import MAX_KEY_AND_HEADERS, prepare_record
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.partitioner import partition_of
from core.streams.port import NewRecord

TIME = datetime(2026, 3, 1, tzinfo=UTC)


class FakeStreams:
    """The streams of a broker, without a broker."""

    def get(self, name: str) -> KafkaStream:
        if name != "in":
            raise UnknownStreamError(name)
        return KafkaStream("in", "acme.in", 6, 1, timedelta(days=1), 100)


STREAMS = cast("KafkaStreams", FakeStreams())


def new(key: bytes | None = b"k", value: bytes | None = b"v", **more: Any) -> NewRecord:
    return replace(NewRecord("in", key, value, (), TIME), **more)


def test_a_record_goes_to_the_partition_of_its_key() -> None:
    prepared = prepare_record(new(b"Abcd"), STREAMS)
    assert (prepared.stored, prepared.partition) == ("acme.in", partition_of(b"Abcd", 6))
    assert prepared.time_ms == to_ms(TIME)


def test_records_without_a_key_are_spread() -> None:
    partitions = {prepare_record(new(None), STREAMS).partition for _ in range(12)}
    assert partitions == set(range(6))


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (new(value=b"x" * 101), RecordTooLargeError),
        (new(key=b"k" * (MAX_KEY_AND_HEADERS + 1)), RecordTooLargeError),
        (new(headers=(("h", b"x" * MAX_KEY_AND_HEADERS),)), RecordTooLargeError),
        (new(stream="nowhere"), UnknownStreamError),
        (replace(new(), value=cast("bytes", "text")), TypeError),
        (new(headers=(("h", "text"),)), TypeError),
        (new(time=TIME.replace(tzinfo=None)), ValueError),
    ],
)
def test_an_invalid_record_is_refused_before_it_is_sent(
    record: NewRecord, error: type[Exception]
) -> None:
    with pytest.raises(error):
        prepare_record(record, STREAMS)
