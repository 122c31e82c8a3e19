"""Fetching a document stores the attempt only; saving it needs the lease."""

from __future__ import annotations

from core.processes.instance import Instance
from core.store import entries, feeds
from core.store.feed_record import FeedRecord
from ingest.polling.conditional import NO_CACHE
from ingest.polling.feed_fetcher import FeedDocument, FeedFetcher, Fetched
from ingest.polling.feed_writer import FeedWriter, PollResult
from ingest.service import Ingest
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

FEED = "/feed.xml"


def leased(installation: Installation, feed_id: str) -> FeedRecord:
    with installation.store.write() as connection:
        feed = feeds.lease(connection, feed_id, installation.me, installation.clock())
    assert feed is not None
    return feed


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
            feed, FeedDocument(document.body, feed.url, {}, NO_CACHE)
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
