from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from config.errors import StoreError
from wirewatch.run.stages import RestartPolicy, Stages

FAST = RestartPolicy(first=0.02, longest=0.08, healthy_after=0.1)


class Clock:
    """Moved by hand: a slow machine must not make a stage healthy before it is looked at."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stages(clock: Clock) -> Iterator[Stages]:
    found = Stages(FAST, clock)
    yield found
    found.stop.set()
    found.join()


def until(true: threading.Event) -> None:
    assert true.wait(30)


def test_a_stage_that_falls_is_started_again_named_meanwhile_and_healthy_afterwards(
    stages: Stages, clock: Clock
) -> None:
    calls: list[float] = []
    well = threading.Event()

    def stage() -> None:
        calls.append(time.monotonic())
        if len(calls) <= 4:
            raise StoreError("The store is away.")
        well.set()
        stages.stop.wait()

    with capture_logs() as logs:
        stages.keep("relay", stage)
        until(well)
    assert stages.ill == ["relay: The store is away."]
    clock.now += 0.15
    assert stages.ill == []
    pauses = [line["again_in"] for line in logs if line["event"] == "stage_fell"]
    assert pauses == [0.02, 0.04, 0.08, 0.08]
    assert not any(line["exc_info"] for line in logs)
    assert calls[4] - calls[3] >= 0.08


def test_our_own_defect_is_logged_with_its_trace_and_ends_nothing(stages: Stages) -> None:
    fell, again, other = threading.Event(), threading.Event(), threading.Event()

    def stage() -> None:
        if not fell.is_set():
            fell.set()
            raise ZeroDivisionError
        again.set()
        stages.stop.wait()

    with capture_logs() as logs:
        stages.keep("alerts", stage)
        until(fell)
        stages.keep("relay", other.set)
        until(other)
        until(again)  # by then the fall is logged
    [line] = [line for line in logs if line["event"] == "stage_fell"]
    assert (line["stage"], line["reason"], line["exc_info"]) == (
        "alerts",
        "ZeroDivisionError",
        True,
    )


def test_the_stop_ends_a_pause_at_once() -> None:
    stages = Stages(RestartPolicy(first=60, longest=60))
    fell = threading.Event()

    def stage() -> None:
        fell.set()
        raise StoreError("away")

    stages.keep("relay", stage)
    until(fell)
    began = time.monotonic()
    stages.stop.set()
    stages.join()
    assert time.monotonic() - began < 2
    assert stages.running == []


def test_stages_of_the_event_loop_are_kept_going_too(stages: Stages) -> None:
    calls = 0

    async def scene() -> None:
        stop = asyncio.Event()

        async def stage() -> None:
            nonlocal calls
            calls += 1
            if calls < 3:
                raise StoreError("away")
            stop.set()

        await stages.keep_async("ingest", stage, stop)

    asyncio.run(scene())
    assert calls == 3
    assert stages.ill == ["ingest: away"]
