"""The watchdog: which loop is stuck, and what holds it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.loop_delay import LoopDelay
from wirewatch.run.watchdog import (
    MOST_STACK,
    LoopWatchdog,
    describe_stacks,
    time_event_loop,
)


class Stopwatch:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def new_watchdog(now: Stopwatch, *loops: LoopDelay, limit: float = 10.0) -> LoopWatchdog:
    return LoopWatchdog(lambda: loops, limit, now, arm=lambda _: None, disarm=lambda: None)


def hold_here(held: threading.Event, release: threading.Event) -> None:
    held.set()
    assert release.wait(30)


def test_a_stuck_loop_is_logged_once_with_its_stack_and_again_when_it_turns() -> None:
    now, held, release = Stopwatch(), threading.Event(), threading.Event()
    loop = LoopDelay("relay", now)

    def run(secret: str = "hunter2-from-outside") -> None:
        loop.turn(0.1)
        hold_here(held, release)

    thread = threading.Thread(target=run)
    thread.start()
    assert held.wait(30)
    watchdog = new_watchdog(now, loop)
    with capture_logs() as logs:
        for _ in range(13):
            watchdog.look()
            now.seconds += 1
        stalled = watchdog.stalled
        loop.turn(60)
        watchdog.look()
    release.set()
    thread.join()
    assert list(stalled) == ["relay"]
    assert watchdog.stalled == {}
    assert [line["event"] for line in logs] == ["loop_stalled", "loop_recovered"]
    assert f"hold_here (wirewatch/run/{Path(__file__).name}:" in logs[0]["stack"]
    assert "hunter2" not in logs[0]["stack"]
    assert 10 < logs[0]["seconds"] < logs[1]["seconds"] < 13


def test_what_waits_on_purpose_is_not_stuck() -> None:
    now = Stopwatch()
    loop = LoopDelay("processors", now)
    loop.turn(60)
    now.seconds += 69
    assert new_watchdog(now, loop).stalled == {}


def test_loops_are_not_blamed_when_the_whole_process_was_held() -> None:
    now = Stopwatch()
    loop = LoopDelay("alerts", now)
    watchdog = new_watchdog(now, loop)
    loop.turn(0.5)
    watchdog.look()
    now.seconds += 40
    with capture_logs() as logs:
        watchdog.look()
        loop.turn(0.5)
        now.seconds += 1
        watchdog.look()
    assert [(line["event"], line["seconds"]) for line in logs] == [("process_stalled", 40)]


def test_an_event_loop_that_waits_is_held_by_a_busy_thread_of_an_executor() -> None:
    held, release = threading.Event(), threading.Event()
    stacks: list[str] = []

    async def scene() -> None:
        own = asyncio.get_running_loop()
        with ThreadPoolExecutor(2) as pool:
            await own.run_in_executor(pool, time.monotonic)  # starts a thread that is idle
            work = own.run_in_executor(pool, hold_here, held, release)
            thread = threading.get_ident()

            def look() -> None:
                assert held.wait(30)
                time.sleep(0.05)
                loops = {thread, threading.get_ident()}
                stacks.append(describe_stacks(sys._current_frames(), thread, loops))
                release.set()

            looking = threading.Thread(target=look)
            looking.start()
            await work
            looking.join()

    asyncio.run(scene())
    assert stacks[0].startswith("select (")
    assert "waits for: " in stacks[0]
    assert "hold_here" in stacks[0]
    assert "look (" not in stacks[0]


def deeper(levels: int, then: Callable[[], None]) -> None:
    if levels:
        deeper(levels - 1, then)
    else:
        then()


def test_a_deep_stack_is_cut_and_one_of_a_thread_that_ended_is_named() -> None:
    stacks: list[str] = []
    own = threading.get_ident()
    deeper(200, lambda: stacks.append(describe_stacks(sys._current_frames(), own, {own})))
    assert stacks[0].count(" < ") == 24
    assert len(stacks[0]) <= MOST_STACK
    assert describe_stacks({}, own, set()) == "its thread has ended"


HELD = """
import re, threading, time
from wirewatch.run import watchdog

watchdog.LOOK_SECONDS = 0.05
stop = threading.Event()
thread = threading.Thread(target=watchdog.LoopWatchdog(list, 0.2).run, args=(stop,))
thread.start()
time.sleep(0.2)

def hold_the_interpreter():
    re.match("(a+)+$", 25 * "a" + "b")  # takes about a second of CPU time

hold_the_interpreter()
time.sleep(0.2)
stop.set()
thread.join()
"""


@pytest.mark.slow
@pytest.mark.processes
def test_a_call_that_never_releases_the_interpreter_is_in_the_stacks_on_stderr() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert done.stderr.count("in hold_the_interpreter") == 1
    assert "process_stalled" in done.stdout


@pytest.mark.slow
def test_an_event_loop_that_is_blocked_for_some_time_is_stuck() -> None:
    async def scene() -> None:
        stop, loop = asyncio.Event(), LoopDelay("event_loop")
        task = asyncio.create_task(time_event_loop(loop, stop, every=0.01))
        looked, over = threading.Event(), threading.Event()
        stalled: list[dict[str, float]] = []
        watchdog = LoopWatchdog(lambda: [loop], 0.1)

        def look() -> None:
            while not over.is_set() and not watchdog.stalled:
                time.sleep(0.01)
            stalled.append(watchdog.stalled)
            looked.set()

        thread = threading.Thread(target=look)
        await asyncio.sleep(0.02)
        thread.start()
        looked.wait(10)  # blocks the loop
        over.set()
        thread.join()
        await asyncio.sleep(0.05)
        assert list(stalled[0]) == ["event_loop"]
        stop.set()
        await task
        assert loop.seconds() == 0

    asyncio.run(scene())
