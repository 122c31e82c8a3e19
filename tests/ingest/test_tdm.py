"""Reservations of text and data mining: read from answers, noted by feed, honoured as set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.store.articles import articles
from core.store.feed_notes import load_feed_notes
from core.store.tdm_opt_outs import load_opted_out_outlets, tdm_opt_outs
from ingest.tdm import find_reservation
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

META = '<meta name="tdm-reservation" content="1">'
DAY = timedelta(days=1)


def test_a_reservation_is_read_from_the_header_or_the_head_of_a_page() -> None:
    for headers, body, expected in (
        ({"tdm-reservation": "1"}, "", "header"),
        ({"tdm-reservation": " 1 "}, "", "header"),
        ({"tdm-reservation": "0"}, META, "meta"),
        ({"tdm-reservation": "1"}, META.replace("1", "0"), None),
        ({}, META, "meta"),
        ({}, "<META content='1' NAME='TDM-Reservation' />", "meta"),
        ({}, "<meta name=tdm-reservation content=1>", "meta"),
        ({}, '<meta name="tdm-reservation" content="0">', None),
        ({}, '<meta name="tdm-reservation" content="10">', None),
        ({}, '<meta name="tdm-policy" content="1"><p>tdm-reservation</p>', None),
        ({}, "x" * 70_000 + META, None),
        ({}, "<meta " * 10_000 + "tdm-reservation", None),
        ({}, "", None),
    ):
        assert find_reservation(headers, body.encode()) == expected, (headers, body[:80])
    assert find_reservation({}, b"", in_file=True) == "tdmrep.json"
    assert find_reservation({"tdm-reservation": "0"}, b"", in_file=True) is None


@pytest.mark.slow
@pytest.mark.parametrize(("setting", "pages"), [("show", 2), ("no_pages", 1)])
def test_a_page_that_reserves_is_noted_and_further_pages_are_read_as_set(
    tmp_path: Path, publisher: ScriptedPublisher, setting: str, pages: int
) -> None:
    installation = Installation(tmp_path, tdm_opt_out=setting)
    try:
        urls = [publisher.serve_page(f"/{n}", f"Titel {n}", head=META) for n in (1, 2)]
        items = [item(str(n), f"Titel {n}", url) for n, url in enumerate(urls)]
        [feed] = installation.subscribe(publisher.serve("/feed.xml", rss(items[0])))
        installation.run()
        publisher.serve("/feed.xml", rss(*items))
        installation.clock.advance(hours=2)
        installation.run()
        assert sum(len(publisher.requests_for(f"/{n}")) for n in (1, 2)) == pages
        now = installation.clock()
        with installation.store.read() as connection:
            sources = sorted(connection.scalars(select(articles.c.text_source)))
            notes = load_feed_notes(connection, now)[feed]
            assert load_opted_out_outlets(connection, now) == {"kurier"}
            assert load_opted_out_outlets(connection, now + 31 * DAY) == set()
        assert sources == (["page", "page"] if pages == 2 else ["feed", "page"])
        assert [note.code for note in notes] == ["feed.tdm_reserved"]
    finally:
        installation.close()


@pytest.mark.slow
def test_a_header_of_the_feed_is_noted_once_a_day(
    tmp_path: Path, publisher: ScriptedPublisher
) -> None:
    installation = Installation(tmp_path)
    try:
        page = publisher.serve_page("/1", "Titel")
        document = rss(item("1", "Titel", page), tdm_reservation="1")
        installation.subscribe(publisher.serve("/feed.xml", document))
        seen = []
        for hours in (0, 3, 30):
            installation.clock.advance(hours=hours)
            installation.run()
            with installation.store.read() as connection:
                seen.append(connection.scalar(select(tdm_opt_outs.c.seen_at)))
        assert seen[0] == seen[1] != seen[2]
    finally:
        installation.close()
