"""Positions of a member: ranges join without a gap, whatever is between the records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.streams.kafka.positions import PartitionPosition, commit_obstacle
from core.streams.port import PartitionRange, Record

TIME = datetime(2026, 3, 1, tzinfo=UTC)


def record(offset: int) -> Record:
    return Record("in", 0, offset, b"k", b"v", (), TIME)


@given(
    gaps=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    markers=st.integers(0, 3),
    counts=st.lists(st.integers(1, 7), min_size=1),
)
def test_ranges_join_and_end_after_the_markers(
    gaps: list[int], markers: int, counts: list[int]
) -> None:
    offsets, following = [], 5
    for gap in gaps:
        offsets.append(following + gap)
        following = offsets[-1] + 1
    position = PartitionPosition("in", 0, 1, 5)
    position.add(map(record, offsets), following + markers)
    returned: list[int] = []
    end = 5
    while position.buffer:
        count = min(len(position.buffer), counts[len(returned) % len(counts)])
        records, batch_range = position.take(count)
        assert batch_range.start == end
        assert all(batch_range.start <= r.offset < batch_range.next for r in records)
        end = batch_range.next
        returned += [r.offset for r in records]
    assert returned == offsets
    assert end == following + markers


def test_rewinding_forgets_what_was_fetched() -> None:
    position = PartitionPosition("in", 0, 1, 5)
    position.add([record(5), record(6), record(7)], 9)
    position.take(2)
    position.commit(6)
    assert position.rewind() == 6
    assert (position.returned, position.fetched, list(position.buffer)) == (6, 6, [])


def test_an_empty_fetch_does_not_move_the_position_back() -> None:
    position = PartitionPosition("in", 0, 1, 5)
    position.add([record(5)], 6)
    position.add([], 0)
    assert position.fetched == 6


@pytest.mark.parametrize(
    ("batch_range", "generation", "reason"),
    [
        (PartitionRange("in", 0, 5, 9, 3), 3, None),
        (PartitionRange("in", 0, 4, 9, 3), 3, "already"),
        (PartitionRange("in", 0, 6, 9, 3), 3, "before these"),
        (PartitionRange("in", 0, 5, 9, 2), 3, "reassigned"),
        (PartitionRange("in", 0, 5, 9, 3), 4, "reassigned"),
        (PartitionRange("in", 0, 5, 9, 3), -1, "reassigned"),
    ],
)
def test_only_a_range_at_the_groups_position_may_be_committed(
    batch_range: PartitionRange, generation: int, reason: str | None
) -> None:
    obstacle = commit_obstacle(batch_range, PartitionPosition("in", 0, 3, 5), generation)
    assert obstacle is None if reason is None else reason in str(obstacle)
    assert commit_obstacle(batch_range, None, generation) is not None
