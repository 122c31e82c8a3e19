"""Pages that answer 200 and are not the article are read again; the feed's text stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.messages import ArticleRevision
from core.store import entries, hosts
from core.store.entries import DONE, PENDING
from ingest.pages.wrong_pages import WRONG_PAGE_WAITS
from ingest.rereads.attempt import load_article
from ingest.service import IngestCounts
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    TEXT,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

FEED = "/feed.xml"
SUMMARY = (
    "Bei Hasselwerder ist in der Nacht der Deich gebrochen, zwölf Höfe stehen unter Wasser. "
    "Die Feuerwehr bringt Bewohner mit Booten in Sicherheit."
)
TITLE = "Deich bricht bei Sturm"
NOT_FOUND = Answer(
    html("Seite nicht gefunden", "Die gesuchte Seite konnte leider nicht gefunden werden."),
    headers=HTML,
)
ARTICLE = Answer(html(TITLE, f"{SUMMARY}\n{TEXT}"), headers=HTML)


def stub(target: str, *, delay: str = "0", title: str = "Weiterleitung") -> Answer:
    body = (
        f"<html><head><meta http-equiv=Refresh content=\"{delay}; URL='{target}'\"><title>{title}"
        "</title></head><body><p>Sie werden weitergeleitet. Falls nicht, <a href=/>hier klicken</a>"
        ".</p></body></html>"
    )
    return Answer(body.encode(), headers=HTML)


def announced_by_title(installation: Installation) -> dict[str, ArticleRevision]:
    return {article.title: article for article in installation.announced}


def test_a_soft_404_is_no_article_and_is_read_again_until_the_page_is_there(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve("/1", NOT_FOUND, NOT_FOUND, ARTICLE)
    installation.subscribe(publisher.serve(FEED, rss(item("1", TITLE, link, summary=SUMMARY))))
    assert installation.run() == IngestCounts(polled=1, new=1)
    [first] = installation.announced
    assert (first.text_source, first.flags) == ("feed", ("not_found_page",))
    assert (first.title, first.lead, first.text) == (TITLE, SUMMARY, "")
    installation.clock.advance(minutes=11)
    installation.run()
    assert len(installation.announced) == 1
    installation.clock.advance(hours=2, minutes=1)
    installation.run()
    [_, second] = installation.announced
    assert (second.revision, second.text_source, second.flags) == (2, "page", ())
    assert "Die Bürgermeisterin kündigte an" in second.text


def test_after_a_day_the_text_of_the_feed_stays(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.serve("/1", NOT_FOUND, Answer(status=503), NOT_FOUND)
    [feed] = installation.subscribe(
        publisher.serve(FEED, rss(item("1", TITLE, link, summary=SUMMARY)))
    )
    installation.run()
    for wait in WRONG_PAGE_WAITS:
        installation.clock.advance(seconds=(wait - timedelta(minutes=1)).total_seconds())
        installation.run()
        with installation.store.read() as connection:
            assert entries.find_by_keys(connection, feed, ["1"])["1"].state == PENDING
        installation.clock.advance(minutes=2)
        installation.run()
    with installation.store.read() as connection:
        entry = entries.find_by_keys(connection, feed, ["1"])["1"]
    assert (entry.state, entry.disposition) == (DONE, "feed_text")
    assert len(publisher.requests_for("/1")) == 1 + len(WRONG_PAGE_WAITS)
    assert len(installation.announced) == 1


def test_where_a_page_leads_at_once_the_article_is_read(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    def linked(path: str, answer: Answer, title: str) -> str:
        return item(path, title, publisher.serve(path, answer), summary=SUMMARY)

    far = publisher.url_for("ziel.example.org", "/robotersperre/9")
    titles = [
        "Meta führt weiter", "Header führt weiter", "Fremder Host führt weiter",
        "Schleife führt weiter", "Kette führt weiter", "Skript führt weiter",
        "Spät führt weiter", "Sperre führt weiter",
    ]  # fmt: skip
    targets = [publisher.serve_page(f"/ziel{n}", title) for n, title in enumerate(titles)]
    for n in range(9):
        publisher.serve(f"/kette{n}", stub(f"/kette{n + 1}"))
    bare = html("Moment", "")
    script = f"<html><script>location.replace('{targets[5]}')</script></html>".encode()
    items = [
        linked("/r0", stub("/ziel0", delay="3"), titles[0]),
        linked("/r1", Answer(bare, headers=HTML | {"Refresh": "0;url=/ziel1"}), titles[1]),
        linked("/r2", stub(publisher.url_for("ziel.example.org", "/ziel2")), titles[2]),
        linked("/r3", stub("/r3b"), titles[3]),
        linked("/r4", stub("/kette0"), titles[4]),
        linked("/r5", Answer(script, headers=HTML), titles[5]),
        linked("/r6", stub("/ziel6", delay="300"), titles[6]),
        linked("/r7", stub(far), titles[7]),
    ]
    publisher.serve("/r3b", stub("/r3"))
    publisher.serve("/robots.txt", Answer(b"User-agent: *\nDisallow: /robotersperre/"))
    installation.subscribe(publisher.serve(FEED, rss(*items)))
    assert installation.run().new == len(items)
    found = announced_by_title(installation)
    assert found[titles[0]].url == targets[0]
    assert found[titles[1]].url == targets[1]
    assert found[titles[2]].url == publisher.url_for("ziel.example.org", "/ziel2")
    assert [found[title].text_source for title in titles] == ["page"] * 3 + ["feed"] * 5
    assert [found[title].flags for title in titles[3:]] == [
        ("interstitial",), (), ("redirect_stub",), ("interstitial",), (),
    ]  # fmt: skip
    assert len([r for r in publisher.requests if r.path.startswith("/kette")]) == 5
    assert not publisher.requests_for("/robotersperre/9")


def test_an_article_that_a_foreign_feed_brings_first_is_that_of_its_own_outlet(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = publisher.url_for("www.bote.example.org", "/deich-471130")
    publisher.serve("/deich-471130", ARTICLE)
    entry = item("1", TITLE, link, summary=SUMMARY)
    installation.subscribe(publisher.serve(FEED, rss(entry)), outlet="sammler")
    publisher.serve("/bote.xml", rss())
    installation.subscribe(publisher.url_for("www.bote.example.org", "/bote.xml"), outlet="bote")
    installation.run()
    [article] = installation.announced
    assert (article.outlet, article.feed_id.partition("-")[0]) == ("bote", "sammler")
    assert article.text_source == "page"


def test_a_link_of_google_news_is_not_requested_and_gives_its_title_alone(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    link = "https://news.google.com/rss/articles/CBMiQ0FVX3lxTE9?oc=5"
    summary = f'<a href="{link}">{TITLE}</a>&nbsp;&nbsp;<font color="#6f6f6f">Bote</font>'
    installation.subscribe(publisher.serve(FEED, rss(item("1", TITLE, link, summary=summary))))
    assert installation.run().new == 1
    [article] = installation.announced
    assert (article.title, article.lead, article.text) == (TITLE, "", "")
    assert (article.text_source, article.flags) == ("feed", ())
    with installation.store.read() as connection:
        assert load_article(connection, article.article_id) is None  # nor is it read again


def test_an_entry_of_google_news_is_of_the_outlet_that_it_names_as_its_source(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    def from_site(number: int, host: str) -> str:
        link = f"https://news.google.com/rss/articles/CBMiQ0FVX3lxTE9{number}?oc=5"
        source = f"<source url='https://{host}'>Bote &amp; Kurier</source></item>"
        return item(str(number), f"{TITLE} {number} - Bote & Kurier", link).replace(
            "</item>", source
        )

    entries = [from_site(1, "www.bote-demo.de"), from_site(2, "www.andere-demo.de")]
    installation.subscribe(publisher.serve(FEED, rss(*entries)), outlet="sammler")
    publisher.serve("/bote.xml", rss())
    installation.subscribe(publisher.url_for("feeds.bote-demo.de", "/bote.xml"), outlet="bote")
    installation.run()
    outlets = {article.title: article.outlet for article in installation.announced}
    assert outlets == {f"{TITLE} 1": "bote", f"{TITLE} 2": "sammler"}


def test_a_page_of_a_bridge_that_asks_for_a_pause_pauses_no_other_of_its_pages(
    publisher: ScriptedPublisher, tmp_path: Path
) -> None:
    installation = Installation(tmp_path, http_bridges="rss.bridge-demo.de")
    busy = Answer(status=429, headers={"Retry-After": "3600"})
    link = publisher.url_for("rss.bridge-demo.de", "/bote/1")
    publisher.serve("/bote/1", busy)
    installation.subscribe(publisher.serve(FEED, rss(item("1", TITLE, link))))
    installation.run()
    with installation.store.read() as connection:
        assert list(hosts.load_pauses(connection, installation.clock())) == [link]
    installation.close()
