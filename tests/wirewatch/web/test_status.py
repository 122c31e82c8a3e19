"""The system's status: quiet, or broken?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.faults import Fault
from config.i18n import Phrase, translator
from core.store.feed_record import FeedRecord, FeedState, classify_feed
from core.store.targets import TargetState
from wirewatch.web.status import SystemStatus, system_status

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
YESTERDAY = NOW - timedelta(days=1)
EN = translator("en")

WORKING = {"last_200_at": NOW, "last_new_at": NOW - timedelta(minutes=3)}
OFFLINE = {
    "last_error": "No answer.",
    "last_outcome": "connect",
    "last_attempt_at": NOW,
}
FAILING = {"fail_count": 3, "fail_since": NOW, "last_error": "No answer."}


def feed(**fields: object) -> FeedState:
    record = FeedRecord(
        "kurier-1", "kurier", "https://kurier.example/f", "feed", "B", None, "AT", "de",
        "kurier.example", NOW, NOW + timedelta(minutes=5),
    )  # fmt: skip
    return classify_feed(replace(record, **fields), None, NOW)  # type: ignore[arg-type]


def paused(**fields: object) -> FeedState:
    return classify_feed(feed(**fields).feed, NOW + timedelta(hours=1), NOW)


def _parts(text: str) -> tuple[str, str, str]:
    return text.partition(": ")


def status(
    *states: FeedState,
    started_at: datetime = YESTERDAY,
    ill: tuple[str, ...] = (),
    errors: int = 0,
    broken: tuple[TargetState, ...] = (),
) -> SystemStatus:
    fault = Fault(file="a.yaml", line=1, column=2, code="E1", message="Bad.", mend="Fix it.")
    reasons = [Phrase("health.stage", stage=s, reason=r) for s, _, r in map(_parts, ill)]
    return system_status(states, NOW, started_at, reasons, [fault] * errors, broken, EN)


def test_the_list_knows_when_no_feed_was_ever_read() -> None:
    assert status(feed()).nothing_read
    assert status(feed(**FAILING)).nothing_read
    assert not status(feed(**FAILING), feed(**WORKING)).nothing_read
    assert not status().nothing_read
    assert (status().no_feeds, status(feed()).no_feeds) == (True, False)


@pytest.mark.parametrize(
    ("states", "ill", "mood", "text"),
    [
        ([], [], "warn", "No feeds are configured"),
        ([feed()], [], "warn", "Starting: reading 1 feed"),
        ([feed(**WORKING)], [], "good", "Working: 1 feed, newest entry 3 min ago"),
        ([feed(**WORKING), feed(**FAILING)], [], "warn",
         "1 of 2 feeds failing, newest entry 3 min ago"),
        ([feed(**FAILING)], [], "bad", "Broken: no feed can be read"),
        ([feed(**WORKING)], ["relay: away"], "bad",
         "Broken: part of the program is not running"),
        ([feed(**WORKING, next_due_at=NOW - timedelta(hours=2))], [], "bad",
         "Broken: feeds have been due for 2 h but are not being polled"),
        ([feed(**WORKING), feed(removed_at=NOW, next_due_at=NOW - timedelta(days=9))], [], "good",
         "Working: 1 feed, newest entry 3 min ago"),
        ([feed(**WORKING), feed()], [], "warn",
         "1 of 2 feeds not read yet, newest entry 3 min ago"),
        ([feed(**FAILING), feed()], [], "warn", "No feed has been read yet: 1 of 2 feeds failing"),
        ([feed(**OFFLINE)], [], "bad", "Broken: no feed can be read"),
        ([paused()], [], "warn", "No feed has been read yet: the host of 1 feed asked for a pause"),
        ([paused(**WORKING)], [], "good", "Working: 1 feed, newest entry 3 min ago"),
    ],
)  # fmt: skip
def test_one_line_says_whether_it_is_quiet_or_broken(
    states: list[FeedState], ill: list[str], mood: str, text: str
) -> None:
    found = status(*states, ill=tuple(ill))
    assert (found.mood, found.text) == (mood, text)


def test_a_feed_that_was_due_before_the_start_is_not_overdue() -> None:
    late = feed(**WORKING, next_due_at=YESTERDAY)
    assert status(late, started_at=NOW).mood == "good"


def test_every_stopped_stage_and_the_first_error_of_the_files_are_named() -> None:
    found = status(feed(**WORKING), ill=("relay: away.", "ingest: full."), errors=3)
    *stages, files = found.problems
    assert [stage.detail for stage in stages] == ["relay: away.", "ingest: full."]
    assert stages[0].text == "Stopped, will be restarted shortly:"
    assert "have 3 errors" in files.text
    assert files.detail.startswith("a.yaml:1:2")


def test_errors_in_the_newest_files_are_no_good_sign_though_everything_runs() -> None:
    assert status(feed(**WORKING), errors=1).mood == "warn"


def test_a_broken_target_is_a_problem() -> None:
    reason = Phrase("decision.known").dump()
    targets = [
        TargetState(name, "https://x", NOW, broken_since=NOW, reason=reason) for name in "ab"
    ]
    found = status(feed(**WORKING), broken=tuple(targets))
    assert found.mood == "warn"
    [problem] = found.problems
    assert problem.text == "2 targets are broken; messages for them wait:"
    assert problem.detail.startswith("a, b: ")


def test_failing_tests_of_topics_are_a_problem_but_not_the_systems_state() -> None:
    fault = Fault(file="t.yaml", line=5, column=3, code="W111", message="It fails.", mend="Mend.")
    shown = system_status(
        [feed(**WORKING)], NOW, YESTERDAY, [], [], (), EN, failed_tests=[fault, fault]
    )
    (problem,) = shown.problems
    assert problem.text == "2 tests of topics or concepts fail. The first:"
    assert "t.yaml:5:3" in problem.detail
    assert shown.mood == "warn"
