"""Polls of a server that follows a script: what is requested, and what is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from config.errors import StoreError
from core.messages import Origin
from ingest.service import IngestCounts
from tests.ingest.poll.polls import FEED, poll, why_due
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    MONDAY,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
    truncated,
)

NOT_MODIFIED = Answer(status=304)


def sent(publisher: ScriptedPublisher, name: str, path: str = FEED) -> list[str | None]:
    """Return the values of a header in all requests for a path."""
    return [r.headers.get(name.lower()) for r in publisher.requests_for(path)]


def test_the_first_poll_is_unconditional_and_only_recent_entries_are_live(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    fresh, old = (MONDAY - timedelta(hours=h) for h in (1, 30))
    items = [
        item("1", "Frisch", publisher.serve_page("/1", "Frisch"), published=fresh),
        item("2", "Alt", publisher.serve_page("/2", "Alt"), published=old),
        item("3", "Ohne Datum", publisher.serve_page("/3", "Ohne Datum")),
    ]
    installation.subscribe(publisher.serve(FEED, rss(*items)))
    [counts] = poll(installation)
    assert counts == IngestCounts(polled=1, new=3)
    assert sent(publisher, "If-None-Match") == [None]
    assert sent(publisher, "If-Modified-Since") == [None]
    assert {a.title: a.origin for a in installation.announced} == {
        "Frisch": Origin.LIVE,
        "Alt": Origin.BACKFILL,
        "Ohne Datum": Origin.BACKFILL,
    }


def test_a_new_entry_of_a_feed_that_is_polled_regularly_is_live(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    two = item("2", "Zwei", publisher.serve_page("/2", "Zwei"))
    installation.subscribe(publisher.serve(FEED, rss(one), rss(two, one)))
    counts = poll(installation, 2)
    assert counts[1] == IngestCounts(polled=1, new=1, known=1)
    assert [(a.title, a.origin) for a in installation.announced][1:] == [("Zwei", Origin.LIVE)]
    assert publisher.asked("/1") == 1


def test_validators_are_sent_back_byte_for_byte(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    etag, date = 'W/"a;b c--gzip"', "Sat, 16 Nov 2041 25:61:00 +0100 (MEZ)"
    installation.subscribe(publisher.serve(FEED, rss(ETag=etag, Last_Modified=date), NOT_MODIFIED))
    counts = poll(installation, 2)
    assert sent(publisher, "If-None-Match") == [None, etag]
    assert sent(publisher, "If-Modified-Since") == [None, date]
    assert counts[1] == IngestCounts(polled=1, not_modified=1)


def test_an_unchanged_feed_with_new_validators_has_no_new_entries(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    installation.subscribe(
        publisher.serve(FEED, rss(one, ETag='"1"'), rss(one, ETag='"2"'), NOT_MODIFIED)
    )
    counts = poll(installation, 3)
    assert sent(publisher, "If-None-Match") == [None, '"1"', '"2"']
    assert counts[1] == IngestCounts(polled=1, known=1)
    assert len(installation.announced) == 1


def test_a_304_without_validators_keeps_the_stored_ones(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    hinted = Answer(status=304, headers={"Cache-Control": "max-age=3000"})
    [feed] = installation.subscribe(publisher.serve(FEED, rss(ETag='"1"'), hinted))
    poll(installation, 3)
    assert sent(publisher, "If-None-Match") == [None, '"1"', '"1"']
    state = installation.feed(feed)
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
def test_an_unreadable_answer_changes_neither_validators_nor_entries(
    publisher: ScriptedPublisher, installation: Installation, broken: Answer, outcome: str
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    [feed] = installation.subscribe(
        publisher.serve(FEED, rss(one, ETag='"1"'), broken, rss(one, ETag='"3"'))
    )
    counts = poll(installation, 3)
    assert counts[1] == IngestCounts(polled=1, failed=1)
    assert sent(publisher, "If-None-Match") == [None, '"1"', '"1"']
    assert counts[2] == IngestCounts(polled=1, known=1)
    assert installation.feed(feed).fail_count == 0


def test_the_state_of_an_unreadable_feed_names_the_cause(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, Answer(html("Wartung"), headers=HTML)))
    installation.run()
    state = installation.state(feed)
    assert (state.state, state.feed.last_outcome) == ("failing", "html_instead")
    assert state.feed.next_due_at >= MONDAY + timedelta(minutes=15)


def test_half_a_document_is_a_failure(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    items = [
        item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in range(8)
    ]
    whole = rss(*items, ETag='"1"')
    [feed] = installation.subscribe(publisher.serve(FEED, truncated(whole), whole))
    counts = poll(installation, 2)
    assert counts[0] == IngestCounts(polled=1, failed=1, reached_nothing=False)
    assert counts[1].new == 8
    assert sent(publisher, "If-None-Match") == [None, None]
    assert installation.feed(feed).last_outcome == "read"


def test_a_feed_without_entries_is_read_and_quiet(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    [feed] = installation.subscribe(publisher.serve(FEED, rss(), rss(one), rss()))
    assert poll(installation)[0] == IngestCounts(polled=1)
    assert installation.state(feed).state == "quiet"
    assert [c.new for c in poll(installation, 2)] == [1, 0]
    assert installation.state(feed).state == "ok"
    assert installation.health == []


def test_a_database_that_fails_in_a_transaction_stores_nothing_and_loses_nothing(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    items = [
        item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in range(3)
    ]
    [feed] = installation.subscribe(publisher.serve(FEED, rss(*items, ETag='"1"')))
    trigger = "CREATE TRIGGER no BEFORE UPDATE OF etag ON feeds WHEN NEW.etag IS NOT NULL BEGIN"
    with installation.store.write() as connection:
        connection.execute(text(f"{trigger} SELECT RAISE(ABORT, 'no'); END"))
    with pytest.raises(StoreError):
        installation.run()
    with installation.store.write() as connection:
        assert connection.scalar(text("SELECT count(*) FROM entries")) == 0
        connection.execute(text("DROP TRIGGER no"))
    assert installation.feed(feed).etag is None
    installation.clock.advance(minutes=2)
    assert installation.run().new == 3
    assert sorted(a.title for a in installation.announced) == ["Titel 0", "Titel 1", "Titel 2"]
    assert sent(publisher, "If-None-Match") == [None, None]


def test_the_date_alone_is_sent_to_a_server_that_ignores_the_etag(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    same = rss(ETag='"1"', Last_Modified="Mon, 16 Nov 2026 08:00:00 GMT")
    script = [same] * 4 + [NOT_MODIFIED]
    [feed] = installation.subscribe(publisher.serve(FEED, *script))
    poll(installation, 6)
    assert sent(publisher, "If-None-Match") == [None, '"1"', '"1"', '"1"', None, None]
    assert sent(publisher, "If-Modified-Since")[4:] == ["Mon, 16 Nov 2026 08:00:00 GMT"] * 2
    assert installation.feed(feed).validator_mode == "last_modified"


def test_another_body_with_the_same_etag_is_read(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    two = item("2", "Zwei", publisher.serve_page("/2", "Zwei"))
    installation.subscribe(publisher.serve(FEED, rss(one, ETag='"1"'), rss(one, two, ETag='"1"')))
    assert [c.new for c in poll(installation, 2)] == [1, 1]


def test_a_server_that_answers_304_for_ever_is_found_out(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    two = item("2", "Zwei", publisher.serve_page("/2", "Zwei"))
    installation.subscribe(publisher.serve(FEED, rss(one, ETag='"1"'), NOT_MODIFIED))
    poll(installation, 3)
    publisher.serve(FEED, rss(one, two, ETag='"1"'))
    installation.clock.advance(hours=24)
    assert installation.run().new == 1
    assert sent(publisher, "If-None-Match") == [None, '"1"', '"1"', None]
    assert [h.event.value for h in installation.health] == ["wrong_304"]
    installation.clock.advance(hours=2)
    installation.run()
    assert sent(publisher, "If-None-Match")[4:] == [None]


def test_an_unexpected_304_is_repeated_once_and_is_then_a_failure(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed] = installation.subscribe(publisher.serve(FEED, NOT_MODIFIED))
    assert installation.run() == IngestCounts(polled=1, failed=1)
    assert sent(publisher, "Cache-Control") == [None, "no-cache"]
    assert installation.feed(feed).last_outcome == "protocol"


def test_a_304_from_another_url_than_the_validators_does_not_count(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    two = item("2", "Zwei", publisher.serve_page("/2", "Zwei"))
    installation.subscribe(
        publisher.serve(FEED, rss(one, ETag='"1"'), Answer(status=302, headers={"Location": "/b"}))
    )
    publisher.serve("/b", NOT_MODIFIED, rss(one, two, ETag='"9"'))
    assert [c.new for c in poll(installation, 2)] == [1, 1]
