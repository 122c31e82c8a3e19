"""Records on their way to the brokers, and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import RecordTooLargeError, UnknownStreamError
from core.clock import to_ms
from core.streams.kafka.producer import CHUNK_BYTES, CHUNK_RECORDS, chunks
from core.streams.kafka.records import LABELS, KafkaRecord, place
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.partitioner import partition_of
from core.streams.port import NewRecord

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


class Known:
    """The streams of a broker, without one."""

    def get(self, name: str) -> KafkaStream:
        if name != "in":
            raise UnknownStreamError(name)
        return KafkaStream("in", "acme.in", 6, 1, timedelta(days=1), 100)


KNOWN = cast("KafkaStreams", Known())


def new(key: bytes | None = b"k", value: bytes | None = b"v", **more: Any) -> NewRecord:
    return replace(NewRecord("in", key, value, (), MOMENT), **more)


def test_a_record_goes_to_the_partition_of_its_key() -> None:
    placed = place(new(b"Abcd"), KNOWN)
    assert (placed.topic, placed.partition) == ("acme.in", partition_of(b"Abcd", 6))
    assert placed.time_ms == to_ms(MOMENT)


def test_records_without_key_are_spread() -> None:
    partitions = {place(new(None), KNOWN).partition for _ in range(12)}
    assert partitions == set(range(6))


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (new(value=b"x" * 101), RecordTooLargeError),
        (new(key=b"k" * (LABELS + 1)), RecordTooLargeError),
        (new(headers=(("h", b"x" * LABELS),)), RecordTooLargeError),
        (new(stream="nowhere"), UnknownStreamError),
        (replace(new(), value=cast("bytes", "text")), TypeError),
        (new(headers=(("h", "text"),)), TypeError),
        (new(time=MOMENT.replace(tzinfo=None)), ValueError),
    ],
)
def test_what_no_broker_may_get_is_refused_here(record: NewRecord, error: type[Exception]) -> None:
    with pytest.raises(error):
        place(record, KNOWN)


@given(st.lists(st.sampled_from([1, 1000, 1_000_000, 9_000_000]), max_size=1200))
def test_chunks_keep_the_order_and_are_bounded(sizes: list[int]) -> None:
    values = {size: b"x" * size for size in set(sizes)}
    records = [KafkaRecord("in", 0, None, values[size], [], n) for n, size in enumerate(sizes)]
    found = list(chunks(records))
    assert [r.time_ms for chunk in found for r in chunk] == list(range(len(sizes)))
    for chunk in found:
        assert 0 < len(chunk) <= CHUNK_RECORDS
        assert len(chunk) == 1 or sum(r.size for r in chunk) <= CHUNK_BYTES
