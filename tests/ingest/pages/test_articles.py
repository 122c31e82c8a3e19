"""Entries become articles, with pages from a real server."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from core.store import articles, entries
from core.store.articles import ArticleRecord
from core.store.sightings import load_listings, load_sightings
from ingest.service import IngestCounts
from tests.support.newsroom import Answer
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    HTML,
    MONDAY,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

FEED = "/feed.xml"
CANONICAL = '<link rel="canonical" href="{}">'


def the_article(installation: Installation) -> ArticleRecord:
    ids = {a.article_id for a in installation.announced}
    assert len(ids) == 1
    with installation.store.read() as connection:
        found = articles.find_by_id_or_url(connection, ids.pop())
    assert found is not None
    return found


def shown_by(installation: Installation, article_id: str) -> list[str]:
    with installation.store.read() as connection:
        return [feed for feed, _, _ in load_sightings(connection, article_id)]


def test_an_article_has_the_text_of_its_page(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page("/1", "Uferstraße: Entscheidung vertagt")
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Uferstraße", link, summary="Der Rat tagt.")))
    )
    assert installation.run().new == 1
    [article] = installation.announced
    assert article.text_source == "page"
    assert "Die Bürgermeisterin kündigte an" in article.text
    assert (article.revision, article.url, article.outlet) == (1, link, "kurier")
    assert (article.first_seen_at, article.fetched_at) == (MONDAY, MONDAY)
    with installation.store.read() as connection:
        assert articles.load_revisions(connection, article.article_id) == [article]


@ON_EVERY_DATABASE
def test_the_same_article_in_three_feeds_is_one(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page("/1?id=7", "Eins")
    publisher.serve_page("/1?id=8", "Zwei")
    for marks in ("&utm_source=rss", "&wt_mc=push"):
        publisher.serve_page(f"/1?id=7{marks}", "Eins")
    feeds = [
        publisher.serve("/a.xml", rss(item("a", "Eins", link + "&utm_source=rss"))),
        publisher.serve("/b.xml", rss(item("b", "Eins!", link + "#ref=rss"))),
        publisher.serve("/c.xml", rss(item("c", "Eins", link + "&wt_mc=push"))),
    ]
    ids = installation.subscribe(*feeds)
    assert installation.run() == IngestCounts(polled=3, new=1, known=2)
    article = the_article(installation)
    assert sorted(shown_by(installation, article.article_id)) == sorted(ids)
    assert installation.dispositions.of("ingest") == {"article_new": 1, "copy_url": 2}
    publisher.serve("/c.xml", rss(item("d", "Zwei", publisher.url + "/1?id=8")))
    installation.clock.advance(hours=1)
    assert installation.run().new == 1


@pytest.mark.slow
def test_an_article_that_an_aggregator_announced_gets_the_full_text_of_the_outlets_own_feed(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    """The pages cannot be read: one is refused, the other fails for a while."""
    refused = publisher.serve("/1", Answer(status=403))
    failing = publisher.serve("/2", Answer(status=503))
    short, full = "Der Deich hält.", " ".join(TEXT.split("\n"))
    publisher.serve(
        "/all.xml",
        rss(
            item("a", "Deich", refused + "?utm_source=all", summary=short),
            item("b", "Damm", failing, summary=short),
        ),
    )
    [aggregator] = installation.subscribe(publisher.url + "/all.xml", outlet="sammler")
    assert installation.run().new == 2
    own = [
        item("1", "Deich", refused + "?utm_source=own", summary=full),
        item("2", "Damm", failing, summary=full),
    ]
    [outlet] = installation.subscribe(publisher.serve("/own.xml", rss(*own)), outlet="bote")
    for _ in range(4):
        installation.clock.advance(minutes=40)
        installation.run()
    for title in ("Deich", "Damm"):
        first, second = [a for a in installation.announced if a.title == title]
        assert (first.lead + first.text, second.revision) == (short, 2)
        assert len(second.lead + second.text) > 5 * len(short)
        with installation.store.read() as connection:
            listings = load_listings(connection, [first.article_id])[first.article_id]
            shown = [feed for feed, _, _ in load_sightings(connection, first.article_id)]
        assert shown == [aggregator, outlet]
        assert [(each.outlet, "utm" in each.url) for each in listings] == [
            ("sammler", False),
            ("bote", False),
        ]


@ON_EVERY_DATABASE
def test_two_links_with_the_same_canonical_url_are_one_article(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    home = publisher.url_for("www.kurier.example.org", "")
    head = CANONICAL.format(f"{home}/rat/artikel-47113")
    for path in ("/amp/artikel-47113", "/druck/47113"):
        publisher.serve_page(path, "Eins", head=head)
    installation.subscribe(
        publisher.serve("/a.xml", rss(item("a", "Eins", f"{home}/amp/artikel-47113")))
    )
    installation.subscribe(
        publisher.serve("/b.xml", rss(item("b", "Eins", f"{home}/druck/47113"))), outlet="bote"
    )
    assert installation.run() == IngestCounts(polled=2, new=1, known=1)
    assert installation.announced[0].url == f"{home}/rat/artikel-47113"
    assert len(shown_by(installation, the_article(installation).article_id)) == 2


def test_pages_that_all_claim_the_same_canonical_url_are_separate_articles(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    login = publisher.serve_page("/login", "Anmelden")
    for n in range(3):
        publisher.serve(f"/{n}", Answer(status=302, headers={"Location": login}))
    items = [item(str(n), f"Titel {n}", f"{publisher.url}/{n}", summary=f"S{n}") for n in range(3)]
    installation.subscribe(publisher.serve(FEED, rss(*items)))
    assert installation.run().new == 3
    assert len({a.article_id for a in installation.announced}) == 3


@ON_EVERY_DATABASE
def test_the_text_of_the_feed_is_announced_until_a_failing_page_can_be_read(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve("/1", Answer(status=503), Answer(html("Eins"), headers=HTML))
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt heute.")))
    )
    assert installation.run() == IngestCounts(polled=1, new=1)
    installation.clock.advance(minutes=4)
    assert installation.run() == IngestCounts()
    installation.clock.advance(minutes=2)
    assert installation.run() == IngestCounts(revised=1)
    first, second = installation.announced
    assert (first.text_source, first.lead, first.text) == ("feed", "Der Rat tagt heute.", "")
    assert (second.revision, second.text_source) == (2, "page")
    assert second.article_id == first.article_id
    assert second.first_seen_at == first.first_seen_at
    installation.clock.advance(hours=1)
    publisher.serve(FEED, Answer(status=304))
    assert installation.run().revised == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_page_that_is_refused_is_not_requested_again(
    publisher: ScriptedPublisher, installation: Installation, status: int
) -> None:
    link = publisher.serve("/1", Answer(status=status))
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt.")))
    )
    assert installation.run().new == 1
    assert installation.announced[0].text_source == "feed"
    for _ in range(5):
        installation.clock.advance(hours=3)
        installation.run()
    assert publisher.asked("/1") == 1
    assert len(installation.announced) == 1


def test_robots_txt_is_respected_for_pages_and_not_for_feeds(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve("/robots.txt", Answer(b"User-agent: *\nDisallow: /"))
    link = publisher.serve_page("/1", "Eins")
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt.")))
    )
    assert installation.run().new == 1
    assert publisher.asked("/1") == 0
    assert installation.announced[0].lead == "Der Rat tagt."


@ON_EVERY_DATABASE
def test_robots_txt_is_requested_once_and_stored(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    items = [item(str(n), f"T{n}", publisher.serve_page(f"/{n}", f"T{n}")) for n in range(4)]
    installation.subscribe(publisher.serve(FEED, rss(*items[:2]), rss(*items)))
    installation.run()
    installation.clock.advance(hours=2)
    installation.run()
    assert publisher.asked("/robots.txt") == 1


def test_a_consent_wall_is_never_an_article(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve_page("/consent/", "Bevor Sie fortfahren", "Wir verwenden Cookies. " * 30)
    link = publisher.serve("/1", Answer(status=302, headers={"Location": "/consent/"}))
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt.")))
    )
    installation.run()
    [article] = installation.announced
    assert (article.text_source, article.lead, article.text) == ("feed", "Der Rat tagt.", "")


def test_the_text_of_the_feed_is_announced_if_a_link_leads_to_the_homepage(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve_page("/", "Startseite")
    link = publisher.serve("/1", Answer(status=302, headers={"Location": "/"}))
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link, summary="Der Rat tagt.")))
    )
    installation.run()
    assert [a.text_source for a in installation.announced] == ["feed"]


def test_entries_without_a_link_are_articles_too(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    feed = publisher.serve(
        FEED, rss(item("1", "Eins", summary="Erste Meldung."), item("2", "Zwei", summary="Zweite."))
    )
    installation.subscribe(feed)
    assert installation.run().new == 2
    assert {(a.title, a.lead, a.url) for a in installation.announced} == {
        ("Eins", "Erste Meldung.", feed),
        ("Zwei", "Zweite.", feed),
    }


@ON_EVERY_DATABASE
def test_a_changed_guid_makes_no_second_article(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page("/1", "Eins")
    old = item("http://kurier.example.org/?p=1", "Eins", link)
    new = item("https://kurier.example.org/?p=1", "Eins", link)
    installation.subscribe(publisher.serve(FEED, rss(old), rss(new)), every=0.0)
    installation.run()
    installation.clock.advance(hours=1)
    assert installation.run() == IngestCounts(polled=1, known=1)
    assert len(installation.announced) == 1


def test_no_entry_is_lost_if_all_have_the_same_guid(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    items = [
        item("same", f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in range(5)
    ]
    installation.subscribe(publisher.serve(FEED, rss(*items[:4]), rss(*items)))
    assert installation.run().new == 4
    installation.clock.advance(hours=1)
    assert installation.run().new == 1
    assert sorted(a.title for a in installation.announced) == [f"Titel {n}" for n in range(5)]


@pytest.mark.slow
def test_a_live_page_that_changes_thirty_times_has_thirty_revisions(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.url + FEED, every=0.0)
    for n in range(30):
        link = publisher.serve_page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        publisher.serve(FEED, rss(item("1", f"Fassung {n}", link)))
        installation.run()
        installation.clock.advance(minutes=15)
    assert [a.revision for a in installation.announced] == list(range(1, 31))
    assert the_article(installation).revision == 30
    assert publisher.asked("/1") == 30


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_edits_in_quick_succession_are_announced_ten_minutes_apart(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.url + FEED, tier="A")
    for n in range(12):
        link = publisher.serve_page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        publisher.serve(FEED, rss(item("1", f"Fassung {n}", link)))
        installation.run()
        installation.clock.advance(minutes=6)
    times = [a.fetched_at for a in installation.announced]
    assert len(times) > 3
    assert all(b - a >= timedelta(minutes=10) for a, b in pairwise(times))
    installation.clock.advance(minutes=10)
    installation.run()
    assert installation.announced[-1].title == "Fassung 11"


def test_edits_are_announced_as_often_as_a_short_explicit_interval(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.subscribe(publisher.url + FEED, every=0.0)
    for n in range(3):
        link = publisher.serve_page("/1", f"Fassung {n}", f"Fassung {n}. {TEXT}")
        publisher.serve(FEED, rss(item("1", f"Fassung {n}", link)))
        installation.run()
        installation.clock.advance(seconds=5)
    assert [a.title for a in installation.announced] == ["Fassung 0", "Fassung 1", "Fassung 2"]


def test_an_edit_without_a_visible_change_is_not_announced(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve_page("/1", "Eins")
    edited = item("1", "Eins", link, published=MONDAY)
    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", link)), rss(edited)), every=0.0
    )
    installation.run()
    installation.clock.advance(hours=1)
    assert installation.run() == IngestCounts(polled=1, known=1)
    assert installation.dispositions.of("ingest")["unchanged"] == 1
    assert len(installation.announced) == 1


def test_every_entry_ends_with_exactly_one_disposition(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    good = publisher.serve_page("/1", "Eins")
    items = [
        item("1", "Eins", good),
        item("2", "Eins", good),
        item("3", "Drei", publisher.serve("/3", Answer(status=403)), summary="S"),
        item("4", "Vier", publisher.serve("/4", Answer(status=500)), summary="S"),
        item("5", "", publisher.serve("/5", Answer(status=404))),
        item("6", "Ohne Link"),
    ]
    installation.subscribe(publisher.serve(FEED, rss(*items)), every=0.0)
    installation.run()
    assert sum(installation.dispositions.of("ingest").values()) == 6
    installation.run()
    assert sum(installation.dispositions.of("ingest").values()) == 12
    with installation.store.read() as connection:
        rows = entries.find_by_keys(connection, next(iter(installation.catalog.feeds)).id, "123456")
    assert {r.state for r in rows.values()} <= {"done", "pending"}


def test_a_text_too_long_for_a_record_is_shortened(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.settings = installation.settings.model_copy(
        update={"streams_max_record_bytes": 20_000}
    )
    link = publisher.serve_page("/1", "Eins", "\n".join(f"{n}. {TEXT}" for n in range(200)))
    installation.subscribe(publisher.serve(FEED, rss(item("1", "Eins", link))))
    installation.run()
    [article] = installation.announced
    assert 4_000 < len(article.to_json()) <= 10_000
