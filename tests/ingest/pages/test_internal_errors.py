"""Errors of the program itself while it reads pages: nothing is lost, nothing else is stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from core.store import rereads
from core.store.articles import article_revisions
from core.store.rereads import TOLD
from ingest.extract import ExtractedPage, PageHints
from tests.support.newsroom import Answer
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    InProcessExtractor,
    Installation,
    ScriptedPublisher,
    item,
    rss,
)

FEED = "/feed.xml"


class Stumbling(InProcessExtractor):
    """Extraction with internal errors: it raises, or returns impossible values."""

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None,
        hints: PageHints,
        now: datetime,
        outlet: str = "",
    ) -> ExtractedPage:
        if url.endswith("/1"):
            raise RuntimeError("a mistake of ours")
        found = await super().extract(
            body, url=url, content_type=content_type, hints=hints, now=now, outlet=outlet
        )
        naive = datetime(2026, 11, 16)  # noqa: DTZ001
        wrong = replace(found, published_at=naive, published_source="jsonld")
        return wrong if url.endswith("/2") else found


@ON_EVERY_DATABASE
def test_an_internal_error_loses_no_article_and_stops_no_other(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.extract = Stumbling()
    items = [
        item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in range(4)
    ]
    installation.subscribe(publisher.serve(FEED, rss(*items)))
    assert installation.run().new == 4
    publisher.serve(FEED, Answer(status=304))
    for _ in range(6):
        installation.clock.advance(hours=1)
        installation.run()
    attempts = installation.settings.fetch_page_attempts
    assert (publisher.asked("/1"), publisher.asked("/2"), publisher.asked("/3")) == (
        attempts,
        attempts,
        1,
    )
    assert installation.dispositions.of("ingest")["feed_text"] == 2
    assert {a.title: a.text_source for a in installation.announced} == {
        "Titel 0": "page",
        "Titel 1": "feed",
        "Titel 2": "feed",
        "Titel 3": "page",
    }


def test_an_internal_error_at_a_page_that_is_read_again_stops_no_other(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    items = [
        item(str(n), f"Titel {n}", publisher.serve_page(f"/{n}", f"Titel {n}")) for n in (2, 3, 4)
    ]
    installation.subscribe(publisher.serve(FEED, rss(*items), Answer(status=304)))
    installation.run()
    ids = {article.title: article.article_id for article in installation.announced}
    installation.clock.advance(hours=1)
    now = installation.clock()
    with installation.store.write() as connection:
        for article in installation.announced:
            rereads.schedule(connection, article.article_id, reason=TOLD, now=now, due_at=now)
        unreadable = article_revisions.c.article_id == ids["Titel 4"]
        connection.execute(article_revisions.update().where(unreadable).values(record="{}"))
    for n in (2, 3):
        publisher.serve_page(f"/{n}", f"Titel {n}: neu")
    installation.extract = Stumbling()
    installation.run()
    assert [a.title for a in installation.announced if a.revision > 1] == ["Titel 3: neu"]
    with installation.store.read() as connection:
        rows = [rereads.find(connection, ids[title]) for title in ("Titel 2", "Titel 4")]
    failed = [(row.outcome, row.attempts, row.due_at > now) for row in rows if row is not None]
    assert failed == [("internal", 1, True)] * 2


@ON_EVERY_DATABASE
def test_an_entry_that_always_fails_ends_with_an_internal_error(
    publisher: ScriptedPublisher, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("a mistake of ours")

    installation.subscribe(
        publisher.serve(FEED, rss(item("1", "Eins", publisher.serve_page("/1", "Eins"))), rss())
    )
    with monkeypatch.context() as patched:
        patched.setattr("ingest.pages.revise.decide", broken)
        for _ in range(6):
            assert installation.run().new == 0
            installation.clock.advance(hours=1)
    assert installation.dispositions.of("ingest") == {"internal_error": 1}
