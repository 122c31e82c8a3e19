"""The watchdog: notices loops that are stuck, and logs what holds them.

::

    loops ──turn──▶ LoopDelay ◀──every second── LoopWatchdog ─┬─▶ gauges         /metrics
                                                          ├─▶ delays         the diagnosis
                                                          └─▶ loop_stalled   the log, with a stack

Its thread needs the interpreter. Code that does not release it (a regular expression, a long call
into C) stops this thread too; then a timer of the kernel has :mod:`faulthandler`, which needs no
interpreter, write the stacks to stderr, and the report of the process gets old
(:mod:`wirewatch.run.health`). The timer counts the CPU time of the process: one that was suspended
has used none. Stacks are written safely only while no other thread runs Python code.

A stack names files, lines and functions of the program. It contains no value, so no text from
outside.
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType

import structlog

from core import metrics
from core.loop_delay import LoopDelay
from core.text import for_log

STALLED_AFTER = 10.0
"""Seconds that a loop may be late before it counts as stuck."""

LOOK_SECONDS = 1.0

EVENT_LOOP_SECONDS = 0.25
"""How often the event loop shows that it turns."""

MOST_FRAMES, MOST_THREADS, MOST_STACK = 25, 6, 4000
"""What is logged of a stall: frames of each thread, threads, and characters altogether."""

_WAITING_FOR_EVENTS = {"select", "poll", "epoll_wait"}
"""Innermost functions of an event loop that has nothing to do."""

_IDLE_WORKER = "concurrent/futures/thread.py"
"""Innermost file of a thread of an executor that has nothing to do."""

log = structlog.get_logger(__name__)


def arm_timer(seconds: float) -> None:
    """Have the stacks of all threads written to stderr after some CPU time, unless armed again.

    Where the program was started without stderr, its number may be that of any file; nothing is
    written then.
    """
    if sys.stderr is not None:
        faulthandler.register(signal.SIGPROF)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def disarm_timer() -> None:
    """End the timer."""
    signal.setitimer(signal.ITIMER_PROF, 0)


class LoopWatchdog:
    """Looks at the loops of this process every second.

    Args:
        loops: Returns the delays of all loops.
        limit: Seconds that a loop may be late.
        now: Returns monotonic seconds.
        arm: Arms the timer that needs no interpreter, with seconds of CPU time.
        disarm: Ends that timer.
    """

    def __init__(
        self,
        loops: Callable[[], Sequence[LoopDelay]],
        limit: float = STALLED_AFTER,
        now: Callable[[], float] = time.monotonic,
        arm: Callable[[float], object] = arm_timer,
        disarm: Callable[[], object] = disarm_timer,
    ) -> None:
        self._loops = loops
        self._limit = limit
        self._now = now
        self._arm = arm
        self._disarm = disarm
        self._stalled: dict[str, float] = {}
        self._looked_at: float | None = None

    @property
    def delays(self) -> dict[str, float]:
        """How many seconds each loop is late at this moment."""
        return {loop.name: loop.seconds() for loop in self._loops()}

    @property
    def stalled(self) -> dict[str, float]:
        """The loops that are late by more than the limit, with their delays in seconds."""
        return {name: delay for name, delay in self.delays.items() if delay > self._limit}

    def run(self, stop: threading.Event) -> None:
        """Look every second until ``stop`` is set."""
        try:
            while not stop.wait(LOOK_SECONDS):
                self.look()
                self._arm(self._limit + LOOK_SECONDS)
        finally:
            self._disarm()
            self._looked_at = None

    def look(self) -> None:
        """Set the gauges, and log each loop that is stuck or turns again, once."""
        was_held = self._log_own_delay()
        for loop in self._loops():
            delay = loop.seconds()
            metrics.LOOP_LATE_SECONDS.labels(loop.name).set(delay)
            if delay <= self._limit:
                self._log_recovery(loop)
            elif loop.name not in self._stalled and not was_held:
                self._log_stall(loop, delay)
            if loop.name in self._stalled:
                self._stalled[loop.name] = max(delay, self._stalled[loop.name])

    def _log_own_delay(self) -> bool:
        """Return whether this thread itself was stopped, which the loops cannot be blamed for."""
        now, before = self._now(), self._looked_at
        self._looked_at = now
        if before is None or now - before <= self._limit + LOOK_SECONDS:
            return False
        log.error(
            "process_stalled",
            seconds=round(now - before),
            mend="No thread of this process could run. stderr has the stacks, if one held all"
            " others; else the machine was suspended or overloaded.",
        )
        return True

    def _log_stall(self, loop: LoopDelay, delay: float) -> None:
        self._stalled[loop.name] = delay
        metrics.LOOP_STALLS.labels(loop.name).inc()
        stack = describe_stacks(sys._current_frames(), loop.thread, self._loop_threads())  # noqa: SLF001
        log.error("loop_stalled", loop=loop.name, seconds=round(delay, 1), stack=stack)

    def _log_recovery(self, loop: LoopDelay) -> None:
        delay = self._stalled.pop(loop.name, None)
        if delay is not None:
            log.warning("loop_recovered", loop=loop.name, seconds=round(delay, 1))

    def _loop_threads(self) -> set[int]:
        return {threading.get_ident(), *(loop.thread for loop in self._loops())}


def describe_stacks(frames: Mapping[int, FrameType], thread: int, loops: set[int]) -> str:
    """Return the stack that holds a loop, innermost frame first.

    An event loop that only waits is held by what it waits for: the threads of executors that are
    busy are described then.

    Args:
        frames: The current frame of each thread (:func:`sys._current_frames`).
        thread: The thread of the loop.
        loops: The threads of all loops, which do not work for another.
    """
    own = frames.get(thread)
    if own is None:
        return "its thread has ended"
    stacks = [_describe_stack(own)]
    if own.f_code.co_name in _WAITING_FOR_EVENTS:
        busy = [f for number, f in frames.items() if number not in loops and not _is_idle(f)]
        stacks += [f"waits for: {_describe_stack(frame)}" for frame in busy[: MOST_THREADS - 1]]
    return for_log(" | ".join(stacks), MOST_STACK)


def _describe_stack(frame: FrameType) -> str:
    lines: list[str] = []
    current: FrameType | None = frame
    while current is not None and len(lines) < MOST_FRAMES:
        code = current.f_code
        lines.append(f"{code.co_name} ({_short(code.co_filename)}:{current.f_lineno})")
        current = current.f_back
    return " < ".join(lines)


def _short(path: str) -> str:
    return "/".join(path.split("/")[-3:])


def _is_idle(frame: FrameType) -> bool:
    return frame.f_code.co_filename.endswith(_IDLE_WORKER)


async def time_event_loop(
    loop: LoopDelay, stop: asyncio.Event, every: float = EVENT_LOOP_SECONDS
) -> None:
    """Report turns of the running event loop until ``stop`` is set."""
    try:
        while not stop.is_set():
            loop.turn(every)
            await asyncio.sleep(every)
    finally:
        loop.rest()
