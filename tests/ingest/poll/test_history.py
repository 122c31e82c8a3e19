"""What is recorded of polls: the last ones of each feed, and what changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.i18n import Phrase, in_english
from core.store import feed_history
from core.store.feed_history import FeedEvent, FeedPoll
from tests.ingest.poll.polls import FEED, why_due
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import MONDAY, Installation, ScriptedPublisher, item, rss


def polls_of(installation: Installation, feed: str) -> list[FeedPoll]:
    with installation.store.read() as connection:
        return feed_history.load_polls(connection, feed)[::-1]


def events_of(installation: Installation, feed: str) -> list[FeedEvent]:
    with installation.store.read() as connection:
        return feed_history.load_events_since(connection, MONDAY).get(feed, [])[::-1]


def test_every_poll_is_recorded_with_its_answer_and_decision(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one, two = (item(n, f"T{n}", publisher.serve_page(f"/{n}", f"T{n}")) for n in "12")
    changed = item("1", "T1 neu", publisher.url + "/1")
    first, second = rss(one, ETag='"1"'), rss(changed, two, ETag='"2"')
    script = [first, Answer(status=304), second, Answer(status=500), second]
    [feed] = installation.subscribe(publisher.serve(FEED, *script))
    for _ in script:
        installation.run()
        installation.clock.advance(hours=2)
    polls = polls_of(installation, feed)
    assert [(p.outcome, p.status) for p in polls] == [
        ("read", 200),
        ("not_modified", 304),
        ("read", 200),
        ("server_error", 500),
        ("unchanged", 200),
    ]
    assert [(p.new, p.known, p.updated) for p in polls] == [
        (1, 0, 0), (0, 0, 0), (1, 0, 1), (0, 0, 0), (0, 2, 0)
    ]  # fmt: skip
    assert [p.size for p in polls] == [len(a.body) for a in script]
    assert all(p.milliseconds is not None and p.milliseconds < 10_000 for p in polls)
    assert [p.at for p in polls] == [MONDAY + timedelta(hours=2 * n) for n in range(5)]
    assert all(p.next_due_at > p.at for p in polls)
    whys = [in_english(Phrase.load(p.due_reason)) for p in polls]
    assert whys[0] == whys[1] == "every 10 min, the default for tier B"
    assert whys[2] == "every 60 min, the longest interval of tier B: news comes about every 4 h"
    assert whys[3] == "HTTP 500. Next attempt after 5 min."
    assert why_due(installation.feed(feed)) == whys[4]


def test_a_poll_without_an_answer_is_recorded_too(installation: Installation) -> None:
    [feed] = installation.subscribe("http://127.0.0.1:1/feed")
    installation.run()
    [poll] = polls_of(installation, feed)
    assert (poll.outcome, poll.status, poll.milliseconds, poll.size) == (
        "connect",
        None,
        None,
        None,
    )


@pytest.mark.slow
def test_a_feed_that_has_moved_is_requested_at_its_new_url(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    publisher.serve("/new", rss(one))
    moved = Answer(status=301, headers={"Location": "/new"})
    [feed] = installation.subscribe(publisher.serve(FEED, moved))
    for _ in range(3):
        installation.run()
        installation.clock.advance(days=4)
    assert [h.event.value for h in installation.health] == ["moved"]
    assert installation.feed(feed).moved_to == publisher.url + "/new"
    installation.run()
    assert (publisher.asked(FEED), publisher.asked("/new")) == (3, 4)
    publisher.serve("/new", Answer(status=404))
    publisher.serve(FEED, rss(one))
    for _ in range(4):
        installation.clock.advance(days=2)
        installation.run()
    assert publisher.asked(FEED) == 4
    assert installation.feed(feed).last_outcome == "read"
    assert [e.event for e in events_of(installation, feed)] == [
        "moved", "failing", "moved", "recovered"
    ]  # fmt: skip
    assert len(installation.announced) == 1


@pytest.mark.slow
def test_a_redirect_that_is_not_permanent_to_the_end_is_tracked_up_to_where_it_is(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    for path, status, target in (("/a", 301, "/b"), ("/b", 301, "/c"), ("/c", 302, "/d")):
        publisher.serve(path, Answer(status=status, headers={"Location": target}))
    publisher.serve("/d", rss())
    [feed] = installation.subscribe(publisher.url + "/a")
    installation.run()
    assert installation.feed(feed).redirect_target == publisher.url + "/c"
    assert installation.feed(feed).request_url == publisher.url + "/a"
    installation.clock.advance(days=8)
    installation.run()
    assert installation.feed(feed).request_url == publisher.url + "/c"


@pytest.mark.slow
def test_a_permanent_redirect_to_a_page_is_no_move(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve_page("/home", "Startseite")
    publisher.serve(FEED, Answer(status=301, headers={"Location": "/home"}))
    [feed] = installation.subscribe(publisher.url + FEED)
    for _ in range(3):
        installation.run()
        installation.clock.advance(days=5)
    state = installation.feed(feed)
    assert (state.last_outcome, state.moved_to) == ("html_instead", None)


@pytest.mark.slow
def test_two_feeds_that_lead_to_one_are_proposed_to_be_merged(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve("/old", Answer(status=301, headers={"Location": "/new"}))
    old, new = installation.subscribe(publisher.url + "/old", publisher.serve("/new", rss()))
    for _ in range(3):
        installation.run()
        installation.clock.advance(days=5)
    [event] = events_of(installation, old)
    assert event.event == "moved"
    assert f"to the URL of the feed {new}" in in_english(Phrase.load(event.reason))
    assert installation.feed(old).request_url == publisher.url + "/old"
    assert events_of(installation, new) == []


@pytest.mark.slow
def test_a_feed_that_is_read_in_part_is_announced_and_so_is_its_recovery(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.settings = installation.settings.model_copy(update={"fetch_max_entries": 2})
    items = [item(str(n), f"T{n}", publisher.serve_page(f"/{n}", f"T{n}")) for n in range(3)]
    installation.subscribe(publisher.serve(FEED, rss(*items), rss(*items, "<item/>")))
    for _ in range(2):
        installation.run()
        installation.clock.advance(hours=5)
    assert [h.event.value for h in installation.health] == ["partial", "recovered"]
