from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.i18n import Phrase, in_english
from core.clock import utc_now
from core.store import Store, feed_history, feeds, websub
from core.store.feed_history import FeedEvent, FeedPoll
from core.store.websub import Subscription
from tests.support.cli_installation import CliInstallation
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


@pytest.mark.processes
def test_a_poll_of_an_unreachable_feed_exits_with_3(own_installation: CliInstallation) -> None:
    out = own_installation.invoke("feeds", "poll", "http://127.0.0.1:1/feed.xml", "--json", code=3)
    row = json.loads(out)
    assert (row["outcome"], row["state"]) == ("connect", "failing")


def test_feeds_are_listed_before_the_first_run(own_installation: CliInstallation) -> None:
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert (feed["state"], feed["url"]) == ("new", "http://127.0.0.1:1/feed.xml")


def test_a_feed_that_is_read_in_part_is_listed_with_the_reason(
    own_installation: CliInstallation,
) -> None:
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    reason = Phrase("feed.why.partial", n=1000)
    record = feed_record(feed_id=feed["feed_id"], url=feed["url"], last_200_at=MONDAY)
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    with store.write() as connection:
        feeds.sync(connection, [record], MONDAY)
        feeds.apply_change(
            connection,
            record.feed_id,
            lambda row: replace(row, last_200_at=MONDAY, cut_reason=reason.dump()),
        )
    store.close()
    [listed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert (listed["state"], listed["why"]) == ("partial", in_english(reason))
    assert "partial" in own_installation.invoke("feeds", "list")


def test_why_a_feed_is_polled_when_it_is_can_be_asked_for(
    own_installation: CliInstallation,
) -> None:
    url = "http://127.0.0.1:1/feed.xml"
    assert "It has not been polled yet." in own_installation.invoke("feeds", "why", url)
    [feed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    name, now = feed["feed_id"], utc_now()
    due = Phrase("feed.due.tier", interval=timedelta(minutes=10), tier="B").dump()
    moved = FeedEvent(name, now, "moved", Phrase("feed.health.moved").dump())
    store = Store.open(f"sqlite:///{own_installation.data}/store.db")
    with store.write() as connection:
        feeds.sync(connection, [feed_record(feed_id=name, url=url, last_200_at=now)], now)
        poll = FeedPoll(name, 0, now, "read", 200, 87, 5120, 3, 17, 1, now, due)
        feed_history.add_poll(connection, poll)
        feed_history.add_poll(connection, replace(poll, number=1, outcome="timeout", status=None))
        feed_history.add_events(connection, [moved])
        websub.add(connection, _subscription(name, now))
    store.close()
    newest, oldest = json.loads(own_installation.invoke("feeds", "why", name, "--json"))
    assert (newest["outcome"], newest["status"]) == ("timeout", None)
    assert {k: v for k, v in oldest.items() if not k.endswith("at")} == {
        "feed_id": name, "outcome": "read", "status": 200, "ms": 87, "bytes": 5120,
        "new": 3, "known": 17, "updated": 1, "why": "every 10 min, the default for tier B",
    }  # fmt: skip
    out = own_installation.invoke("feeds", "why", name)
    assert "every 10 min, the default for tier B" in out
    assert "moved: It has moved permanently" in out
    assert "Hub hub.example reported news first 3 of 4 times" in out
    [listed] = json.loads(own_installation.invoke("feeds", "list", "--json"))
    assert listed["lately"][0].startswith("moved 20")
    own_installation.invoke("feeds", "why", "nobody-1", code=2)


def _subscription(feed_id: str, now: datetime) -> Subscription:
    hub = ("https://hub.example/", "hub.example")
    made = Subscription("t", feed_id, *hub, "https://kurier.example/", "", "", now, now)
    return replace(made, expires_at=now + timedelta(days=9), push_first=3, poll_first=1)
