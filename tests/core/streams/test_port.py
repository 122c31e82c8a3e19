"""The pure parts of the stream port."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.streams.port import Batch, PartitionRange, Record

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(partition: int, offset: int) -> Record:
    return Record("in", partition, offset, None, b"", (), NOW)


@given(
    st.dictionaries(
        st.integers(0, 5),
        st.tuples(st.integers(0, 9), st.sets(st.integers(10, 60), min_size=1), st.integers(61, 70)),
        min_size=1,
    ).filter(lambda parts: sum(len(offsets) for _, offsets, _ in parts.values()) > 1)
)
def test_the_halves_of_a_batch_cover_exactly_what_the_batch_covers(
    parts: dict[int, tuple[int, set[int], int]],
) -> None:
    whole = Batch(
        tuple(record(p, o) for p, (_, offsets, _) in parts.items() for o in sorted(offsets)),
        tuple(PartitionRange("in", p, start, end, 7) for p, (start, _, end) in parts.items()),
    )
    first, second = whole.split()
    assert first.records + second.records == whole.records
    assert abs(len(first.records) - len(second.records)) <= 1
    for part in (first, second):
        ranges = {r.partition: r for r in part.ranges}
        assert all(
            ranges[r.partition].start <= r.offset < ranges[r.partition].next for r in part.records
        )
        assert {r.partition for r in part.records} == set(ranges)
        assert {r.epoch for r in part.ranges} == {7}
    for r in whole.ranges:
        pieces = [x for half in (first, second) for x in half.ranges if x.partition == r.partition]
        assert (pieces[0].start, pieces[-1].next) == (r.start, r.next)
        assert len(pieces) == 1 or pieces[0].next == pieces[1].start
