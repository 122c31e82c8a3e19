"""A page that changes is announced with what is new in it, however it was read before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.messages import Origin
from core.store import articles, old_revisions
from core.store.sightings import load_sightings
from ingest.pages import article_revision
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    MONDAY,
    TEXT,
    Installation,
    ScriptedPublisher,
    item,
    rss,
)

FEED = "/feed.xml"
NEWS = "Am Abend brach der Staudamm in Elstertal, drei Dörfer wurden überflutet."


def publish(publisher: ScriptedPublisher, text: str, summary: str) -> None:
    """Serve the page with a text, and the feed with a changed entry of it."""
    link = publisher.serve_page("/live", "Liveblog Hochwasser", text)
    entry = item("1", "Liveblog Hochwasser", link, summary=summary, published=MONDAY)
    publisher.serve(FEED, rss(entry))


@ON_EVERY_DATABASE
def test_a_revision_carries_its_new_sentences_and_the_time_of_the_change(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.url + FEED, every=0.0)
    publish(publisher, TEXT, "eins")
    installation.run()
    installation.clock.advance(minutes=20)
    publish(publisher, f"{TEXT}\n{NEWS}", "zwei")
    installation.run()
    first, second = installation.announced
    assert (first.new_passages, first.changed_at) == (None, None)
    assert second.new_passages is not None
    [passage] = second.new_passages
    assert getattr(second, passage.field)[passage.start : passage.end] == NEWS
    assert second.changed_at == second.fetched_at


@ON_EVERY_DATABASE
def test_a_page_that_a_newer_program_reads_differently_is_no_revision(
    publisher: ScriptedPublisher, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.subscribe(publisher.url + FEED, every=0.0)
    publish(publisher, TEXT, "eins")
    installation.run()
    monkeypatch.setattr(article_revision, "_HASH_PREFIX", "next-")
    for hours, text in ((1, f"{TEXT}\nSo liest es die neue Fassung des Programms."), (2, "")):
        publish(publisher, text or f"{TEXT}\n{NEWS}", f"nach {hours} Stunden")
        installation.clock.advance(hours=1)
        installation.run()
    first, second = installation.announced
    with installation.store.read() as connection:
        stored = articles.load_revisions(connection, first.article_id)
    assert [r.revision for r in stored] == [1, 2]
    assert "neue Fassung des Programms" in stored[0].text
    assert second.new_passages is not None
    assert [second.text[p.start : p.end] for p in second.new_passages] == [NEWS]


def test_entries_after_a_gap_say_since_when_the_feed_was_not_read(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.url + FEED, every=0.0)
    publish(publisher, TEXT, "eins")
    installation.run()
    read_at = installation.announced[0].fetched_at
    installation.clock.advance(days=4)
    link = publisher.serve_page("/2", "Deich in Adorf gebrochen", NEWS)
    missed = item("2", "Deich in Adorf gebrochen", link, published=MONDAY + timedelta(days=2))
    publisher.serve(FEED, rss(missed))
    installation.run()
    article = installation.announced[-1]
    assert (article.title, article.origin) == ("Deich in Adorf gebrochen", Origin.BACKFILL)
    assert article.missed_since is not None
    assert abs(article.missed_since - read_at) < timedelta(minutes=5)


@pytest.mark.slow
def test_a_headline_edited_often_is_one_article_whose_newest_change_is_told(
    publisher: ScriptedPublisher, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_revisions, "MOST_REVISIONS", 4)
    installation.subscribe(publisher.url + FEED, every=0.0)
    for edit in range(1, 8):
        link = publisher.serve_page("/1", f"Pegel bei {edit} Metern", TEXT)
        publisher.serve(FEED, rss(item("1", f"Pegel bei {edit} Metern", link)))
        installation.run()
        installation.clock.advance(minutes=20)
    titles = [(article.revision, article.title) for article in installation.announced]
    assert titles == [(n, f"Pegel bei {n} Metern") for n in range(1, 8)]
    [article_id] = {article.article_id for article in installation.announced}
    with installation.store.read() as connection:
        stored = [r.revision for r in articles.load_revisions(connection, article_id)]
    assert stored == [1, *range(6, 8)]


def test_an_article_in_three_feeds_is_one_with_three_sightings(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page("/a", "Pegel steigt", TEXT)
    others = [publisher.serve_page(f"/b?id={n}", f"Meldung {n}", f"{TEXT} {n}") for n in "12"]
    links = (link, f"{link}?utm_source=rss&wt_mc=x.rss#ref=rss", f"{link}?fbclid=9#comments")
    for number, written in enumerate(links):
        shared = [item(f"{number}-{url[-1]}", f"Meldung {url[-1]}", url) for url in others]
        publisher.serve(f"/{number}.xml", rss(item(f"{number}", "Pegel steigt", written), *shared))
        installation.subscribe(f"{publisher.url}/{number}.xml", every=0.0)
    installation.run()
    assert sorted(article.title for article in installation.announced) == [
        "Meldung 1",
        "Meldung 2",
        "Pegel steigt",
    ]
    with installation.store.read() as connection:
        for article in installation.announced:
            assert len(load_sightings(connection, article.article_id)) == 3
