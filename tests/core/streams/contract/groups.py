"""The contract, part two: groups and their positions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.errors import (
    FencedError,
    StreamError,
)
from core.clock import utc_now
from core.streams.port import NewRecord, StreamLog
from tests.core.streams.support import (
    Children,
    EngineTests,
    eventually,
    gather,
    line,
    members_by_partition,
    new,
    numbered,
    rebalance,
    take,
    take_distinct,
    unread,
    values,
)


class GroupTests(EngineTests):
    """See :mod:`tests.core.streams.contract.suite`."""

    # Groups and positions

    def test_15_a_new_group_begins_at_the_oldest_record(self, log: StreamLog) -> None:
        log.append(numbered(20))
        assert values(tuple(take(log.consumer("g", ["in"], slot="a"), 20))) == values(
            log.read("in")
        )

    def test_16_a_group_continues_exactly_where_it_committed(self, log: StreamLog) -> None:
        log.append(numbered(30))
        first = log.consumer("g", ["in"], slot="a")
        batch = first.poll(limit=11, timeout=10)
        first.commit(batch)
        first.close()
        rest = take(log.consumer("g", ["in"], slot="b"), 19)
        assert len(batch.records) == 11
        assert values((*batch.records, *rest)) == values(log.read("in"))

    @pytest.mark.processes
    def test_17_22_the_batch_of_a_killed_member_goes_to_another(
        self, log: StreamLog, children: Children
    ) -> None:
        log.append(numbered(20))
        child = children.start("hold", "g", "in", "doomed")
        assert line(child) == "holding 20"
        assert {lag.member for lag in log.lag("g", ["in"])} == {"doomed"}
        other = log.consumer("g", ["in"], slot="other")
        assert other.poll(timeout=0.1).records == ()
        child.kill()
        child.wait()
        assert len(take(other, 20, within=25)) == 20  # a session of ten seconds, and a rebalance

    def test_18_a_failed_batch_is_returned_again_at_once(self, log: StreamLog) -> None:
        log.append(numbered(5))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll(timeout=10)
        with pytest.raises(ZeroDivisionError), consumer.transaction(batch):
            raise ZeroDivisionError
        assert consumer.poll(timeout=10) == batch
        consumer.rewind()
        assert consumer.poll(timeout=10) == batch

    def test_20_two_groups_are_independent(self, log: StreamLog) -> None:
        log.append(numbered(5))
        one, two = (log.consumer(g, ["in"], slot="a") for g in ("one", "two"))
        one.commit(one.poll(timeout=10))
        assert len(two.poll(timeout=10).records) == 5
        assert (unread(log, "one"), unread(log, "two")) == (0, 5)
        assert log.list_groups() == ["one", "two"]

    def test_21_two_members_share_all_partitions_and_none_has_the_same_one(
        self, log: StreamLog
    ) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        rebalance(log, a, b)
        log.append(numbered(200))
        of_a, of_b = gather(a, b, count=200)
        assert of_a
        assert of_b
        assert not {p for p, _ in of_a} & {p for p, _ in of_b}
        assert len(of_a | of_b) == 200
        assert {lag.member for lag in log.lag("g", ["in"])} == {"a", "b"}

    def test_21_a_member_that_leaves_hands_its_partitions_over_with_the_next_poll(
        self, log: StreamLog
    ) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        rebalance(log, a, b)
        log.append(numbered(60))
        batch = a.poll(limit=1000, timeout=5)
        a.close()
        a.close()
        with pytest.raises(FencedError):
            a.commit(batch)
        assert take_distinct(b, 60) == values(log.read("in"))

    def test_23_a_slot_that_returns_gets_its_partitions_again(self, log: StreamLog) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        rebalance(log, a, b)
        before = members_by_partition(log)
        returned = log.consumer("g", ["in"], slot="a")
        assert members_by_partition(log) == before
        log.append(numbered(60))
        partitions = {p for p, slot in before.items() if slot == "a"}
        assert len(partitions) == 3
        assert {r.partition for r in returned.poll(limit=1000, timeout=10).records} <= partitions
        assert members_by_partition(log) == before

    def test_26_losing_a_partition_between_poll_and_commit_loses_nothing(
        self, log: StreamLog
    ) -> None:
        log.append(numbered(60))
        a = log.consumer("g", ["in"], slot="a")
        batch = a.poll(limit=60, timeout=10)
        b = log.consumer("g", ["in"], slot="b")
        rebalance(log, a, b)  # a releases half of the partitions of the batch
        with pytest.raises(FencedError):
            a.commit(batch)
        a.close()
        b.rewind()
        assert take_distinct(b, 60) == values(log.read("in"))

    def test_41_a_full_partition_does_not_starve_the_others(self, log: StreamLog) -> None:
        log.append([new(b"flood", b"x") for _ in range(500)])
        log.append(numbered(30))
        batch = log.consumer("g", ["in"], slot="a").poll(limit=100, timeout=10)
        assert len(batch.records) == 100
        assert {r.partition for r in log.read("in")} == {r.partition for r in batch.records}

    # The beginning and the end of a group

    def test_15_a_group_can_begin_at_the_present(self, log: StreamLog) -> None:
        log.append(numbered(20))
        first = log.consumer("g", ["in"], slot="a", start="end")
        eventually(lambda: not first.poll(timeout=0.1) and unread(log, "g") == 0, within=30)
        first.close()
        log.append([new(str(n).encode(), b"late") for n in range(10)])
        second = log.consumer("g", ["in"], slot="b", start="end")
        assert [r.value for r in take(second, 10, within=30)] == [b"late"] * 10

    def test_15_28_a_group_can_begin_at_a_time(self, log: StreamLog) -> None:
        start = utc_now() - timedelta(minutes=30)
        times = [start + timedelta(minutes=n) for n in range(30)]
        log.append([NewRecord("in", b"one", str(n).encode(), (), t) for n, t in enumerate(times)])
        log.append([NewRecord("in", str(n).encode(), b"old", (), times[0]) for n in range(20)])
        consumer = log.consumer("g", ["in"], slot="a", start=times[12])
        records = take(consumer, 18, within=30)
        assert [r.value for r in records if r.key == b"one"] == [
            str(n).encode() for n in range(12, 30)
        ]
        partition = next(r.partition for r in records if r.key == b"one")
        lags = {x.partition: x for x in log.lag("g", ["in"])}
        assert {p: x.records for p, x in lags.items() if p != partition} == dict.fromkeys(
            lags.keys() - {partition}, 0
        )
        position = lags[partition].position
        assert position is not None
        assert records[0].offset == position

    def test_15_a_group_with_a_position_ignores_where_it_would_begin(self, log: StreamLog) -> None:
        log.append([new(b"one", str(n).encode()) for n in range(10)])
        first = log.consumer("g", ["in"], slot="a")
        batch = first.poll(limit=4, timeout=30)
        first.commit(batch)
        first.close()
        later = log.consumer("g", ["in"], slot="b", start="end")
        count = 10 - len(batch.records)
        assert [r.value for r in take(later, count, within=30)] == [
            str(n).encode() for n in range(len(batch.records), 10)
        ]

    def test_46_a_group_without_members_can_be_deleted(self, log: StreamLog) -> None:
        log.append([new(b"one")] * 5)
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll(limit=5, timeout=30)
        consumer.commit(batch)
        before = next(x for x in log.lag("g", ["in"]) if x.partition == batch.records[0].partition)
        assert before.position == batch.ranges[0].next
        assert before.end >= batch.ranges[0].next
        with pytest.raises(StreamError, match="members"):
            log.delete_group("g")
        consumer.close()
        eventually(lambda: _is_deleted(log, "g"), within=30)
        assert "g" not in log.list_groups()
        assert {x.position for x in log.lag("g", ["in"])} == {None}
        log.delete_group("g")
        log.delete_group("never was")
        assert len(take(log.consumer("g", ["in"], slot="a"), 5, within=30)) == 5

    def test_48_the_positions_of_a_group_are_set_only_while_it_has_no_members(
        self, log: StreamLog
    ) -> None:
        log.append(numbered(20))
        consumer = log.consumer("g", ["in"], slot="a")
        take(consumer, 20)
        noted = {(x.stream, x.partition): 1 for x in log.lag("g", ["in"]) if x.end}
        with pytest.raises(StreamError, match="members"):
            log.set_positions("g", noted)
        consumer.close()
        eventually(lambda: _is_set(log, noted), within=30)
        assert {x.position for x in log.lag("g", ["in"])} - {None} == {1}
        expected = [record.value or b"" for record in log.read("in") if record.offset >= 1]
        again = take(log.consumer("g", ["in"], slot="a"), len(expected), within=30)
        assert sorted(record.value or b"" for record in again) == sorted(expected)


def _is_set(log: StreamLog, positions: dict[tuple[str, int], int]) -> bool:
    try:
        log.set_positions("g", positions)
    except StreamError:
        return False
    return True


def _is_deleted(log: StreamLog, group: str) -> bool:
    """An engine may need a moment to notice that a member has left."""
    try:
        log.delete_group(group)
    except StreamError:
        return False
    return True
