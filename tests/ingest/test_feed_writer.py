"""A document is stored in the same way whether a poll fetched it or a hub pushed it."""

from __future__ import annotations

from config.i18n import Phrase
from core.processes.instance import Instance
from core.store import entries, feeds
from core.store.feed_record import FeedRecord
from ingest.feed_fetcher import FeedDocument, FeedFetcher, Fetched
from ingest.feed_writer import FeedWriter, PollResult
from ingest.service import Ingest, IngestCounts
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"


def leased(installation: Installation, feed_id: str) -> FeedRecord:
    with installation.store.write() as connection:
        feed = feeds.lease(connection, feed_id, installation.me, installation.clock())
    assert feed is not None
    return feed


def push(installation: Installation, feed_id: str, body: bytes) -> PollResult:
    """Hand over a document that no request was sent for."""

    async def save(ingest: Ingest) -> PollResult:
        assert ingest._deps is not None
        feed = leased(installation, feed_id)
        return await FeedWriter(ingest._deps).save_document(feed, FeedDocument(body, feed.url, {}))

    return installation.with_ingest(save)


def test_a_pushed_document_adds_its_entries_and_leaves_the_schedule_alone(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    old, new = (item(n, f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in "12")
    [feed_id] = installation.subscribe(publisher.serve(FEED, rss(old, ETag='"1"')))
    assert installation.run().new == 1
    before = installation.feed(feed_id)
    installation.clock.advance(minutes=3)
    result = push(installation, feed_id, rss(new).body)
    assert (result.outcome, result.new, result.failed) == ("read", 1, False)
    after = installation.feed(feed_id)
    assert after.last_new_at == installation.clock()
    for name in ("etag", "body_sha256", "next_due_at", "due_reason", "last_200_at", "entry_count"):
        assert getattr(after, name) == getattr(before, name)
    assert installation.run() == IngestCounts(new=1)
    assert publisher.asked(FEED) == 1
    assert [a.title for a in installation.announced] == ["Titel 1", "Titel 2"]
    assert installation.health == []


def test_an_entry_that_was_pushed_is_known_to_the_next_poll(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    document = rss(item("1", "Titel", publisher.serve_page("/1", "Titel")))
    [feed_id] = installation.subscribe(publisher.serve(FEED, document))
    installation.with_ingest(_sync)
    assert push(installation, feed_id, document.body).new == 1
    counts = installation.run()
    assert (counts.polled, counts.new, counts.known) == (1, 1, 1)
    assert len(installation.announced) == 1


def test_a_pushed_document_that_cannot_be_read_is_no_failure_of_the_feed(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    [feed_id] = installation.subscribe(publisher.serve(FEED, rss()))
    installation.with_ingest(_sync)
    before = installation.feed(feed_id)
    result = push(installation, feed_id, b"this is not a feed")
    assert (result.outcome, result.failed) == ("not_a_feed", True)
    assert result.reason == Phrase("fetch.not_a_feed")
    assert installation.feed(feed_id) == before


def test_a_document_of_a_feed_that_another_process_took_over_is_dropped(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    document = rss(item("1", "Titel", publisher.serve_page("/1", "Titel")))
    [feed_id] = installation.subscribe(publisher.serve(FEED, document))
    installation.with_ingest(_sync)
    other = Instance.start(installation.settings.data_dir)

    async def lose(ingest: Ingest) -> PollResult:
        assert ingest._deps is not None
        feed = leased(installation, feed_id)
        with installation.store.write() as connection:
            feeds.release(connection, feed_id, installation.me)
            assert feeds.lease(connection, feed_id, other, installation.clock()) is not None
        return await FeedWriter(ingest._deps).save_document(
            feed, FeedDocument(document.body, feed.url, {})
        )

    assert installation.with_ingest(lose).outcome == "lost"
    other.close()
    with installation.store.read() as connection:
        assert entries.find_by_keys(connection, feed_id, ["1"]) == {}


def test_a_fetch_stores_the_attempt_and_nothing_else(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    document = rss(item("1", "Titel", publisher.serve_page("/1", "Titel")))
    [feed_id] = installation.subscribe(publisher.serve(FEED, document))
    installation.with_ingest(_sync)

    async def fetch(ingest: Ingest) -> object:
        assert ingest._deps is not None
        return await FeedFetcher(ingest._deps).fetch(leased(installation, feed_id))

    fetched = installation.with_ingest(fetch)
    assert isinstance(fetched, Fetched)
    assert fetched.answer is not None
    assert (fetched.answer.status, fetched.answer.redirected) == (200, False)
    fetched = fetched.result
    assert isinstance(fetched, FeedDocument)
    assert (fetched.body, fetched.request is not None) == (document.body, True)
    feed = installation.feed(feed_id)
    assert (feed.last_attempt_at, feed.last_200_at) == (installation.clock(), None)
    with installation.store.read() as connection:
        assert entries.find_by_keys(connection, feed_id, ["1"]) == {}


async def _sync(ingest: Ingest) -> None:
    ingest.sync()
