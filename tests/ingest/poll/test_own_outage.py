"""The network of this machine is down for hours: no feed is blamed, and all are read soon after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store import Connection, feeds
from core.store.hosts import load_pauses
from ingest.polling.interval import CEILINGS
from tests.support.faultserver import Exchange, Handler, fault_server, reply
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY, Installation, rss

MINUTE = timedelta(minutes=1)
FEEDS = 6


@pytest.mark.slow
def test_after_hours_without_a_network_all_feeds_are_read_within_ten_minutes_and_none_was_blamed(
    installation: Installation,
) -> None:
    down: Handler = Exchange.reset
    up = reply(rss().body, etag='"1"')
    with fault_server() as server:
        urls = [server.url("/feed", f"www.kurier{n}.org") for n in range(FEEDS)]
        server.on("/feed", up)
        names = [installation.subscribe(url, outlet=f"k{n}")[0] for n, url in enumerate(urls)]
        installation.run()
        healthy = [installation.feed(name) for name in names]
        installation.clock.advance(hours=2)
        server.on("/feed", down)
        for _ in range(2):
            counts = installation.run()
            assert counts.failed == counts.polled == FEEDS
            installation.clock.advance(minutes=40)
        frozen = [installation.feed(name) for name in names]
        assert [f.fail_count for f in frozen] == [0] * FEEDS
        assert [f.last_200_at for f in frozen] == [f.last_200_at for f in healthy]
        assert {installation.state(name).state for name in names} == {"failing"}
        installation.run()
        server.on("/feed", up)
        back = installation.clock()
        due = [installation.feed(name).next_due_at - back for name in names]
        assert 2 * MINUTE <= min(due) < max(due) <= 4 * MINUTE
        installation.clock.advance(minutes=5)
        assert installation.run().polled == FEEDS
    assert {installation.feed(name).last_200_at for name in names} == {back + 5 * MINUTE}
    assert installation.health == []


@pytest.mark.slow
def test_sixty_feeds_of_one_publisher_leave_the_others_their_turns(
    installation: Installation,
) -> None:
    """Sixty feeds of one host and forty others, five requests at a time, three seconds each."""
    rows = [
        feed_record(feed_id=f"f{n}", url=f"https://h{n}.org/{n}", host="big" if n < 60 else f"h{n}")
        for n in range(100)
    ]
    polled: dict[str, timedelta] = {}

    def lease(connection: Connection, second: int, busy: set[str]) -> list[tuple[str, str]]:
        now = MONDAY + timedelta(seconds=second)
        room = 5 - len(busy)
        leased = feeds.lease_due(
            connection, installation.me, now, limit=room, skip=polled.keys(), busy=busy
        )
        return [(feed.feed_id, feed.host) for feed in leased]

    with installation.store.write() as connection:
        feeds.sync(connection, rows, MONDAY)
        assert load_pauses(connection, MONDAY) == {}
        for second in range(0, 200, 3):
            busy: set[str] = set()
            for feed_id, host in lease(connection, second, busy):
                busy.add(host)
                polled[feed_id] = timedelta(seconds=second)
    others = [polled[f"f{n}"] for n in range(60, 100)]
    assert max(others) <= timedelta(seconds=40)
    assert len(polled) == 100
    assert max(polled.values()) < 2 * CEILINGS["A"]
