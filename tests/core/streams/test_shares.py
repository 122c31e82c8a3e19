from hypothesis import given
from hypothesis import strategies as st

from core.streams.assignment import assign, shares


@given(st.integers(0, 500), st.lists(st.integers(0, 300), max_size=20), st.integers(0, 1000))
def test_shares_give_everything_there_is_and_nobody_more_than_a_neighbour_who_lacks(
    limit: int, available: list[int], first: int
) -> None:
    taken = shares(limit, available, first=first)
    assert sum(taken) == min(limit, sum(available))
    assert all(t <= a for t, a in zip(taken, available, strict=True))
    short = [t for t, a in zip(taken, available, strict=True) if t < a]
    assert not short or max(taken) <= min(short) + 1


def test_the_odd_record_goes_round() -> None:
    assert [shares(1, [9, 9, 0, 9], first=turn).index(1) for turn in range(5)] == [0, 1, 3, 3, 0]


@given(
    st.sets(st.text("abcdef", min_size=1, max_size=3), min_size=1, max_size=8),
    st.dictionaries(st.integers(1, 3), st.integers(1, 24), min_size=1),
)
def test_every_partition_has_one_holder_and_no_slot_two_more_than_another(
    slots: set[str], sizes: dict[int, int]
) -> None:
    parts = {s: [s * 100 + n for n in range(size)] for s, size in sizes.items()}
    wanted = assign({slot: list(sizes) for slot in slots}, parts)
    assert set(wanted) == {p for ids in parts.values() for p in ids}
    for ids in parts.values():
        counts = [sum(wanted[p] == slot for p in ids) for slot in slots]
        assert max(counts) - min(counts) <= 1


def test_only_those_who_read_a_stream_get_its_partitions() -> None:
    assert assign({"a": [1], "b": [2]}, {1: [10, 11], 2: [20], 3: [30]}) == {
        10: "a",
        11: "a",
        20: "b",
    }
