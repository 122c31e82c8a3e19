"""Decide which waiting task gets a worker next. Pure: no clock, no process.

::

    add(task) ──┬── open lane: first come, first served, one task of an outlet at a time, and
                │              little CPU time for each
                └── slow lane: outlets whose last task took longer, or exceeded a limit; a worker
                               of its own, one task at a time; a few may wait, more are refused

So a document that takes long holds up the good ones for a moment, whether its outlet is known to be
slow or not. An outlet leaves the slow lane when a task of it ends in time.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from enum import StrEnum

from core.processes.workers.limits import TaskFailure, TaskLimits

OPEN_CPU = 0.5
"""Seconds of CPU time of a task in the open lane: ten times what a large document takes."""

SLOW_WAITING = 8
"""Tasks that may wait in the slow lane: each keeps a document in memory."""

_REMEMBERED = 10_000
"""Outlets that are remembered to be slow."""


class Lane(StrEnum):
    """Where a task waits."""

    OPEN = "open"
    SLOW = "slow"


@dataclass(eq=False, slots=True)
class Ticket:
    """A task that waits or runs.

    Attributes:
        owner: Whose document it is: the id of an outlet. Empty: its own, so it waits for no other.
        lane: Where it waits, or at least the slow lane where its outlet is slow.
    """

    owner: str
    lane: Lane = Lane.OPEN


class Lanes:
    """The tasks of one pool that wait and run.

    Args:
        workers: How many tasks of the open lane may run at a time. The slow lane has one more.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._waiting: list[Ticket] = []
        self._running: list[Ticket] = []
        self._slow: OrderedDict[str, None] = OrderedDict()

    def add(self, ticket: Ticket) -> bool:
        """Let a task wait. Return False where it is refused because the slow lane is full."""
        ticket.lane = self._lane_of(ticket)
        if ticket.lane is Lane.SLOW and self._count(self._waiting, Lane.SLOW) >= SLOW_WAITING:
            return False
        self._waiting.append(ticket)
        return True

    def next(self) -> Ticket | None:
        """Return the next task that may run, which then counts as running; None if there is none.

        A task whose outlet has become slow while it waited changes to the slow lane.
        """
        busy = {ticket.owner for ticket in self._running if ticket.owner}
        for ticket in self._waiting:
            ticket.lane = self._lane_of(ticket)
            if ticket.owner not in busy and self._has_room(ticket.lane):
                self._waiting.remove(ticket)
                self._running.append(ticket)
                return ticket
        return None

    def remove(self, ticket: Ticket, *, slow: bool | None = None) -> None:
        """Remove a task that has ended, or whose caller was cancelled.

        Args:
            ticket: The task.
            slow: Whether the outlet is slow; None where the task does not show it.
        """
        for tickets in (self._waiting, self._running):
            if ticket in tickets:
                tickets.remove(ticket)
        if slow is not None and ticket.owner:
            self.mark(ticket.owner, slow=slow)

    def mark(self, owner: str, *, slow: bool) -> None:
        """Remember, or forget, that the documents of an outlet take long."""
        self._slow.pop(owner, None)
        if slow:
            self._slow[owner] = None
        if len(self._slow) > _REMEMBERED:
            self._slow.popitem(last=False)

    def _lane_of(self, ticket: Ticket) -> Lane:
        return Lane.SLOW if ticket.owner in self._slow else ticket.lane

    def _has_room(self, lane: Lane) -> bool:
        return self._count(self._running, lane) < (self._workers if lane is Lane.OPEN else 1)

    @staticmethod
    def _count(tickets: list[Ticket], lane: Lane) -> int:
        return sum(ticket.lane is lane for ticket in tickets)


def limits_of(lane: Lane, limits: TaskLimits) -> TaskLimits:
    """Return what a task may cost in a lane."""
    return limits if lane is Lane.SLOW else replace(limits, cpu=min(OPEN_CPU, limits.cpu))


def is_slow(result: bytes | TaskFailure) -> bool | None:
    """Return whether a result shows that an outlet is slow; None where it does not show it."""
    if isinstance(result, TaskFailure):
        return True if result.is_exceeded else None
    return False
