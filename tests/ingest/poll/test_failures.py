"""Polls of a server that follows a script: failures, pauses and recoveries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from core.messages import FeedHealthKind
from ingest.service import IngestCounts
from tests.ingest.poll.polls import FEED, poll, why_due
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    MONDAY,
    Installation,
    ScriptedPublisher,
    item,
    rss,
)

pytestmark = pytest.mark.slow


def real_time(later: timedelta) -> str:
    """Return a date by the clock that the server uses for its ``Date`` header."""
    return format_datetime(datetime.now(UTC) + later, usegmt=True)


@pytest.mark.parametrize(
    ("after", "minutes"),
    [
        ("3600", 60),
        (timedelta(minutes=45), 45),
        (timedelta(minutes=-45), 15),
        ("in a while", 15),
        ("500000", 24 * 60),
    ],
)
def test_retry_after_of_a_429(
    publisher: ScriptedPublisher, installation: Installation, after: str | timedelta, minutes: int
) -> None:
    headers = {"Retry-After": after if isinstance(after, str) else real_time(after)}
    [feed] = installation.subscribe(
        publisher.serve(FEED, Answer(status=429, headers=headers)), every=0.0
    )
    installation.run()
    wait = (installation.feed(feed).next_due_at - MONDAY) / timedelta(minutes=1)
    assert minutes - 2 <= wait <= minutes * 1.1
    if minutes > 15:
        installation.clock.advance(minutes=minutes - 3)
        assert installation.run().polled == 0
        installation.clock.advance(minutes=4)
        assert installation.run().polled == 1


def test_a_503_with_retry_after_pauses_only_its_publisher(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve("/busy", Answer(status=503, headers={"Retry-After": "1800"}))
    publisher.serve("/fine", rss())
    busy, sibling, other = installation.subscribe(
        publisher.url_for("feeds.kurier.example.org", "/busy"),
        publisher.url_for("www.kurier.example.org", "/fine"),
        publisher.url_for("bote.example.com", "/fine"),
        every=0.0,
    )
    assert installation.run().failed == 1
    first = installation.feed(sibling).last_attempt_at
    installation.clock.advance(minutes=20)
    assert installation.run().polled == 1
    assert installation.feed(other).last_attempt_at == installation.clock()
    assert installation.feed(sibling).last_attempt_at == first
    assert {installation.state(busy).state, installation.state(sibling).state} == {"paused"}
    assert installation.state(other).state == "quiet"
    installation.clock.advance(minutes=11)
    assert installation.run().polled == 3


def test_a_429_from_a_private_host_pauses_only_that_url(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = publisher.serve("/one", Answer(status=429, headers={"Retry-After": "1800"}))
    two = publisher.serve("/two", rss())
    first, second = installation.subscribe(one, two, every=0.0)
    installation.run()
    installation.clock.advance(minutes=20)
    assert installation.run() == IngestCounts(polled=1)
    assert [installation.state(f).state for f in (first, second)] == ["paused", "quiet"]


def test_a_feed_behind_a_bot_challenge_is_not_polled_for_hours(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    wall = Answer(status=403, headers={"cf-mitigated": "challenge"})
    [feed] = installation.subscribe(publisher.serve(FEED, wall))
    installation.run()
    state = installation.feed(feed)
    assert state.last_outcome == "challenge"
    assert state.next_due_at >= MONDAY + timedelta(hours=4)
    agents = {r.headers["user-agent"] for r in publisher.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("Wirewatch/")


def test_a_feed_that_is_404_for_hours_recovers_by_itself(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    [feed] = installation.subscribe(publisher.serve(FEED, Answer(status=404)))
    for _ in range(3 * 12):
        installation.run()
        installation.clock.advance(minutes=5)
    assert publisher.asked(FEED) <= 4
    publisher.serve(FEED, rss(one))
    installation.clock.advance(hours=5)
    assert installation.run().new == 1
    assert why_due(installation.feed(feed)) == "every 10 min, the default for tier B"


def test_a_feed_is_gone_after_days_of_410_and_not_after_one(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, Answer(status=410), rss()))
    installation.run()
    installation.clock.advance(hours=27)
    assert installation.run() == IngestCounts(polled=1)
    publisher.serve(FEED, Answer(status=410))
    for _ in range(6):
        installation.clock.advance(hours=27)
        installation.run()
    assert installation.state(feed).state == "gone"
    assert [h.event for h in installation.health] == [FeedHealthKind.FAILING, FeedHealthKind.GONE]
    before = publisher.asked(FEED)
    installation.clock.advance(days=30)
    assert installation.run().polled == 0
    assert publisher.asked(FEED) == before


def test_a_failing_feed_and_its_recovery_are_announced(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    down = Answer(status=500)
    installation.subscribe(publisher.serve(FEED, down, down, down, down, rss()))
    for _ in range(5):
        installation.run()
        installation.clock.advance(hours=7)
    assert [(h.event, h.outcome) for h in installation.health] == [
        (FeedHealthKind.FAILING, "server_error"),
        (FeedHealthKind.RECOVERED, "read"),
    ]


def test_a_window_gap_is_announced(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    def window(first: int) -> Answer:
        return rss(
            *(
                item(str(n), f"T{n}", publisher.serve_page(f"/{n}", f"T{n}"))
                for n in range(first, first + 4)
            )
        )

    installation.subscribe(publisher.serve(FEED, window(0), window(2), window(20)))
    poll(installation, 3)
    [gap] = installation.health
    assert gap.event is FeedHealthKind.WINDOW_GAP
    assert len(installation.announced) == 10


def test_a_redirect_loop_is_a_failure_of_its_feed_only(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve("/a", Answer(status=301, headers={"Location": "/b"}))
    publisher.serve("/b", Answer(status=301, headers={"Location": "/a"}))
    loop, fine = installation.subscribe(publisher.url + "/a", publisher.serve(FEED, rss()))
    assert installation.run() == IngestCounts(polled=2, failed=1)
    assert installation.feed(loop).last_outcome == "redirect"
    assert installation.feed(fine).last_outcome == "read"


def test_failures_do_not_count_while_no_host_can_be_reached(installation: Installation) -> None:
    urls = [f"http://host{n}.example{n}.org:9/feed" for n in range(7)]
    feeds = installation.subscribe(*urls)
    counts = installation.run()
    assert counts == IngestCounts(polled=7, failed=7, reached_nothing=True)
    assert [installation.feed(f).fail_count for f in feeds] == [0] * 7
    assert {installation.state(f).state for f in feeds} == {"failing"}
    assert all(installation.feed(f).next_due_at <= MONDAY + timedelta(minutes=5) for f in feeds)


def test_a_private_address_is_refused(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.settings = installation.settings.model_copy(update={"http_allow_private": False})
    installation.subscribe(publisher.serve(FEED, rss()))
    assert installation.run() == IngestCounts(polled=1, failed=1, reached_nothing=True)
    assert publisher.requests == []


def test_a_url_is_not_requested_twice_within_a_minute(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, rss()))
    installation.run()
    installation.clock.advance(seconds=59)
    again = installation.with_ingest(lambda ingest: ingest.poll_feed(feed))
    assert (again.outcome, publisher.asked(FEED)) == ("too_soon", 1)
    installation.clock.advance(seconds=2)
    again = installation.with_ingest(lambda ingest: ingest.poll_feed(feed))
    assert (again.outcome, publisher.asked(FEED)) == ("unchanged", 2)


def test_a_feed_removed_from_the_files_is_off_until_it_returns(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, rss()), every=0.0)
    installation.run()
    catalog, installation.catalog = installation.catalog, type(installation.catalog)(())
    assert installation.run().polled == 0
    assert installation.state(feed).state == "off"
    installation.catalog = catalog
    assert installation.run().polled == 1
    assert installation.state(feed).state == "quiet"
