"""The diagnosis: which facts make a process ill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import Phrase, in_english, translator, verbatim
from core.store.feed_record import FeedRecord, FeedState, classify_feed
from core.store.overdue_deliveries import OverdueDelivery
from wirewatch.run.diagnosis import (
    Facts,
    ReadingGap,
    StageProgress,
    diagnose,
    find_idle,
    find_reading_gap,
    follow,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=2)
LIMIT = timedelta(minutes=20)


def minutes(number: float) -> datetime:
    """Return the time so many minutes before now."""
    return NOW - timedelta(minutes=number)


STAGE = Phrase("health.stage", stage="relay", reason="away")


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        (Facts(NOW), []),
        (Facts(NOW, stalled={"relay": 11.2, "event_loop": 40.0}),
         ["event_loop: stuck for 40 s; the log has the stack that holds it (loop_stalled).",
          "relay: stuck for 11 s; the log has the stack that holds it (loop_stalled)."]),
        (Facts(NOW, stages=[STAGE]), ["relay: away"]),
        (Facts(NOW, unwritten={"store": verbatim("The disk is full."),
                               "streams": verbatim("It is gone.")}),
         ["store: cannot be written. The disk is full.",
          "streams: cannot be written. It is gone."]),
        (Facts(NOW, idle={"alerts": timedelta(minutes=3)}),
         ["alerts: there is work, but none was done for 3 min."]),
        (Facts(NOW, reading_gap=ReadingGap(timedelta(minutes=25), 3, 1)),
         ["ingest: no feed was read for 25 min; failing since: 3, due but not polled: 1."]),
        (Facts(NOW, overdue=[OverdueDelivery("desk", "host", minutes(30))]),
         ["deliveries: a message to desk should have been sent 30 min ago."]),
        (Facts(NOW, canary=[Phrase("canary.none_sent", since=NOW)]),
         ["canary: none was sent since " + translator("en").moment(NOW)]),
    ],
)  # fmt: skip
def test_every_fact_is_a_reason_in_both_languages(facts: Facts, reasons: list[str]) -> None:
    found = diagnose(facts)
    assert [in_english(reason) for reason in found] == reasons
    german = translator("de")
    assert all(german.phrase(reason) != reason.code for reason in found)


def test_what_cannot_be_written_comes_before_what_follows_from_it() -> None:
    facts = Facts(
        NOW, unwritten={"store": verbatim("Gone.")}, stages=[STAGE], stalled={"relay": 12}
    )
    assert [reason.code for reason in diagnose(facts)] == [
        "health.unwritten.store", "health.loop_stalled", "health.stage",
    ]  # fmt: skip


def feed(*, success: datetime | None = None, due: datetime = NOW, **fields: object) -> FeedState:
    record = FeedRecord(
        "a-1", "a", "https://a.example/f", "feed", "B", None, "AT", "de", "a.example",
        LONG_AGO, due,
        last_200_at=success, last_attempt_at=success,
    )  # fmt: skip
    return classify_feed(replace(record, **fields), None, NOW)  # type: ignore[arg-type]


def failing(since: datetime, success: datetime | None = LONG_AGO) -> FeedState:
    return feed(success=success, fail_count=3, fail_since=since, last_attempt_at=minutes(1))


SLOW = feed(success=minutes(40), due=NOW + timedelta(minutes=20))
PAUSED = FeedState(feed(success=LONG_AGO, due=LONG_AGO).feed, "paused", Phrase("x"), NOW)
OFF = feed(success=LONG_AGO, due=LONG_AGO, removed_at=LONG_AGO)
UNCOUNTED = feed(success=minutes(30), due=NOW, last_attempt_at=minutes(2))


@pytest.mark.parametrize(
    ("states", "gap"),
    [
        pytest.param([], None, id="there are no feeds"),
        pytest.param([feed(success=minutes(19)), failing(minutes(60))], None, id="one was read"),
        pytest.param([SLOW], None, id="every feed is rightly slow"),
        pytest.param([PAUSED, OFF], None, id="hosts asked for a pause"),
        pytest.param([SLOW, failing(minutes(60 * 24))], None, id="a dead feed beside a slow one"),
        pytest.param([SLOW, failing(minutes(30))], (40, 1, 0), id="one began to fail since"),
        pytest.param([failing(minutes(30), minutes(31)), failing(minutes(29), minutes(32))],
                     (31, 2, 0), id="all fail"),
        pytest.param([failing(LONG_AGO, None)], (2880, 1, 0), id="none was ever read"),
        pytest.param([UNCOUNTED, UNCOUNTED], (30, 2, 0), id="our own connection is down"),
        pytest.param([feed(success=minutes(30), due=minutes(25))], (30, 0, 1), id="not polled"),
        pytest.param([feed(success=minutes(30), due=minutes(3))], None, id="due just now"),
        pytest.param([feed(success=minutes(60), gone_at=minutes(30), fail_count=5,
                           fail_since=minutes(50), due=LONG_AGO)], (60, 1, 0), id="all are gone"),
    ],
)  # fmt: skip
def test_nothing_read_is_ill_unless_that_is_as_it_should_be(
    states: list[FeedState], gap: tuple[float, int, int] | None
) -> None:
    found = find_reading_gap(states, LONG_AGO, NOW, LIMIT)
    assert found == (gap and ReadingGap(timedelta(minutes=gap[0]), *gap[1:]))


def test_a_program_that_has_just_started_has_time_to_read() -> None:
    states = [feed(success=LONG_AGO, due=LONG_AGO)]
    assert find_reading_gap(states, minutes(19), NOW, LIMIT) is None
    assert find_reading_gap(states, minutes(20), NOW, LIMIT) is not None


def test_a_stage_is_idle_only_while_work_waits_and_nothing_moves() -> None:
    looks = [  # seconds, mark, whether work waits, seconds idle
        (0, 1, False, 0), (300, 1, False, 0), (310, 1, True, 0), (400, 1, True, 90),
        (431, 1, True, 121), (440, 2, True, 0), (600, 2, True, 160), (610, 3, False, 0),
        (900, 3, True, 0),
    ]  # fmt: skip
    progress: StageProgress | None = None
    for seconds, mark, is_waiting, idle in looks:
        progress = follow(progress, mark, is_waiting=is_waiting, now=seconds)
        found = find_idle({"alerts": progress}, seconds, timedelta(seconds=120))
        expected = {"alerts": timedelta(seconds=idle)} if idle >= 120 else {}
        assert found == expected
