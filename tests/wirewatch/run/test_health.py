"""Health: what a process reports of itself, and how `wirewatch health` reads it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from config.errors import SlotTakenError, StreamUnavailableError
from config.i18n import Phrase, in_english
from core.dispositions import Dispositions
from core.processes.slots import MAX_STATUS_BYTES
from core.streams.consume_loop import consume
from core.streams.port import Batch, Consumer
from wirewatch.run.health import (
    STALE_AFTER,
    ProcessHealth,
    ended_report,
    keep_reporting,
    parse_reports,
    report,
    starting_report,
)
from wirewatch.run.stages import RestartPolicy, Stages
from wirewatch.run.supervisor import explain_exit

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
AWAY = Phrase("health.stage", stage="relay", reason="away")


def texts(reasons: Iterable[Phrase]) -> list[str]:
    return [in_english(reason) for reason in reasons]


def test_a_process_is_healthy_while_it_reports_nothing_wrong() -> None:
    reports = {"a-1": report([], AT), "a-2": report([AWAY], AT), "a-3": ""}
    assert parse_reports(reports, AT + STALE_AFTER) == [
        ProcessHealth("a-1", (), AT),
        ProcessHealth("a-2", (AWAY,), AT),
    ]


def test_a_process_that_stopped_reporting_is_ill() -> None:
    [health] = parse_reports({"a-1": report([], AT)}, AT + STALE_AFTER + timedelta(seconds=1))
    assert texts(health.wrong) == ["It has not reported for 16 s."]
    assert not health.is_reporting


def test_the_parent_says_that_a_process_starts_or_has_ended() -> None:
    reports = {
        "a-1": starting_report(AT),
        "a-2": ended_report(explain_exit(3), AT),
        "a-3": report([AWAY], AT),
    }
    dead, ill = parse_reports(reports, AT + STALE_AFTER)
    assert (texts(dead.wrong), dead.is_reporting) == (
        ["It ended with exit code 3 and is restarted."],
        False,
    )
    assert (ill.wrong, ill.is_reporting) == ((AWAY,), True)
    late = parse_reports(reports, AT + STALE_AFTER + timedelta(seconds=1))
    assert [texts(process.wrong) for process in late] == [["It has not reported for 16 s."]] * 3


def test_many_long_reasons_fit_into_a_report_and_forge_no_line() -> None:
    long = "\n\x1b[2J" + "\N{SNOWMAN}" * 500
    text = report([Phrase("health.stage", stage="relay", reason=long)] * 50, AT)
    assert len(text.encode()) < MAX_STATUS_BYTES
    assert "\n" not in text
    assert len(json.loads(text)["wrong"]) == 5


def test_reports_are_written_until_the_stop() -> None:
    stop, written = threading.Event(), []

    def write(text: str) -> None:
        written.append(text)
        stop.set()

    keep_reporting(write, lambda: [AWAY], lambda: AT, stop)
    assert written == [report([AWAY], AT)]


class Engine:
    """Fails the first polls with the given errors."""

    def __init__(self, errors: list[Exception]) -> None:
        self._errors = errors
        self.polls = 0

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        self.polls += 1
        if self._errors:
            raise self._errors.pop(0)
        return Batch()


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_stage_that_postpones_its_work_for_a_minute_is_ill_until_it_works() -> None:
    watch, observed = Stopwatch(), []
    stages = Stages(RestartPolicy(), now=watch)
    engine = Engine([StreamUnavailableError("The engine is away.")] * 4)

    def pause(_: float) -> None:
        observed.append((watch.seconds, texts(stages.ill)))
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
    assert observed == [(0.0, []), (30.0, []), (60.0, ill), (90.0, ill)]
    assert (done.retries, texts(stages.ill)) == (4, [])


def test_a_restarted_stage_has_postponed_nothing() -> None:
    watch = Stopwatch()
    stages = Stages(RestartPolicy(), now=watch)
    stages.postponed("alerts")("The store is away.")
    watch.seconds = 61
    assert texts(stages.ill) == ["alerts: The store is away."]
    stages.keep("alerts", stages.stop.set)
    stages.join()
    assert stages.ill == []


def test_a_stage_whose_slot_is_taken_is_not_restarted_and_ends_the_others() -> None:
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
    assert (calls, str(stages.slot_error)) == ([1], "Another process has the name.")
    assert stages.ill == []


def test_a_stage_that_keeps_failing_stays_ill_between_its_failures() -> None:
    """A missing engine is noticed by a time-out, which takes longer than a healthy start."""
    watch, observed = Stopwatch(), []
    stages = Stages(RestartPolicy(first=0.01, longest=60, healthy_after=5), now=watch)

    def stage() -> None:
        watch.seconds += 10
        observed.append(texts(stages.ill))
        if len(observed) < 4:
            raise StreamUnavailableError("The engine is away.")
        watch.seconds += 51
        observed.append(texts(stages.ill))
        stages.stop.set()

    stages.keep("housekeeping", stage)
    stages.join()
    ill = ["housekeeping: The engine is away."]
    assert observed == [[], [], ill, ill, []]
