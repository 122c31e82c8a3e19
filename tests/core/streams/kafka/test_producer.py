"""Chunks of records that a producer has in flight at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.streams.kafka.producer import CHUNK_BYTES, CHUNK_RECORDS, split_into_chunks
from core.streams.kafka.records import KafkaRecord


@given(st.lists(st.sampled_from([1, 1000, 1_000_000, 9_000_000]), max_size=1200))
def test_chunks_keep_the_order_and_are_limited_in_records_and_bytes(sizes: list[int]) -> None:
    values = {size: b"x" * size for size in set(sizes)}
    records = [KafkaRecord("in", 0, None, values[size], [], n) for n, size in enumerate(sizes)]
    chunks = list(split_into_chunks(records))
    assert [r.time_ms for chunk in chunks for r in chunk] == list(range(len(sizes)))
    for chunk in chunks:
        assert 0 < len(chunk) <= CHUNK_RECORDS
        assert len(chunk) == 1 or sum(r.size for r in chunk) <= CHUNK_BYTES
