"""The book of where a group stands: ranges join without a gap, whatever lies between records."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.streams.kafka.positions import PartitionPosition, misfit
from core.streams.port import PartitionRange, Record

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


def record(offset: int) -> Record:
    return Record("in", 0, offset, b"k", b"v", (), MOMENT)


@given(
    gaps=st.lists(st.integers(0, 3), min_size=1, max_size=30),
    marks=st.integers(0, 3),
    counts=st.lists(st.integers(1, 7), min_size=1),
)
def test_ranges_join_and_end_behind_the_marks(
    gaps: list[int], marks: int, counts: list[int]
) -> None:
    offsets, following = [], 5
    for gap in gaps:
        offsets.append(following + gap)
        following = offsets[-1] + 1
    place = PartitionPosition("in", 0, 1, 5)
    place.add(map(record, offsets), following + marks)
    given_out: list[int] = []
    end = 5
    while place.records:
        count = min(len(place.records), counts[len(given_out) % len(counts)])
        records, covered = place.give(count)
        assert covered.start == end
        assert all(covered.start <= r.offset < covered.next for r in records)
        end = covered.next
        given_out += [r.offset for r in records]
    assert given_out == offsets
    assert end == following + marks


def test_going_back_forgets_what_was_fetched() -> None:
    place = PartitionPosition("in", 0, 1, 5)
    place.add([record(5), record(6), record(7)], 9)
    place.give(2)
    place.commit(6)
    assert place.rewind() == 6
    assert (place.given, place.reached, list(place.records)) == (6, 6, [])


def test_a_fetch_that_brought_nothing_moves_nothing_back() -> None:
    place = PartitionPosition("in", 0, 1, 5)
    place.add([record(5)], 6)
    place.add([], 0)
    assert place.reached == 6


@pytest.mark.parametrize(
    ("covered", "epoch", "reason"),
    [
        (PartitionRange("in", 0, 5, 9, 3), 3, None),
        (PartitionRange("in", 0, 4, 9, 3), 3, "already"),
        (PartitionRange("in", 0, 6, 9, 3), 3, "before these"),
        (PartitionRange("in", 0, 5, 9, 2), 3, "anew"),
        (PartitionRange("in", 0, 5, 9, 3), 4, "anew"),
        (PartitionRange("in", 0, 5, 9, 3), -1, "anew"),
    ],
)
def test_only_what_follows_the_groups_position_may_be_committed(
    covered: PartitionRange, epoch: int, reason: str | None
) -> None:
    said = misfit(covered, PartitionPosition("in", 0, 3, 5), epoch)
    assert said is None if reason is None else reason in str(said)
    assert misfit(covered, None, epoch) is not None
