"""Articles are found by every name they have, and read in the order they were fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from config.errors import StoreError
from core.messages import ArticleRevision
from core.store import Store, articles, entries, feed_days
from core.store.sightings import add_sighting, has_sighting, load_sightings
from tests.support.records import article_record, entry_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def revision(
    number: int, article_id: str = "a" * 32, at: datetime | None = None
) -> ArticleRevision:
    return ArticleRevision(
        article_id=article_id,
        revision=number,
        url="https://kurier.example.org/a",
        title=f"Fassung {number}",
        outlet="kurier",
        feed_id="kurier-1",
        language="de",
        country="DE",
        first_seen_at=MONDAY,
        fetched_at=at or MONDAY + number * MINUTE,
    )


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with 21 revisions of seven articles, three at each of seven moments."""
    with store.write() as connection:
        for n in range(7):
            article_id = f"{n:032}"
            for number in (1, 2, 3):
                record = article_record(
                    article_id=article_id, url_key=f"https://a.org/{n}", revision=number
                )
                message = revision(number, article_id, MONDAY + (n % 3 + 2 * number) * MINUTE)
                articles.add_revision(connection, record, message)
    return store


def keys(revisions: Iterator[ArticleRevision]) -> list[tuple[datetime, str, int]]:
    return [(r.fetched_at, r.article_id, r.revision) for r in revisions]


def test_revisions_follow_one_another_and_none_is_added_twice(store: Store) -> None:
    with store.write() as connection:
        articles.add_revision(connection, article_record(), revision(1))
        articles.add_revision(connection, article_record(revision=2), revision(2))
        article = articles.find(connection, "a" * 32)
        assert article is not None
        assert article.revision == 2
        assert articles.load_revisions(connection, "a" * 32) == [revision(1), revision(2)]
    for number in (1, 2, 4):
        with pytest.raises(StoreError), store.write() as connection:
            articles.add_revision(connection, article_record(revision=number), revision(number))
    with store.read() as connection:
        assert len(articles.load_revisions(connection, "a" * 32)) == 2


def test_an_article_is_found_by_id_url_and_link(store: Store) -> None:
    article = article_record(url="https://www.kurier.example.org/a?x=1")
    linked = entry_record(key="k", url_key="https://a.org/k", article_id=article.article_id)
    with store.write() as connection:
        entries.add(connection, [linked, entry_record(key="l", url_key="https://a.org/l")])
        articles.add_revision(connection, article, revision(1))
        for name in (article.article_id, article.url, article.url_key, "https://a.org/k"):
            assert articles.find_by_id_or_url(connection, name) == article
        assert articles.find_by_link(connection, "https://a.org/k") == article
        assert articles.find_by_link(connection, article.url_key) == article
        for name in ("https://a.org/l", "https://elsewhere.org/", ""):
            assert articles.find_by_id_or_url(connection, name) is None
            assert articles.find_by_link(connection, name) is None
        ids = articles.find_ids_by_url_keys(connection, [article.url_key, "https://a.org/l"])
    assert ids == {article.url_key: article.article_id}


def test_a_sighting_is_recorded_once(store: Store) -> None:
    with store.write() as connection:
        shown = [
            add_sighting(connection, "a" * 32, feed, "https://a.org/k", MONDAY)
            for feed in ("kurier-1", "bote-1", "kurier-1")
        ]
        assert shown == [True, True, False]
        assert has_sighting(connection, "a" * 32, "bote-1")
        assert not has_sighting(connection, "b" * 32, "bote-1")
        names = [feed for feed, _, _ in load_sightings(connection, "a" * 32)]
    assert names == ["bote-1", "kurier-1"]


@pytest.mark.parametrize("page", [1, 2, 7, 21, 200])
def test_a_scan_yields_every_revision_in_the_order_of_time(filled: Store, page: int) -> None:
    scanned = keys(articles.scan(filled, MONDAY, MONDAY + 60 * MINUTE, page=page))
    assert len(scanned) == 21
    assert scanned == sorted(scanned)


def test_a_scan_begins_with_its_first_moment_and_ends_before_its_last(filled: Store) -> None:
    since, until = MONDAY + 4 * MINUTE, MONDAY + 6 * MINUTE
    moments = [at for at, _, _ in keys(articles.scan(filled, since, until, page=2))]
    assert set(moments) == {since, since + MINUTE}
    assert list(articles.scan(filled, until, since)) == []


def test_a_writer_commits_while_a_scan_is_open_and_the_scan_sees_it(filled: Store) -> None:
    scan = articles.scan(filled, MONDAY, MONDAY + 60 * MINUTE, page=3)
    scanned = [next(scan)]
    late = revision(1, "f" * 32, MONDAY + 30 * MINUTE)
    with filled.write() as connection:
        articles.add_revision(connection, article_record(article_id="f" * 32), late)
        feed_days.count_poll(connection, "kurier-1", MONDAY)
    scanned += scan
    assert len(scanned) == 22
    assert scanned[-1] == late


def test_no_transaction_is_open_while_a_revision_is_used(filled: Store) -> None:
    open_connections = 0

    def count(step: int) -> None:
        nonlocal open_connections
        open_connections += step

    engine = filled._engine
    event.listen(engine, "checkout", lambda *_: count(1))
    event.listen(engine, "checkin", lambda *_: count(-1))
    for _ in articles.scan(filled, MONDAY, MONDAY + 60 * MINUTE, page=2):
        assert open_connections == 0


def test_the_newest_revisions_are_read_oldest_first(filled: Store) -> None:
    with filled.read() as connection:
        latest = articles.load_latest_revisions(connection, f"{0:032}", 2)
    assert [r.revision for r in latest] == [2, 3]


def test_the_newest_revision_is_replaced_unless_it_is_not_the_newest(filled: Store) -> None:
    article_id = f"{0:032}"
    other = revision(3, article_id).model_copy(update={"title": "Anders gelesen"})
    record = article_record(
        article_id=article_id, url_key="https://a.org/0", revision=3, title_hash="new"
    )
    stale = article_record(article_id=article_id, url_key="https://a.org/0", revision=2)
    with filled.write() as connection:
        articles.replace_latest(connection, record, other)
        articles.replace_latest(connection, stale, revision(2, article_id))
    with filled.read() as connection:
        article = articles.find(connection, article_id)
        titles = [r.title for r in articles.load_revisions(connection, article_id)]
    assert article is not None
    assert (article.revision, article.title_hash) == (3, "new")
    assert titles == ["Fassung 1", "Fassung 2", "Anders gelesen"]
