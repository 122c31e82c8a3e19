"""What a task in a worker may cost, and how a task that failed is described. Pure."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config.i18n import Phrase

MEGABYTE = 1_000_000


class Failure(StrEnum):
    """Why a task has no result."""

    CPU = "cpu"
    """It took too much CPU time."""
    TIME = "time"
    """It took too long."""
    MEMORY = "memory"
    """It took too much memory."""
    SIZE = "size"
    """Its result is too large."""
    CRASH = "crash"
    """It ended its worker, or raised an error that it should not."""
    BUSY = "busy"
    """Too many tasks wait in the lane of outlets that exceeded a limit."""
    UNAVAILABLE = "unavailable"
    """No worker can be started."""


EXCEEDED = frozenset({Failure.CPU, Failure.TIME, Failure.MEMORY, Failure.SIZE})
"""The failures that mean that a task exceeded a limit."""


@dataclass(frozen=True, slots=True)
class TaskLimits:
    """What one task may cost.

    Attributes:
        cpu: Seconds of CPU time.
        wall: Seconds on the monotonic clock.
        memory: Resident bytes of the worker, including what it needs for itself.
        result: Bytes of the result.
    """

    cpu: float
    wall: float
    memory: int
    result: int


@dataclass(frozen=True, slots=True)
class TaskFailure:
    """A task that has no result.

    Attributes:
        failure: Why.
        detail: What the worker says about it, for the log; empty where it says nothing.
    """

    failure: Failure
    detail: str = ""

    @property
    def is_exceeded(self) -> bool:
        """Whether a limit was exceeded."""
        return self.failure in EXCEEDED

    def reason(self, limits: TaskLimits) -> Phrase:
        """Return the failure as a phrase that names the limit."""
        match self.failure:
            case Failure.CPU:
                return Phrase("parse.cpu", limit=timedelta(seconds=limits.cpu))
            case Failure.TIME:
                return Phrase("parse.time", limit=timedelta(seconds=limits.wall))
            case Failure.MEMORY:
                return Phrase("parse.memory", megabytes=limits.memory // MEGABYTE)
            case Failure.SIZE:
                return Phrase("parse.size", megabytes=limits.result // MEGABYTE)
        return Phrase(f"parse.{self.failure}")


def failure_of_exit(code: int | None) -> Failure:
    """Return what the exit code of a worker that ended during a task means.

    Args:
        code: Minus the number of the signal that ended it; None where it is not known.
    """
    if code == -signal.SIGPROF:
        return Failure.CPU
    return Failure.TIME if code == -signal.SIGALRM else Failure.CRASH


def is_failure(result: bytes | TaskFailure, failure: Failure) -> bool:
    """Return whether a task has failed in this way."""
    return isinstance(result, TaskFailure) and result.failure is failure
