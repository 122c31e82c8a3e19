from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from kafka.future import Future
from kafka.structs import MemberState

from core.streams.kafka.joins import keep_answer


def client(join: object, state: Any) -> SimpleNamespace:
    return SimpleNamespace(_coordinator=SimpleNamespace(_join_task=join, state=state))


def test_an_answer_that_came_between_two_polls_is_heard_by_the_next() -> None:
    join = Future()
    joining = client(join, MemberState.REBALANCING)
    keep_answer(joining)
    join.success(b"assignment")
    keep_answer(joining)
    waiting = joining._coordinator._join_task
    heard: list[object] = []
    assert not waiting.is_done
    waiting.add_callback(heard.append)
    waiting.add_errback(heard.append)
    assert heard == [b"assignment"]


def test_a_join_that_the_client_gave_up_is_not_kept() -> None:
    join = Future()
    joining = client(join, MemberState.REBALANCING)
    keep_answer(joining)
    joining._coordinator.state = MemberState.UNJOINED
    keep_answer(joining)
    assert joining._coordinator._join_task is join
    nothing = client(None, MemberState.STABLE)
    keep_answer(nothing)
    assert nothing._coordinator._join_task is None
