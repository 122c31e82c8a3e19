from hypothesis import given
from hypothesis import strategies as st

from core.streams.assignment import assign_partitions, fair_shares


@given(st.integers(0, 500), st.lists(st.integers(0, 300), max_size=20), st.integers(0, 1000))
def test_shares_are_used_up_and_no_partition_gets_more_than_one_that_needs_it(
    limit: int, available: list[int], first: int
) -> None:
    shares = fair_shares(limit, available, first=first)
    assert sum(shares) == min(limit, sum(available))
    assert all(s <= a for s, a in zip(shares, available, strict=True))
    short = [s for s, a in zip(shares, available, strict=True) if s < a]
    assert not short or max(shares) <= min(short) + 1


def test_a_remainder_goes_to_one_partition_after_another() -> None:
    assert [fair_shares(1, [9, 9, 0, 9], first=n).index(1) for n in range(5)] == [0, 1, 3, 3, 0]


@given(
    st.sets(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=8),
    st.dictionaries(st.integers(1, 3), st.integers(1, 24), min_size=1),
)
def test_every_partition_is_assigned_to_one_slot_and_the_slots_have_equal_numbers(
    slots: set[str], sizes: dict[int, int]
) -> None:
    partitions = {s: [s * 100 + n for n in range(size)] for s, size in sizes.items()}
    assignment = assign_partitions({slot: list(sizes) for slot in slots}, partitions)
    assert set(assignment) == {p for ids in partitions.values() for p in ids}
    for ids in partitions.values():
        counts = [sum(assignment[p] == slot for p in ids) for slot in slots]
        assert max(counts) - min(counts) <= 1


def test_only_members_that_read_a_stream_get_its_partitions() -> None:
    assert assign_partitions({"a": [1], "b": [2]}, {1: [10, 11], 2: [20], 3: [30]}) == {
        10: "a",
        11: "a",
        20: "b",
    }
