"""From a feed's entry to its article, with real pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from core.store import articles, entries
from core.store.articles import ArticleRecord
from ingest.extract import ExtractedPage, PageHints
from ingest.service import IngestCounts
from tests.support.newsroom import Answer
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    HTML,
    MONDAY,
    TEXT,
    Installation,
    InThread,
    ScriptedPublisher,
    html,
    item,
    rss,
)

FEED = "/feed.xml"
CANONICAL = '<link rel="canonical" href="{}">'


def the_article(desk: Installation) -> ArticleRecord:
    ids = {a.article_id for a in desk.announced}
    assert len(ids) == 1
    with desk.store.read() as connection:
        found = articles.find_by_id_or_url(connection, ids.pop())
    assert found is not None
    return found


def shown_by(desk: Installation, article_id: str) -> list[str]:
    with desk.store.read() as connection:
        return [feed for feed, _, _ in articles.load_sightings(connection, article_id)]


def test_an_article_carries_the_text_of_its_page(
    press: ScriptedPublisher, desk: Installation
) -> None:
    link = press.page("/1", "Uferstraße: Entscheidung vertagt")
    desk.subscribe(press.says(FEED, rss(item("1", "Uferstraße", link, summary="Der Rat tagt."))))
    assert desk.run().new == 1
    [article] = desk.announced
    assert article.text_source == "page"
    assert "Die Bürgermeisterin kündigte an" in article.text
    assert (article.revision, article.url, article.outlet) == (1, link, "kurier")
    assert (article.first_seen_at, article.fetched_at) == (MONDAY, MONDAY)
    with desk.store.read() as connection:
        assert articles.load_revisions(connection, article.article_id) == [article]


@ON_EVERY_DATABASE
def test_the_same_article_in_three_feeds_is_one(
    press: ScriptedPublisher, desk: Installation
) -> None:
    link = press.page("/1?id=7", "Eins")
    press.page("/1?id=8", "Zwei")
    for marks in ("&utm_source=rss", "&wt_mc=push"):
        press.page(f"/1?id=7{marks}", "Eins")
    feeds = [
        press.says("/a.xml", rss(item("a", "Eins", link + "&utm_source=rss"))),
        press.says("/b.xml", rss(item("b", "Eins!", link + "#ref=rss"))),
        press.says("/c.xml", rss(item("c", "Eins", link + "&wt_mc=push"))),
    ]
    ids = desk.subscribe(*feeds)
    assert desk.run() == IngestCounts(polled=3, new=1, known=2)
    article = the_article(desk)
    assert sorted(shown_by(desk, article.article_id)) == sorted(ids)
    assert desk.dispositions.of("ingest") == {"article_new": 1, "copy_url": 2}
    press.says("/c.xml", rss(item("d", "Zwei", press.url + "/1?id=8")))
    desk.clock.forward(hours=1)
    assert desk.run().new == 1


@ON_EVERY_DATABASE
def test_a_publishers_canonical_url_joins_two_links(
    press: ScriptedPublisher, desk: Installation
) -> None:
    home = press.named("www.kurier.example.org", "")
    head = CANONICAL.format(f"{home}/artikel")
    for path in ("/kurz", "/lang"):
        press.page(path, "Eins", head=head)
    desk.subscribe(press.says("/a.xml", rss(item("a", "Eins", f"{home}/kurz"))))
    desk.subscribe(press.says("/b.xml", rss(item("b", "Eins", f"{home}/lang"))), outlet="bote")
    assert desk.run() == IngestCounts(polled=2, new=1, known=1)
    assert desk.announced[0].url == f"{home}/artikel"
    assert len(shown_by(desk, the_article(desk).article_id)) == 2


def test_pages_that_all_claim_one_url_stay_articles_of_their_own(
    press: ScriptedPublisher, desk: Installation
) -> None:
    login = press.page("/login", "Anmelden")
    for n in range(3):
        press.says(f"/{n}", Answer(status=302, headers={"Location": login}))
    items = [item(str(n), f"Titel {n}", f"{press.url}/{n}", summary=f"S{n}") for n in range(3)]
    desk.subscribe(press.says(FEED, rss(*items)))
    assert desk.run().new == 3
    assert len({a.article_id for a in desk.announced}) == 3


@ON_EVERY_DATABASE
def test_a_page_that_fails_for_now_is_told_from_the_feed_and_follows(
    press: ScriptedPublisher, desk: Installation
) -> None:
    link = press.says("/1", Answer(status=503), Answer(html("Eins"), headers=HTML))
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt heute."))))
    assert desk.run() == IngestCounts(polled=1, new=1)
    desk.clock.forward(minutes=4)
    assert desk.run() == IngestCounts()
    desk.clock.forward(minutes=2)
    assert desk.run() == IngestCounts(revised=1)
    first, second = desk.announced
    assert (first.text_source, first.lead, first.text) == ("feed", "Der Rat tagt heute.", "")
    assert (second.revision, second.text_source) == (2, "page")
    assert second.article_id == first.article_id
    assert second.first_seen_at == first.first_seen_at
    desk.clock.forward(hours=1)
    press.says(FEED, Answer(status=304))
    assert desk.run().revised == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_page_that_is_refused_is_told_from_the_feed_and_not_asked_again(
    press: ScriptedPublisher, desk: Installation, status: int
) -> None:
    link = press.says("/1", Answer(status=status))
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt."))))
    assert desk.run().new == 1
    assert desk.announced[0].text_source == "feed"
    for _ in range(5):
        desk.clock.forward(hours=3)
        desk.run()
    assert press.asked("/1") == 1
    assert len(desk.announced) == 1


def test_robots_txt_is_heeded_for_pages_and_not_for_feeds(
    press: ScriptedPublisher, desk: Installation
) -> None:
    press.says("/robots.txt", Answer(b"User-agent: *\nDisallow: /"))
    link = press.page("/1", "Eins")
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt."))))
    assert desk.run().new == 1
    assert press.asked("/1") == 0
    assert desk.announced[0].lead == "Der Rat tagt."


@ON_EVERY_DATABASE
def test_robots_txt_is_asked_for_once_and_remembered(
    press: ScriptedPublisher, desk: Installation
) -> None:
    items = [item(str(n), f"T{n}", press.page(f"/{n}", f"T{n}")) for n in range(4)]
    desk.subscribe(press.says(FEED, rss(*items[:2]), rss(*items)))
    desk.run()
    desk.clock.forward(hours=2)
    desk.run()
    assert press.asked("/robots.txt") == 1


def test_text_that_asks_for_consent_is_never_an_article(
    press: ScriptedPublisher, desk: Installation
) -> None:
    press.page("/consent/", "Bevor Sie fortfahren", "Wir verwenden Cookies. " * 30)
    link = press.says("/1", Answer(status=302, headers={"Location": "/consent/"}))
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt."))))
    desk.run()
    [article] = desk.announced
    assert (article.text_source, article.lead, article.text) == ("feed", "Der Rat tagt.", "")


def test_a_link_that_ends_at_the_homepage_is_told_from_the_feed(
    press: ScriptedPublisher, desk: Installation
) -> None:
    press.page("/", "Startseite")
    link = press.says("/1", Answer(status=302, headers={"Location": "/"}))
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt."))))
    desk.run()
    assert [a.text_source for a in desk.announced] == ["feed"]


def test_entries_without_a_link_are_articles_too(
    press: ScriptedPublisher, desk: Installation
) -> None:
    feed = press.says(
        FEED, rss(item("1", "Eins", summary="Erste Meldung."), item("2", "Zwei", summary="Zweite."))
    )
    desk.subscribe(feed)
    assert desk.run().new == 2
    assert {(a.title, a.lead, a.url) for a in desk.announced} == {
        ("Eins", "Erste Meldung.", feed),
        ("Zwei", "Zweite.", feed),
    }


@ON_EVERY_DATABASE
def test_a_guid_that_changes_makes_no_second_article(
    press: ScriptedPublisher, desk: Installation
) -> None:
    link = press.page("/1", "Eins")
    old = item("http://kurier.example.org/?p=1", "Eins", link)
    new = item("https://kurier.example.org/?p=1", "Eins", link)
    desk.subscribe(press.says(FEED, rss(old), rss(new)), every=0.0)
    desk.run()
    desk.clock.forward(hours=1)
    assert desk.run() == IngestCounts(polled=1, known=1)
    assert len(desk.announced) == 1


def test_one_guid_for_all_entries_loses_none(press: ScriptedPublisher, desk: Installation) -> None:
    items = [item("same", f"Titel {n}", press.page(f"/{n}", f"Titel {n}")) for n in range(5)]
    desk.subscribe(press.says(FEED, rss(*items[:4]), rss(*items)))
    assert desk.run().new == 4
    desk.clock.forward(hours=1)
    assert desk.run().new == 1
    assert sorted(a.title for a in desk.announced) == [f"Titel {n}" for n in range(5)]


def test_a_title_edited_thirty_times_is_one_article_of_24_versions(
    press: ScriptedPublisher, desk: Installation
) -> None:
    desk.subscribe(press.url + FEED, every=0.0)
    for n in range(30):
        link = press.page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        press.says(FEED, rss(item("1", f"Fassung {n}", link)))
        desk.run()
        desk.clock.forward(minutes=15)
    assert [a.revision for a in desk.announced] == list(range(1, 25))
    assert the_article(desk).revision == 24
    assert press.asked("/1") == 30


@ON_EVERY_DATABASE
def test_edits_in_quick_succession_are_told_ten_minutes_apart(
    press: ScriptedPublisher, desk: Installation
) -> None:
    desk.subscribe(press.url + FEED, tier="A")
    for n in range(12):
        link = press.page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        press.says(FEED, rss(item("1", f"Fassung {n}", link)))
        desk.run()
        desk.clock.forward(minutes=6)
    times = [a.fetched_at for a in desk.announced]
    assert len(times) > 3
    assert all(b - a >= timedelta(minutes=10) for a, b in pairwise(times))
    desk.clock.forward(minutes=10)
    desk.run()
    assert desk.announced[-1].title == "Fassung 11"


def test_who_asks_for_a_feed_more_often_hears_of_edits_as_often(
    press: ScriptedPublisher, desk: Installation
) -> None:
    desk.subscribe(press.url + FEED, every=0.0)
    for n in range(3):
        link = press.page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        press.says(FEED, rss(item("1", f"Fassung {n}", link)))
        desk.run()
        desk.clock.forward(seconds=5)
    assert [a.title for a in desk.announced] == ["Fassung 0", "Fassung 1", "Fassung 2"]


def test_an_edit_that_changes_nothing_to_read_is_not_told(
    press: ScriptedPublisher, desk: Installation
) -> None:
    link = press.page("/1", "Eins")
    edited = item("1", "Eins", link, published=MONDAY)
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link)), rss(edited)), every=0.0)
    desk.run()
    desk.clock.forward(hours=1)
    assert desk.run() == IngestCounts(polled=1, known=1)
    assert desk.dispositions.of("ingest")["unchanged"] == 1
    assert len(desk.announced) == 1


def test_every_entry_ends_with_exactly_one_disposition(
    press: ScriptedPublisher, desk: Installation
) -> None:
    good = press.page("/1", "Eins")
    items = [
        item("1", "Eins", good),
        item("2", "Eins", good),
        item("3", "Drei", press.says("/3", Answer(status=403)), summary="S"),
        item("4", "Vier", press.says("/4", Answer(status=500)), summary="S"),
        item("5", "", press.says("/5", Answer(status=404))),
        item("6", "Ohne Link"),
    ]
    desk.subscribe(press.says(FEED, rss(*items)), every=0.0)
    desk.run()
    assert sum(desk.dispositions.of("ingest").values()) == 6
    desk.run()
    assert sum(desk.dispositions.of("ingest").values()) == 12
    with desk.store.read() as connection:
        rows = entries.find_by_keys(connection, next(iter(desk.catalog.feeds)).id, "123456")
    assert {r.state for r in rows.values()} <= {"done", "pending"}


def test_a_page_with_a_text_too_long_for_a_record_is_cut(
    press: ScriptedPublisher, desk: Installation
) -> None:
    desk.settings = desk.settings.model_copy(update={"streams_max_record_bytes": 20_000})
    link = press.page("/1", "Eins", "\n".join(f"{n}. {TEXT}" for n in range(200)))
    desk.subscribe(press.says(FEED, rss(item("1", "Eins", link))))
    desk.run()
    [article] = desk.announced
    assert 4_000 < len(article.to_json()) <= 10_000


class Stumbling(InThread):
    """Extraction with faults of our own in it: it breaks, or gives what cannot be."""

    async def extract(
        self, body: bytes, *, url: str, content_type: str | None, hints: PageHints, now: datetime
    ) -> ExtractedPage:
        if url.endswith("/1"):
            raise RuntimeError("a mistake of ours")
        found = await super().extract(
            body, url=url, content_type=content_type, hints=hints, now=now
        )
        naive = datetime(2026, 11, 16)  # noqa: DTZ001
        wrong = replace(found, published_at=naive, published_source="jsonld")
        return wrong if url.endswith("/2") else found


@ON_EVERY_DATABASE
def test_a_mistake_of_ours_loses_no_article_and_stops_no_other(
    press: ScriptedPublisher, desk: Installation
) -> None:
    desk.extract = Stumbling()
    items = [item(str(n), f"Titel {n}", press.page(f"/{n}", f"Titel {n}")) for n in range(4)]
    desk.subscribe(press.says(FEED, rss(*items)))
    assert desk.run().new == 4
    press.says(FEED, Answer(status=304))
    for _ in range(6):
        desk.clock.forward(hours=1)
        desk.run()
    attempts = desk.settings.fetch_page_attempts
    assert (press.asked("/1"), press.asked("/2"), press.asked("/3")) == (attempts, attempts, 1)
    assert desk.dispositions.of("ingest")["feed_text"] == 2
    assert {a.title: a.text_source for a in desk.announced} == {
        "Titel 0": "page",
        "Titel 1": "feed",
        "Titel 2": "feed",
        "Titel 3": "page",
    }


@ON_EVERY_DATABASE
def test_an_entry_that_cannot_be_made_an_article_at_all_is_set_aside(
    press: ScriptedPublisher, desk: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a mistake of ours")

    desk.subscribe(press.says(FEED, rss(item("1", "Eins", press.page("/1", "Eins"))), rss()))
    with monkeypatch.context() as patched:
        patched.setattr("ingest.revise.decide", broken)
        for _ in range(6):
            assert desk.run().new == 0
            desk.clock.forward(hours=1)
    assert desk.dispositions.of("ingest") == {"internal_error": 1}
