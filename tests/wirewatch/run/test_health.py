"""Health: what a process says of itself, and what is made of it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import cast

from config.errors import SlotTakenError, StreamUnavailableError
from core.dispositions import Dispositions
from core.processes.slots import MAX_STATUS_BYTES
from core.streams.consume_loop import consume
from core.streams.port import Batch, Consumer
from wirewatch.run.health import SILENCE, ProcessHealth, judge, keep_saying, report
from wirewatch.run.stages import RestartPolicy, Stages

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_process_is_well_while_it_says_so() -> None:
    said = {"a-1": report([], AT), "a-2": report(["relay: away"], AT), "a-3": ""}
    assert judge(said, AT + SILENCE) == [
        ProcessHealth("a-1", (), AT),
        ProcessHealth("a-2", ("relay: away",), AT),
    ]


def test_a_silent_process_is_ill() -> None:
    [found] = judge({"a-1": report([], AT)}, AT + SILENCE + timedelta(seconds=1))
    assert found.wrong == ("It has said nothing for 31 s.",)


def test_many_long_reasons_still_fit_and_forge_nothing() -> None:
    text = report(["\n\x1b[2J" + "\N{SNOWMAN}" * 500] * 50, AT)
    assert len(text.encode()) < MAX_STATUS_BYTES
    assert "\n" not in text
    assert len(json.loads(text)["wrong"]) == 5


def test_it_is_said_until_the_stop() -> None:
    stop, said = threading.Event(), []

    def say(text: str) -> None:
        said.append(text)
        stop.set()

    keep_saying(say, lambda: ["ingest: away"], lambda: AT, stop)
    assert said == [report(["ingest: away"], AT)]


class Engine:
    """Is away for some polls; then it is back."""

    def __init__(self, errors: list[Exception]) -> None:
        self._errors = errors
        self.polls = 0

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        self.polls += 1
        if self._errors:
            raise self._errors.pop(0)
        return Batch()


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_stage_that_puts_its_work_off_for_a_minute_is_ill_until_work_goes_on() -> None:
    watch, seen = Watch(), []
    stages = Stages(RestartPolicy(), now=watch)
    engine = Engine([StreamUnavailableError("The engine is away.")] * 4)

    def pause(_: float) -> None:
        seen.append((watch.seconds, stages.ill))
        watch.seconds += 30

    done = consume(
        cast("Consumer", engine),
        lambda _: None,
        stage="processors",
        clock=lambda: AT,
        dispositions=Dispositions(),
        stop=lambda: engine.polls > 4,
        pause=pause,
        report_delay=stages.postponed("processors"),
    )
    ill = ["processors: The engine is away."]
    assert seen == [(0.0, []), (30.0, []), (60.0, ill), (90.0, ill)]
    assert (done.retries, stages.ill) == (4, [])


def test_a_stage_that_is_started_again_has_put_nothing_off_yet() -> None:
    watch = Watch()
    stages = Stages(RestartPolicy(), now=watch)
    stages.postponed("alerts")("The store is away.")
    watch.seconds = 61
    assert stages.ill == ["alerts: The store is away."]
    stages.keep("alerts", stages.stop.set)
    stages.join()
    assert stages.ill == []


def test_a_stage_whose_slot_is_taken_is_not_started_again_and_ends_the_others() -> None:
    stages = Stages(RestartPolicy(first=60))
    calls = []

    def stage() -> None:
        calls.append(1)
        consume(
            cast("Consumer", Engine([SlotTakenError("Another process has the name.")])),
            lambda _: None,
            stage="processors",
            clock=lambda: AT,
            dispositions=Dispositions(),
            stop=stages.stop.is_set,
        )

    stages.keep("relay", stages.stop.wait)  # type: ignore[arg-type]
    stages.keep("processors", stage)
    stages.join()
    assert (calls, str(stages.taken)) == ([1], "Another process has the name.")
    assert stages.ill == []


def test_a_stage_that_falls_again_and_again_stays_ill_between_its_falls() -> None:
    """An engine that is away is noticed by a time-out, which takes longer than a good start."""
    watch, seen = Watch(), []
    stages = Stages(RestartPolicy(first=0.01, longest=60, healthy_after=5), now=watch)

    def stage() -> None:
        watch.seconds += 10
        seen.append(list(stages.ill))
        if len(seen) < 4:
            raise StreamUnavailableError("The engine is away.")
        watch.seconds += 51
        seen.append(list(stages.ill))
        stages.stop.set()

    stages.keep("housekeeping", stage)
    stages.join()
    ill = ["housekeeping: The engine is away."]
    assert seen == [[], [], ill, ill, []]
