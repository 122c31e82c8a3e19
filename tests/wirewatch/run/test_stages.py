from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Iterator

import pytest
from structlog.testing import capture_logs

from config.errors import StoreError
from config.i18n import Phrase, in_english
from wirewatch.run.stages import RestartPolicy, Stages


def texts(reasons: Iterable[Phrase]) -> list[str]:
    return [in_english(reason) for reason in reasons]


FAST = RestartPolicy(first=0.02, longest=0.08, healthy_after=0.1)


class Clock:
    """Moved by the test: a slow machine must not make a stage healthy too early."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stages(clock: Clock) -> Iterator[Stages]:
    stages = Stages(FAST, clock)
    yield stages
    stages.stop.set()
    stages.join()


def wait_for(event: threading.Event) -> None:
    assert event.wait(30)


def test_a_failed_stage_is_restarted_ill_meanwhile_and_healthy_afterwards(
    stages: Stages, clock: Clock
) -> None:
    calls: list[float] = []
    healthy = threading.Event()

    def stage() -> None:
        calls.append(time.monotonic())
        if len(calls) <= 4:
            raise StoreError("The store is away.")
        healthy.set()
        stages.stop.wait()

    with capture_logs() as logs:
        stages.keep("relay", stage)
        wait_for(healthy)
    assert texts(stages.ill) == ["relay: The store is away."]
    clock.now += 0.15
    assert texts(stages.ill) == []
    pauses = [line["restart_in"] for line in logs if line["event"] == "stage_failed"]
    assert pauses == [0.02, 0.04, 0.08, 0.08]
    assert not any(line["exc_info"] for line in logs)
    assert calls[4] - calls[3] >= 0.08


def test_an_unexpected_error_is_logged_with_its_traceback_and_ends_no_other_stage(
    stages: Stages,
) -> None:
    failed, restarted, other = threading.Event(), threading.Event(), threading.Event()

    def stage() -> None:
        if not failed.is_set():
            failed.set()
            raise ZeroDivisionError
        restarted.set()
        stages.stop.wait()

    with capture_logs() as logs:
        stages.keep("alerts", stage)
        wait_for(failed)
        stages.keep("relay", other.set)
        wait_for(other)
        wait_for(restarted)  # by then the failure is logged
    [line] = [line for line in logs if line["event"] == "stage_failed"]
    assert (line["stage"], line["reason"], line["exc_info"]) == (
        "alerts",
        "ZeroDivisionError",
        True,
    )


def test_the_stop_ends_a_pause_at_once() -> None:
    stages = Stages(RestartPolicy(first=60, longest=60))
    failed = threading.Event()

    def stage() -> None:
        failed.set()
        raise StoreError("away")

    stages.keep("relay", stage)
    wait_for(failed)
    began = time.monotonic()
    stages.stop.set()
    stages.join()
    assert time.monotonic() - began < 2
    assert stages.running == []


def test_stages_of_the_event_loop_are_restarted_too(stages: Stages) -> None:
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
    assert texts(stages.ill) == ["ingest: away"]
