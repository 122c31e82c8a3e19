"""The sections of an outlet show one story each in a way of its own: it is announced once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from config.settings import Settings
from core.ids import article_id
from core.store import Store, articles, entries, feeds
from core.store.entries import PENDING
from core.store.feed_record import FeedRecord
from ingest.entries.admit import admit
from ingest.entries.document_entries import load_known_entries, store_admission
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed
from tests.ingest.sources.documents import item, rss
from tests.support.records import article_record, feed_record
from tests.support.schemas import new_sqlite
from tests.support.scripted_publisher import MONDAY

SETTINGS = Settings(_env_file=None)
LIST = "https://bote.example.org/sport/segeln"
ONE = "Drei Boote kentern vor der Insel im Sturm"
TWO = "Regatta beginnt einen Tag später als geplant"
THREE = "Verband wählt im März einen neuen Vorstand"

Shown = tuple[str, str, str]
"""A headline, its link and the text below."""


class Newsroom:
    """Feeds that are read without a network; an entry whose page is due is read at once."""

    def __init__(self, folder: Path) -> None:
        self.store = Store.open(new_sqlite(folder))
        self.feeds: dict[str, FeedRecord] = {}
        self.now = MONDAY
        self.announced: list[str] = []

    def show(self, name: str, *shown: Shown, page: str = "ok", outlet: str = "bote") -> None:
        """Let a feed show entries; ``page`` is what their pages are found to be."""
        self.now += timedelta(minutes=10)
        with self.store.write() as connection:
            if name not in self.feeds:
                self.feeds[name] = feed_record(
                    feed_id=name, outlet=outlet, url=f"https://bote.example.org/{name}.xml",
                    last_200_at=MONDAY,
                )  # fmt: skip
                feeds.sync(connection, list(self.feeds.values()), self.now)
            feed = self.feeds[name]
            items = (item(title=t, link=u, guid=name + u + t, description=d) for t, u, d in shown)
            hashes = entries.load_content_hashes(connection, name)
            context = ParseContext(
                url=feed.url, now=self.now, known=hashes, limit=100, level=feed.key_level
            )
            parsed = parse_feed(rss(*items), context)
            known = load_known_entries(connection, feed, parsed, self.now)
            admission = admit(feed, parsed, known, self.now, SETTINGS)
            store_admission(connection, feed, admission, self.now)
            self.feeds[name] = replace(feed, key_level=admission.level)
            for row in entries.find_by_keys(connection, name, admission.keys).values():
                if row.state != PENDING:
                    continue
                made = row.article_id or article_id(row.url_key)
                if articles.find(connection, made) is None:
                    self.announced.append(row.title)
                    record = article_record(
                        article_id=made, url_key=row.url_key, url=row.url, feed_id=name
                    )
                    values = {c.key: getattr(record, c.key) for c in articles.articles.c}
                    connection.execute(articles.articles.insert().values(**values))
                done = {"state": "done", "article_id": made, "page_outcome": page}
                connection.execute(
                    update(entries.entries).where(entries.entries.c.id == row.id).values(**done)
                )


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    newsroom = Newsroom(tmp_path)
    yield newsroom
    newsroom.store.close()


def at(link: str, *titles: str) -> Sequence[Shown]:
    return [(title, link, "Von der Küste.") for title in titles]


def test_notices_at_one_page_that_two_sections_show_are_new_once(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE, TWO, THREE))
    newsroom.show("sport", *at(LIST, THREE))
    newsroom.show("segeln", *at(LIST, TWO, ONE, THREE))
    assert sorted(newsroom.announced) == sorted([ONE, TWO, THREE])


def test_the_first_notice_at_a_page_is_no_other_one_beside_more(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE), page="section_page")
    newsroom.show("sport", *at(LIST, ONE, TWO, THREE))
    assert sorted(newsroom.announced) == sorted([ONE, TWO, THREE])


def test_another_headline_at_a_page_of_no_entry_is_another_story(newsroom: Newsroom) -> None:
    for page in ("section_page", "list_page", "other_page"):
        newsroom.show("index", *at(f"{LIST}/{page}", f"{page}: {ONE}"), page=page)
        newsroom.show("sport", *at(f"{LIST}/{page}", TWO))
    assert newsroom.announced.count(TWO) == 3


def test_an_edited_headline_at_a_page_of_no_entry_is_the_same_story(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE), page="section_page")
    newsroom.show("sport", *at(LIST, f"{ONE}: was wir wissen"))
    assert newsroom.announced == [ONE]


def test_another_headline_at_the_page_of_an_article_is_that_article(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE))
    newsroom.show("sport", *at(LIST, TWO))
    assert newsroom.announced == [ONE]


def test_another_headline_at_a_page_of_notices_is_another_story(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE, TWO, THREE))
    newsroom.show("sport", *at(LIST, "Hafen sperrt die Einfahrt für große Yachten"))
    assert len(newsroom.announced) == 4


def test_a_short_headline_may_stand_over_another_text(newsroom: Newsroom) -> None:
    short = "Kurz gemeldet"
    newsroom.show("index", *at(LIST, ONE, TWO), (short, LIST, "Ein Tau ist gerissen."))
    newsroom.show("sport", (short, LIST, "Ein Tau ist gerissen."))
    newsroom.show("segeln", (short, LIST, "Der Wind dreht auf Nordost."))
    assert newsroom.announced.count(short) == 2


def test_notices_of_another_outlet_are_its_own(newsroom: Newsroom) -> None:
    newsroom.show("index", *at(LIST, ONE, TWO, THREE))
    newsroom.show("other", *at(LIST, ONE, TWO, THREE), outlet="kurier")
    assert len(newsroom.announced) == 6


def test_a_headline_with_a_kicker_is_shown_twice_and_one_that_goes_on_is_another(
    newsroom: Newsroom,
) -> None:
    page = "https://bote.example.org/a/1"
    newsroom.show("index", *at(page, ONE, f"Segeln: {ONE}"))
    newsroom.show("sport", *at(page, f"Wetter: {ONE}"))
    assert newsroom.announced == [ONE]
    newsroom.show("index", *at(page, ONE, f"{ONE}: zwei Tote"))
    assert newsroom.announced == [ONE, f"{ONE}: zwei Tote"]
