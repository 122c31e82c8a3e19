"""Whole polls against a server that follows a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import text

from config.errors import StoreError
from config.i18n import Phrase, in_english
from core.messages import FeedHealthKind, Origin
from core.store.feed_record import FeedRecord
from ingest.service import IngestCounts
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    MONDAY,
    Installation,
    ScriptedPublisher,
    cut_short,
    html,
    item,
    rss,
)

FEED = "/feed.xml"
NOT_MODIFIED = Answer(status=304)


def sent(press: ScriptedPublisher, name: str, path: str = FEED) -> list[str | None]:
    """The values of a header over all requests of a path."""
    return [r.headers.get(name.lower()) for r in press.requests_of(path)]


def why_due(feed: FeedRecord) -> str:
    return in_english(Phrase.load(feed.due_reason))


def poll(desk: Installation, times: int = 1) -> list[IngestCounts]:
    """Polls an hour apart."""
    counts = []
    for _ in range(times):
        counts.append(desk.run())
        desk.clock.forward(hours=1, minutes=10)
    return counts


def test_a_first_read_is_unconditional_and_tells_only_what_is_fresh_live(
    press: ScriptedPublisher, desk: Installation
) -> None:
    fresh, old = (MONDAY - timedelta(hours=h) for h in (1, 30))
    items = [
        item("1", "Frisch", press.page("/1", "Frisch"), published=fresh),
        item("2", "Alt", press.page("/2", "Alt"), published=old),
        item("3", "Ohne Datum", press.page("/3", "Ohne Datum")),
    ]
    desk.subscribe(press.says(FEED, rss(*items)))
    [counts] = poll(desk)
    assert counts == IngestCounts(polled=1, new=3)
    assert sent(press, "If-None-Match") == [None]
    assert sent(press, "If-Modified-Since") == [None]
    assert {a.title: a.origin for a in desk.announced} == {
        "Frisch": Origin.LIVE,
        "Alt": Origin.BACKFILL,
        "Ohne Datum": Origin.BACKFILL,
    }


def test_a_new_entry_of_a_feed_that_is_read_regularly_is_live(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    two = item("2", "Zwei", press.page("/2", "Zwei"))
    desk.subscribe(press.says(FEED, rss(one), rss(two, one)))
    counts = poll(desk, 2)
    assert counts[1] == IngestCounts(polled=1, new=1, known=1)
    assert [(a.title, a.origin) for a in desk.announced][1:] == [("Zwei", Origin.LIVE)]
    assert press.asked("/1") == 1


def test_validators_are_echoed_byte_for_byte(press: ScriptedPublisher, desk: Installation) -> None:
    etag, date = 'W/"a;b c--gzip"', "Sat, 16 Nov 2041 25:61:00 +0100 (MEZ)"
    desk.subscribe(press.says(FEED, rss(ETag=etag, Last_Modified=date), NOT_MODIFIED))
    counts = poll(desk, 2)
    assert sent(press, "If-None-Match") == [None, etag]
    assert sent(press, "If-Modified-Since") == [None, date]
    assert counts[1] == IngestCounts(polled=1, not_modified=1)


def test_a_touched_feed_gives_new_validators_and_no_news(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    desk.subscribe(press.says(FEED, rss(one, ETag='"1"'), rss(one, ETag='"2"'), NOT_MODIFIED))
    counts = poll(desk, 3)
    assert sent(press, "If-None-Match") == [None, '"1"', '"2"']
    assert counts[1] == IngestCounts(polled=1, known=1)
    assert len(desk.announced) == 1


def test_a_304_without_validators_keeps_those_we_have(
    press: ScriptedPublisher, desk: Installation
) -> None:
    hinted = Answer(status=304, headers={"Cache-Control": "max-age=3000"})
    [feed] = desk.subscribe(press.says(FEED, rss(ETag='"1"'), hinted))
    poll(desk, 3)
    assert sent(press, "If-None-Match") == [None, '"1"', '"1"']
    state = desk.feed(feed)
    assert state.etag == '"1"'
    assert why_due(state) == "the publisher asks for 50 min"


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        (Answer(html("Wartung"), headers=HTML), "html_instead"),
        (Answer(b"", headers={"ETag": '"2"'}), "empty"),
        (Answer(b"\x00\x01 not a feed at all", headers={"ETag": '"2"'}), "not_a_feed"),
    ],
)
def test_what_cannot_be_read_leaves_validators_and_entries_alone(
    press: ScriptedPublisher, desk: Installation, broken: Answer, outcome: str
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    [feed] = desk.subscribe(press.says(FEED, rss(one, ETag='"1"'), broken, rss(one, ETag='"3"')))
    counts = poll(desk, 3)
    assert counts[1] == IngestCounts(polled=1, failed=1)
    assert sent(press, "If-None-Match") == [None, '"1"', '"1"']
    assert counts[2] == IngestCounts(polled=1, known=1)
    assert desk.feed(feed).fail_count == 0


def test_a_feed_that_cannot_be_read_says_why(press: ScriptedPublisher, desk: Installation) -> None:
    [feed] = desk.subscribe(press.says(FEED, Answer(html("Wartung"), headers=HTML)))
    desk.run()
    state = desk.state(feed)
    assert (state.state, state.feed.last_outcome) == ("failing", "html_instead")
    assert state.feed.next_due_at >= MONDAY + timedelta(minutes=15)


def test_half_a_document_is_not_taken_for_a_whole_one(
    press: ScriptedPublisher, desk: Installation
) -> None:
    items = [item(str(n), f"Titel {n}", press.page(f"/{n}", f"Titel {n}")) for n in range(8)]
    whole = rss(*items, ETag='"1"')
    [feed] = desk.subscribe(press.says(FEED, cut_short(whole), whole))
    counts = poll(desk, 2)
    assert counts[0] == IngestCounts(polled=1, failed=1, reached_nothing=False)
    assert counts[1].new == 8
    assert sent(press, "If-None-Match") == [None, None]
    assert desk.feed(feed).last_outcome == "read"


def test_a_feed_without_entries_is_read_and_quiet(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    [feed] = desk.subscribe(press.says(FEED, rss(), rss(one), rss()))
    assert poll(desk)[0] == IngestCounts(polled=1)
    assert desk.state(feed).state == "quiet"
    assert [c.new for c in poll(desk, 2)] == [1, 0]
    assert desk.state(feed).state == "ok"
    assert desk.health == []


def test_a_database_that_fails_in_the_middle_keeps_nothing_and_loses_nothing(
    press: ScriptedPublisher, desk: Installation
) -> None:
    items = [item(str(n), f"Titel {n}", press.page(f"/{n}", f"Titel {n}")) for n in range(3)]
    [feed] = desk.subscribe(press.says(FEED, rss(*items, ETag='"1"')))
    trigger = "CREATE TRIGGER no BEFORE UPDATE OF etag ON feeds WHEN NEW.etag IS NOT NULL BEGIN"
    with desk.store.write() as connection:
        connection.execute(text(f"{trigger} SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreError):
        desk.run()
    with desk.store.write() as connection:
        assert connection.scalar(text("SELECT count(*) FROM entries")) == 0
        connection.execute(text("DROP TRIGGER no"))
    assert desk.feed(feed).etag is None
    desk.clock.forward(minutes=2)
    assert desk.run().new == 3
    assert sorted(a.title for a in desk.announced) == ["Titel 0", "Titel 1", "Titel 2"]
    assert sent(press, "If-None-Match") == [None, None]


def test_a_server_that_ignores_the_etag_is_asked_by_date(
    press: ScriptedPublisher, desk: Installation
) -> None:
    same = rss(ETag='"1"', Last_Modified="Mon, 16 Nov 2026 08:00:00 GMT")
    script = [same] * 4 + [NOT_MODIFIED]
    [feed] = desk.subscribe(press.says(FEED, *script))
    poll(desk, 6)
    assert sent(press, "If-None-Match") == [None, '"1"', '"1"', '"1"', None, None]
    assert sent(press, "If-Modified-Since")[4:] == ["Mon, 16 Nov 2026 08:00:00 GMT"] * 2
    assert desk.feed(feed).validator_mode == "last_modified"


def test_another_body_under_the_same_etag_is_read(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    two = item("2", "Zwei", press.page("/2", "Zwei"))
    desk.subscribe(press.says(FEED, rss(one, ETag='"1"'), rss(one, two, ETag='"1"')))
    assert [c.new for c in poll(desk, 2)] == [1, 1]


def test_an_endless_304_is_seen_through(press: ScriptedPublisher, desk: Installation) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    two = item("2", "Zwei", press.page("/2", "Zwei"))
    desk.subscribe(press.says(FEED, rss(one, ETag='"1"'), NOT_MODIFIED))
    poll(desk, 3)
    press.says(FEED, rss(one, two, ETag='"1"'))
    desk.clock.forward(hours=24)
    assert desk.run().new == 1
    assert sent(press, "If-None-Match") == [None, '"1"', '"1"', None]


def test_a_304_nobody_asked_for_is_repeated_once_and_is_then_a_failure(
    press: ScriptedPublisher, desk: Installation
) -> None:
    [feed] = desk.subscribe(press.says(FEED, NOT_MODIFIED))
    assert desk.run() == IngestCounts(polled=1, failed=1)
    assert sent(press, "Cache-Control") == [None, "no-cache"]
    assert desk.feed(feed).last_outcome == "protocol"


def test_a_304_from_another_address_than_the_validators_is_not_believed(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    two = item("2", "Zwei", press.page("/2", "Zwei"))
    desk.subscribe(
        press.says(FEED, rss(one, ETag='"1"'), Answer(status=302, headers={"Location": "/b"}))
    )
    press.says("/b", NOT_MODIFIED, rss(one, two, ETag='"9"'))
    assert [c.new for c in poll(desk, 2)] == [1, 1]


def real_time(later: timedelta) -> str:
    """A date by the clock the server's own ``Date`` header is made by."""
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
    press: ScriptedPublisher, desk: Installation, after: str | timedelta, minutes: int
) -> None:
    headers = {"Retry-After": after if isinstance(after, str) else real_time(after)}
    [feed] = desk.subscribe(press.says(FEED, Answer(status=429, headers=headers)), every=0.0)
    desk.run()
    wait = (desk.feed(feed).next_due_at - MONDAY) / timedelta(minutes=1)
    assert minutes - 2 <= wait <= minutes * 1.1
    if minutes > 15:
        desk.clock.forward(minutes=minutes - 3)
        assert desk.run().polled == 0
        desk.clock.forward(minutes=4)
        assert desk.run().polled == 1


def test_a_503_with_retry_after_pauses_the_publisher_and_nobody_else(
    press: ScriptedPublisher, desk: Installation
) -> None:
    press.says("/busy", Answer(status=503, headers={"Retry-After": "1800"}))
    press.says("/fine", rss())
    busy, sibling, other = desk.subscribe(
        press.named("feeds.kurier.example.org", "/busy"),
        press.named("www.kurier.example.org", "/fine"),
        press.named("bote.example.com", "/fine"),
        every=0.0,
    )
    assert desk.run().failed == 1
    first = desk.feed(sibling).last_attempt_at
    desk.clock.forward(minutes=20)
    assert desk.run().polled == 1
    assert desk.feed(other).last_attempt_at == desk.clock()
    assert desk.feed(sibling).last_attempt_at == first
    assert {desk.state(busy).state, desk.state(sibling).state} == {"paused"}
    assert desk.state(other).state == "quiet"
    desk.clock.forward(minutes=11)
    assert desk.run().polled == 3


def test_a_429_of_a_bridge_on_an_address_pauses_that_url_alone(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = press.says("/one", Answer(status=429, headers={"Retry-After": "1800"}))
    two = press.says("/two", rss())
    first, second = desk.subscribe(one, two, every=0.0)
    desk.run()
    desk.clock.forward(minutes=20)
    assert desk.run() == IngestCounts(polled=1)
    assert [desk.state(f).state for f in (first, second)] == ["paused", "quiet"]


def test_a_bot_wall_is_named_and_left_alone_for_hours(
    press: ScriptedPublisher, desk: Installation
) -> None:
    wall = Answer(status=403, headers={"cf-mitigated": "challenge"})
    [feed] = desk.subscribe(press.says(FEED, wall))
    desk.run()
    state = desk.feed(feed)
    assert state.last_outcome == "challenge"
    assert state.next_due_at >= MONDAY + timedelta(hours=4)
    agents = {r.headers["user-agent"] for r in press.requests}
    assert len(agents) == 1
    assert agents.pop().startswith("Wirewatch/")


def test_a_feed_that_is_404_for_hours_comes_back_by_itself(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    [feed] = desk.subscribe(press.says(FEED, Answer(status=404)))
    for _ in range(3 * 12):
        desk.run()
        desk.clock.forward(minutes=5)
    assert press.asked(FEED) <= 4
    press.says(FEED, rss(one))
    desk.clock.forward(hours=5)
    assert desk.run().new == 1
    assert why_due(desk.feed(feed)) == "every 10 min, the default for tier B"


def test_one_410_does_not_end_a_feed_and_days_of_them_do(
    press: ScriptedPublisher, desk: Installation
) -> None:
    [feed] = desk.subscribe(press.says(FEED, Answer(status=410), rss()))
    desk.run()
    desk.clock.forward(hours=27)
    assert desk.run() == IngestCounts(polled=1)
    press.says(FEED, Answer(status=410))
    for _ in range(6):
        desk.clock.forward(hours=27)
        desk.run()
    assert desk.state(feed).state == "gone"
    assert [h.event for h in desk.health] == [FeedHealthKind.FAILING, FeedHealthKind.GONE]
    before = press.asked(FEED)
    desk.clock.forward(days=30)
    assert desk.run().polled == 0
    assert press.asked(FEED) == before


def test_a_failing_feed_is_told_and_so_is_its_recovery(
    press: ScriptedPublisher, desk: Installation
) -> None:
    down = Answer(status=500)
    desk.subscribe(press.says(FEED, down, down, down, down, rss()))
    for _ in range(5):
        desk.run()
        desk.clock.forward(hours=7)
    assert [(h.event, h.outcome) for h in desk.health] == [
        (FeedHealthKind.FAILING, "server_error"),
        (FeedHealthKind.RECOVERED, "read"),
    ]


def test_a_window_that_was_overrun_is_told(press: ScriptedPublisher, desk: Installation) -> None:
    def window(first: int) -> Answer:
        return rss(
            *(item(str(n), f"T{n}", press.page(f"/{n}", f"T{n}")) for n in range(first, first + 4))
        )

    desk.subscribe(press.says(FEED, window(0), window(2), window(20)))
    poll(desk, 3)
    [gap] = desk.health
    assert gap.event is FeedHealthKind.WINDOW_GAP
    assert len(desk.announced) == 10


def test_redirects_in_a_circle_are_a_failure_of_the_feed_alone(
    press: ScriptedPublisher, desk: Installation
) -> None:
    press.says("/a", Answer(status=301, headers={"Location": "/b"}))
    press.says("/b", Answer(status=301, headers={"Location": "/a"}))
    circle, fine = desk.subscribe(press.url + "/a", press.says(FEED, rss()))
    assert desk.run() == IngestCounts(polled=2, failed=1)
    assert desk.feed(circle).last_outcome == "redirect"
    assert desk.feed(fine).last_outcome == "read"


def test_when_nobody_can_be_reached_the_feeds_are_not_to_blame(desk: Installation) -> None:
    urls = [f"http://host{n}.example{n}.org:9/feed" for n in range(7)]
    feeds = desk.subscribe(*urls)
    counts = desk.run()
    assert counts == IngestCounts(polled=7, failed=7, reached_nothing=True)
    assert [desk.feed(f).fail_count for f in feeds] == [0] * 7
    assert all(desk.feed(f).next_due_at <= MONDAY + timedelta(minutes=5) for f in feeds)


def test_an_address_inside_is_refused(press: ScriptedPublisher, desk: Installation) -> None:
    desk.settings = desk.settings.model_copy(update={"http_allow_private": False})
    desk.subscribe(press.says(FEED, rss()))
    assert desk.run() == IngestCounts(polled=1, failed=1, reached_nothing=True)
    assert press.requests == []


def test_one_url_is_not_asked_twice_within_a_minute(
    press: ScriptedPublisher, desk: Installation
) -> None:
    [feed] = desk.subscribe(press.says(FEED, rss()))
    desk.run()
    desk.clock.forward(seconds=59)
    again = desk.with_ingest(lambda ingest: ingest.poll_feed(feed))
    assert (again.outcome, press.asked(FEED)) == ("too_soon", 1)
    desk.clock.forward(seconds=2)
    again = desk.with_ingest(lambda ingest: ingest.poll_feed(feed))
    assert (again.outcome, press.asked(FEED)) == ("unchanged", 2)


def test_a_feed_taken_out_of_the_files_is_off_and_comes_back(
    press: ScriptedPublisher, desk: Installation
) -> None:
    [feed] = desk.subscribe(press.says(FEED, rss()), every=0.0)
    desk.run()
    kept, desk.catalog = desk.catalog, type(desk.catalog)(())
    assert desk.run().polled == 0
    assert desk.state(feed).state == "off"
    desk.catalog = kept
    assert desk.run().polled == 1
    assert desk.state(feed).state == "quiet"
