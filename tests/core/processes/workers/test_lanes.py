"""Who gets a worker next, and what it may cost there, as tables of pure calls."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.processes.workers.lanes import (
    OPEN_CPU,
    SLOW_WAITING,
    Lane,
    Lanes,
    Ticket,
    is_slow,
    limits_of,
)
from core.processes.workers.limits import (
    EXCEEDED,
    Failure,
    TaskFailure,
    TaskLimits,
    failure_of_exit,
)

LIMITS = TaskLimits(cpu=2.0, wall=10.0, memory=256_000_000, result=2_000_000)


def started(lanes: Lanes, *owners: str) -> list[str]:
    """Add a task for each owner, and return the owners of those that run then."""
    for owner in owners:
        lanes.add(Ticket(owner))
    running = []
    while ticket := lanes.next():
        running.append(ticket.owner)
    return running


@pytest.mark.parametrize(
    ("slow", "waiting", "running"),
    [
        ((), ("a", "b", "c"), ["a", "b"]),
        ((), ("a", "a", "b"), ["a", "b"]),
        ((), ("", "", ""), ["", ""]),
        (("a",), ("a", "b", "c", "d"), ["a", "b", "c"]),
        (("a", "b"), ("a", "b", "c"), ["a", "c"]),
        (("a", "b", "c"), ("a", "b", "c", "d", "e"), ["a", "d", "e"]),
    ],
    ids=[
        "first come, first served",
        "an outlet has one worker",
        "documents without an outlet do not wait for one another",
        "a slow outlet takes no worker of the others",
        "slow outlets wait for one another",
        "three slow outlets leave both workers to the others",
    ],
)
def test_two_workers_and_one_for_slow_outlets(
    slow: tuple[str, ...], waiting: tuple[str, ...], running: list[str]
) -> None:
    lanes = Lanes(2)
    for owner in slow:
        lanes.mark(owner, slow=True)
    assert started(lanes, *waiting) == running


def test_only_a_few_tasks_wait_in_the_slow_lane_and_none_is_refused_in_the_open_one() -> None:
    lanes = Lanes(1)
    lanes.mark("bad", slow=True)
    added = [lanes.add(Ticket("bad")) for _ in range(SLOW_WAITING + 1)]
    assert added == [True] * SLOW_WAITING + [False]
    assert all(lanes.add(Ticket(str(n))) for n in range(100))


def test_an_outlet_that_becomes_slow_takes_its_waiting_tasks_along_and_leaves_when_it_is_fast() -> (
    None
):
    lanes = Lanes(1)
    tickets = [Ticket("bad"), Ticket("bad"), Ticket("good")]
    for ticket in tickets:
        lanes.add(ticket)
    assert lanes.next() is tickets[0]
    assert lanes.next() is None
    lanes.remove(tickets[0], slow=True)
    assert (lanes.next(), lanes.next()) == (tickets[1], tickets[2])
    assert [ticket.lane for ticket in tickets[1:]] == [Lane.SLOW, Lane.OPEN]
    lanes.remove(tickets[1], slow=False)
    later = Ticket("bad")
    lanes.add(later)
    assert later.lane is Lane.OPEN


@pytest.mark.parametrize(
    ("result", "slow"),
    [
        (b"", False),
        *((TaskFailure(failure), True) for failure in sorted(EXCEEDED)),
        *((TaskFailure(failure), None) for failure in sorted(set(Failure) - EXCEEDED)),
    ],
)
def test_only_a_result_or_a_limit_shows_whether_an_outlet_is_slow(
    result: bytes | TaskFailure, slow: bool | None
) -> None:
    assert is_slow(result) is slow


@pytest.mark.parametrize(
    ("lane", "cpu", "expected"),
    [(Lane.OPEN, 2.0, OPEN_CPU), (Lane.OPEN, 0.1, 0.1), (Lane.SLOW, 2.0, 2.0)],
)
def test_a_task_has_its_whole_time_in_the_slow_lane_only(
    lane: Lane, cpu: float, expected: float
) -> None:
    limits = replace(LIMITS, cpu=cpu)
    assert limits_of(lane, limits) == replace(limits, cpu=expected)


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (-27, Failure.CPU),
        (-14, Failure.TIME),
        *((code, Failure.CRASH) for code in (-9, 1, None)),
    ],
)
def test_the_signal_that_ended_a_worker_names_the_limit(code: int | None, failure: Failure) -> None:
    assert failure_of_exit(code) is failure
