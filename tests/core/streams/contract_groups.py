"""The contract, second part: groups and their positions."""

from __future__ import annotations

import pytest

from config.errors import (
    FencedError,
)
from core.streams.port import StreamLog
from tests.core.streams.support import (
    Children,
    Engine,
    holders,
    line,
    new,
    numbered,
    share_out,
    take,
    unread,
    values,
)


class Groups(Engine):
    """See :mod:`tests.core.streams.contract`."""

    # Groups and positions

    def test_15_a_new_group_begins_at_the_oldest_record(self, log: StreamLog) -> None:
        log.append(numbered(20))
        assert values(tuple(take(log.consumer("g", ["in"], slot="a"), 20))) == values(
            log.read("in")
        )

    def test_16_a_group_goes_on_exactly_where_it_committed(self, log: StreamLog) -> None:
        log.append(numbered(30))
        first = log.consumer("g", ["in"], slot="a")
        batch = first.poll(limit=11)
        first.commit(batch)
        first.close()
        rest = take(log.consumer("g", ["in"], slot="b"), 19)
        assert len(batch.records) == 11
        assert values((*batch.records, *rest)) == values(log.read("in"))

    def test_17_22_a_killed_members_batch_goes_to_another(
        self, log: StreamLog, children: Children
    ) -> None:
        log.append(numbered(20))
        child = children.start("hold", "g", "in", "doomed")
        assert line(child) == "holding 20"
        other = log.consumer("g", ["in"], slot="other")
        assert other.poll(timeout=0.1).records == ()
        assert {lag.member for lag in log.lag("g", ["in"])} == {"doomed"}
        child.kill()
        child.wait()
        assert len(take(other, 20, within=12)) == 20

    def test_18_a_failed_batch_comes_again_at_once(self, log: StreamLog) -> None:
        log.append(numbered(5))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll()
        with pytest.raises(ZeroDivisionError), consumer.transaction(batch):
            raise ZeroDivisionError
        assert consumer.poll() == batch
        consumer.rewind()
        assert consumer.poll() == batch

    def test_20_two_groups_do_not_know_each_other(self, log: StreamLog) -> None:
        log.append(numbered(5))
        one, two = (log.consumer(g, ["in"], slot="a") for g in ("one", "two"))
        one.commit(one.poll())
        assert len(two.poll().records) == 5
        assert (unread(log, "one"), unread(log, "two")) == (0, 5)
        assert log.groups() == ["one", "two"]

    def test_21_two_members_share_all_partitions_and_none_twice(self, log: StreamLog) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        share_out(a, b)
        log.append(numbered(200))
        of_a, of_b = (
            {(r.partition, r.offset) for r in c.poll(limit=1000, timeout=5).records} for c in (a, b)
        )
        assert of_a
        assert of_b
        assert not {p for p, _ in of_a} & {p for p, _ in of_b}
        assert len(of_a | of_b) == 200
        assert {lag.member for lag in log.lag("g", ["in"])} == {"a", "b"}

    def test_21_a_member_that_leaves_gives_everything_to_the_next_poll(
        self, log: StreamLog
    ) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        share_out(a, b)
        log.append(numbered(60))
        batch = a.poll(limit=1000, timeout=5)
        a.close()
        a.close()
        with pytest.raises(FencedError):
            a.commit(batch)
        assert len(take(b, 60)) == 60

    def test_23_a_slot_that_comes_back_takes_its_own_place(self, log: StreamLog) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        share_out(a, b)
        before = holders(log)
        again = log.consumer("g", ["in"], slot="a")
        assert holders(log) == before
        log.append(numbered(60))
        own = {p for p, slot in before.items() if slot == "a"}
        assert {r.partition for r in again.poll(limit=1000, timeout=5).records} <= own

    def test_26_losing_a_partition_between_poll_and_commit_loses_nothing(
        self, log: StreamLog
    ) -> None:
        log.append(numbered(60))
        a = log.consumer("g", ["in"], slot="a")
        batch = a.poll(limit=60)
        b = log.consumer("g", ["in"], slot="b")
        b.poll(timeout=0.05)
        a.poll(timeout=0)  # lets go of half of what the batch covers
        b.poll(timeout=0.5, limit=1)
        with pytest.raises(FencedError):
            a.commit(batch)
        a.close()
        b.rewind()
        assert values(tuple(take(b, 60))) == values(log.read("in"))

    def test_fair_a_full_partition_does_not_starve_the_others(self, log: StreamLog) -> None:
        log.append([new(b"flood", b"x") for _ in range(500)])
        log.append(numbered(30))
        batch = log.consumer("g", ["in"], slot="a").poll(limit=100)
        assert len(batch.records) == 100
        assert {r.partition for r in log.read("in")} == {r.partition for r in batch.records}
