"""The feeds page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from config.i18n import Phrase, translator
from core.store import feed_history
from core.store import feeds as feed_store
from core.store.feed_history import FeedEvent
from core.store.feeds import feeds
from core.store.nightly_runs import NightlyRun, add_run
from ingest.sources.key_level import KeyLevel
from tests.support.console import Console, add_feeds
from wirewatch.outlet_latency import ALL, OTHERS, OutletLatency, Percentiles
from wirewatch.web.data_panel import human_size


def test_failing_feeds_come_first_with_the_reason(console: Console, now: datetime) -> None:
    add_feeds(console.store, console.catalog, now)
    body = console.page("/feeds")
    assert "Not read yet" in body
    assert "Starting: reading 2 feeds" in body
    failing = feeds.update().where(feeds.c.outlet == "kurier").values(
        fail_count=3, fail_since=now, last_error="HTTP 500 <b>.", next_due_at=now,
        due_reason="Trying again.")  # fmt: skip
    working = feeds.update().where(feeds.c.outlet == "courier").values(
        last_200_at=now, last_new_at=now - timedelta(minutes=3),
        next_due_at=now + timedelta(minutes=7))  # fmt: skip
    with console.store.write() as connection:
        connection.execute(failing)
        connection.execute(working)
    body = console.page("/feeds")
    assert "1 feed is failing. The table shows why." in body
    assert body.index("Der Kurier") < body.index("The Courier")
    assert "HTTP 500 &lt;b&gt;." in body
    assert "in 7 min" in body
    assert "1 of 2 feeds failing, newest entry 3 min ago" in console.page("/")


def test_a_feed_is_due_at_once_when_a_poll_is_requested(console: Console, now: datetime) -> None:
    add_feeds(console.store, console.catalog, now + timedelta(hours=5))
    feed_id = console.catalog.feeds[0].id
    body = console.submit("/feeds/poll", [("feed", feed_id)])
    assert "The feed will be polled now." in body
    assert "requested in the console" in body
    with console.store.read() as connection:
        assert feed_store.get(connection, feed_id).next_due_at == now
    assert "no longer in sources.yaml" in console.submit("/feeds/poll", [("feed", "nobody-1")])


def test_a_feed_that_is_read_in_part_says_so_and_why(console: Console, now: datetime) -> None:
    add_feeds(console.store, console.catalog, now)
    partial = feeds.update().values(
        last_200_at=now, last_new_at=now,
        cut_reason=Phrase("feed.why.partial", n=1000).dump(),
        due_reason=Phrase("feed.due.partial", interval=timedelta(minutes=40)).dump())  # fmt: skip
    with console.store.write() as connection:
        connection.execute(partial)
    body = console.page("/feeds")
    assert "2 feeds are read in part only. The table shows why." in body
    assert "Read in part" in body
    assert "read in part: 1,000 entries; there are too many others" in body
    assert "every 40 min, less often than usual" in body


def test_a_feed_says_by_what_its_entries_are_identified_if_it_is_not_their_guids(
    console: Console, now: datetime
) -> None:
    add_feeds(console.store, console.catalog, now)
    assert "recognised by" not in console.page("/feeds")
    texts = {
        "link": "by their links: several of its entries have the same id (guid).",
        "link_date": "by link and date: several of its entries have the same id (guid).",
        "link_date_title": "by link, date and headline: several",
        "link_date_title_content": "by all of their text, so that a change looks like a new entry:",
        "title_date": "by headline and date: several",
    }
    assert texts.keys() | {KeyLevel.ID} == set(KeyLevel)
    reason = Phrase("feed.key.shared_ids").dump()
    for level, text in texts.items():
        with console.store.write() as connection:
            connection.execute(feeds.update().values(key_level=level, key_reason=reason))
        assert f"Its entries are recognised {text}" in console.page("/feeds")
    console.language = "de"
    assert "an Überschrift und Datum erkannt: mehrere" in console.page("/feeds")


def test_what_changed_with_a_feed_lately_is_shown_beside_it(
    console: Console, now: datetime
) -> None:
    add_feeds(console.store, console.catalog, now)
    feed_id = console.catalog.feeds[0].id
    reason = Phrase("feed.health.window_gap", n=20).dump()
    with console.store.write() as connection:
        for days in (1, 8):
            event = FeedEvent(feed_id, now - timedelta(days=days), "window_gap", reason)
            feed_history.add_events(connection, [event])
    body = console.page("/feeds")
    assert body.count("None of its 20 entries was known") == 1
    assert "Gap" in body
    console.language = "de"
    assert "Lücke" in console.page("/feeds")
    _, answer = console.request("/api/v1/feeds")
    assert answer.count('"event":"window_gap"') == 1


def test_a_failure_that_goes_on_is_said_once(console: Console, now: datetime) -> None:
    add_feeds(console.store, console.catalog, now)
    feed_id = console.catalog.feeds[0].id
    reason = Phrase("fetch.http", status=503).dump()
    event = FeedEvent(feed_id, now - timedelta(hours=1), "failing", reason)
    failing = {"fail_count": 3, "fail_since": event.at, "last_error": reason}
    with console.store.write() as connection:
        feed_history.add_events(connection, [event])
        connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(failing))
    assert "Failing <time" not in console.page("/feeds")
    with console.store.write() as connection:
        connection.execute(feeds.update().values(fail_count=0, fail_since=None, last_error=""))
    assert "Failing <time" in console.page("/feeds")


def test_the_size_of_the_data_and_what_each_night_deleted_are_shown(
    console: Console, now: datetime
) -> None:
    add_feeds(console.store, console.catalog, now)
    assert "has not run yet" in console.page("/feeds")
    deleted = {"articles": 90_000, "entries": 80_000, "stories": 12, "archive": 1_234, "gone": 1}
    sizes = {"store": 1_234_000_000, "archive": 45_000_000_000}
    run = NightlyRun(now - timedelta(hours=9), now - timedelta(hours=8), deleted, sizes, "No <b>.")
    with console.store.write() as connection:
        add_run(connection, run)
    body = console.page("/feeds")
    [row] = re.findall(r"<tr><th scope=\"row\"><time.*?</tr>", body)
    assert "No &lt;b&gt;." in row
    numbers = re.findall(r'class="number" data-label="[^"]*">([^<]*)<', row)
    assert numbers == ["170,000", "12", "1", "0", "1,234", "46 GB"]
    sizes_shown = [human_size(n, translator("de")) for n in (0, 999_499, 1_234_567, 45_000_000_000)]
    assert sizes_shown == ["0 kB", "999 kB", "1,2 MB", "45 GB"]


def test_the_latency_of_each_outlet_is_shown_below_all_feeds(
    console: Console, now: datetime
) -> None:
    add_feeds(console.store, console.catalog, now)
    assert "Latency" not in console.page("/feeds")
    seen, told = Percentiles(9, 130, 1500), Percentiles(2, 3, 8)
    both = {"published_to_seen": seen, "seen_to_told": told}
    console.latency += [
        OutletLatency(ALL, 9, both),
        OutletLatency("kurier", 8, {"published_to_seen": seen}),
        OutletLatency(OTHERS, 1),
    ]
    body = console.page("/feeds")
    assert "half of the articles were seen within 2 min of their publication" in body
    rows = re.findall(r"<tr><th scope=\"row\"><bdi>.*?</tr>", body)
    texts = [re.sub(r"<svg.*?</svg>", "", row) for row in rows]
    assert [re.sub(r"<[^>]+>", "|", text).strip("|") for text in texts] == [
        "All outlets|||||9||2 min / 25 min||3 s / 8 s||–",
        "Der Kurier|||||8||2 min / 25 min||–||–",
        "Other outlets|||–||1||–||–||–",
    ]
