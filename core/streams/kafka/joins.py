"""Joining a group across polls: what the client learns between two of them is not lost.

kafka-python 3.0.12 goes on joining while nobody polls, but throws the answer away when it comes
between two polls, and joins again. When the leader of the group does that, everybody must join
again, and members that are polled in turn never come to an end (seen: 20 s and more).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kafka.structs import MemberState


class _Unheard:
    """A join whose answer is still to be heard, whether it has come or not."""

    is_done = False

    def __init__(self, join: Any) -> None:
        self.join = join

    def add_callback(self, call: Callable[[Any], object]) -> None:
        self.join.add_callback(call)

    def add_errback(self, call: Callable[[Any], object]) -> None:
        self.join.add_errback(call)

    def __await__(self) -> Any:
        return self.join.__await__()


def keep_answer(client: Any) -> None:
    """Have the next poll hear the answer to the join under way; call it before each."""
    coordinator = client._coordinator  # noqa: SLF001
    join = coordinator._join_task  # noqa: SLF001
    if join is None:
        return
    bare = join.join if isinstance(join, _Unheard) else join
    waits = coordinator.state is MemberState.REBALANCING  # else the client gave it up
    coordinator._join_task = _Unheard(bare) if waits else bare  # noqa: SLF001
