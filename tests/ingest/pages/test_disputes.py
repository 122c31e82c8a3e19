"""Both texts of a disputed page are stored with its article, and go when the page is mended."""

from __future__ import annotations

import json

from config.catalog.models import Selectors
from core.store.disputed_pages import DisputedPage, list_disputed
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

FEED, TITLE = "/feed.xml", "Uferstraße: Entscheidung vertagt"


def disputed(installation: Installation) -> list[DisputedPage]:
    with installation.store.read() as connection:
        return list_disputed(connection)


def test_a_disputed_page_is_stored_until_it_is_read_otherwise(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    beginning = TEXT.split("\n", maxsplit=1)[0]
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT * 3}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    link = publisher.serve("/1", Answer(html(TITLE, beginning, head), headers=HTML))
    installation.subscribe(publisher.serve(FEED, rss(item("1", TITLE, link))), every=0.0)
    assert installation.run().new == 1
    [article] = installation.announced
    assert article.flags == ("disputed",)
    [page] = disputed(installation)
    assert (page.article_id, page.url, page.outlet) == (article.article_id, link, "kurier")
    assert (page.source, page.other_source, page.reason) == ("jsonld", "page", "page_short")
    assert (page.text, page.other) == (article.text, beginning)
    publisher.serve("/1", Answer(html(TITLE, f"{TEXT}\n{TEXT[::-1]}"), headers=HTML))
    publisher.serve(FEED, rss(item("1", TITLE, link, summary="Neu.")))
    installation.clock.advance(hours=2)
    assert installation.run().revised == 1
    assert disputed(installation) == []
    assert installation.announced[-1].flags == ()


def test_the_selectors_of_an_outlet_reach_the_reading_of_its_pages(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    box = "Der Hafen von Norderau erhält im Sommer zwei neue Kräne, wie die Betreiber mitteilten."
    page = f"<h1>{TITLE}</h1><div class=comments id=a><p>{TEXT}</p><p class=b>{box}</p></div>"
    link = publisher.serve("/1", Answer(page.encode(), headers=HTML))
    feed = publisher.serve(FEED, rss(item("1", TITLE, link)))
    installation.subscribe(feed, selectors=Selectors(body="#a", remove=(".b", ".c")))
    assert installation.run().new == 1
    [article] = installation.announced
    assert f"{article.lead} {article.text}".strip() == TEXT.replace("\n", " ")
    assert [zone.zone for zone in article.zones] == ["removed"]
