"""One sentence about all feeds: nothing works that was never read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.i18n import translator
from core.store.feed_record import FeedState, classify_feed
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY
from wirewatch.feed_summary import summarize_feeds


def state(*, is_paused: bool = False, **values: object) -> FeedState:
    paused_until = MONDAY + timedelta(hours=1) if is_paused else None
    return classify_feed(feed_record(**values), paused_until, MONDAY)


NEW = state()
OK = state(last_200_at=MONDAY, last_new_at=MONDAY)
QUIET = state(last_304_at=MONDAY, last_new_at=MONDAY - timedelta(days=20))
FAILING = state(fail_count=1, last_error="x")
OFFLINE = state(last_error="x", last_attempt_at=MONDAY)
PAUSED = state(is_paused=True, last_200_at=MONDAY)
OFF = state(removed_at=MONDAY)


@pytest.mark.parametrize(
    ("states", "english", "german"),
    [
        ([], "No feeds are configured", "Keine Feeds eingerichtet"),
        ([OFF], "No feeds are configured", "Keine Feeds eingerichtet"),
        ([NEW], "1 feed has not been read yet.", "1 Feed wurde noch nicht gelesen."),
        ([OK, NEW, NEW], "2 feeds have not been read", "2 Feeds wurden noch nicht gelesen."),
        ([OK, NEW, FAILING], "1 feed is failing.", "1 Feed ist gestört."),
        ([OFFLINE, OFFLINE], "2 feeds are failing.", "2 Feeds sind gestört."),
        ([OK, PAUSED], "No feed is failing. 1 feed is not read at the moment", "um eine Pause"),
        ([OK, QUIET], "No feed is failing. 1 feed works", "seit Langem nichts Neues"),
        ([OK, OFF], "All feeds are working", "Alle Feeds sind erreichbar"),
    ],
)
def test_the_sentence_says_only_what_is_so(
    states: list[FeedState], english: str, german: str
) -> None:
    assert english in summarize_feeds(states, translator("en"))
    assert german in summarize_feeds(states, translator("de"))


def test_a_first_read_that_failed_while_we_were_offline_is_failing() -> None:
    assert (OFFLINE.state, OFFLINE.was_read) == ("failing", False)
