"""Live pages are read again while they change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from core.store import rereads
from ingest.rereads.follow_ups import fastest_reread, next_live
from tests.support.records import feed_record
from tests.support.scripted_publisher import (
    MONDAY,
    TEXT,
    Installation,
    ScriptedPublisher,
    item,
    rss,
)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

CASES = [
    # since the first sight, since the last change, until the announced end, next read after
    (0 * HOUR, 0 * HOUR, None, 15 * MINUTE),
    (2 * HOUR, 1 * HOUR, None, 30 * MINUTE),
    (9 * HOUR, 8 * HOUR, None, 2 * HOUR),
    (13 * HOUR, 12 * HOUR, None, None),
    (71 * HOUR, 0 * HOUR, None, 15 * MINUTE),
    (72 * HOUR, 0 * HOUR, None, None),
    (1 * HOUR, 0 * HOUR, MINUTE, 15 * MINUTE),
    (1 * HOUR, 0 * HOUR, 0 * MINUTE, None),
    (1 * HOUR, 0 * HOUR, -MINUTE, None),
]


@pytest.mark.parametrize(("seen", "quiet", "left", "due"), CASES)
def test_a_live_page_is_read_the_less_often_the_longer_it_is_quiet(
    seen: timedelta, quiet: timedelta, left: timedelta | None, due: timedelta | None
) -> None:
    until = None if left is None else MONDAY + left
    then = next_live(MONDAY, MONDAY - seen, MONDAY - quiet, until)
    assert (then and then - MONDAY) == due


@pytest.mark.parametrize(
    ("every_s", "fastest"), [(None, 15 * MINUTE), (3600.0, 15 * MINUTE), (60.0, MINUTE)]
)
def test_a_feed_that_is_polled_more_often_has_its_live_pages_read_as_often(
    every_s: float | None, fastest: timedelta
) -> None:
    feed = replace(feed_record(), every_s=every_s)
    assert fastest_reread(feed) == fastest
    assert next_live(MONDAY, MONDAY, MONDAY, None, fastest) == MONDAY + fastest


@pytest.mark.slow
def test_a_live_page_is_read_again_while_it_changes_though_nobody_was_told(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    def publish(text: str, ends: str = "") -> None:
        for path, kind, until in (
            ("/blog", "LiveBlogPosting", ends),
            ("/ende", "NewsArticle", ends or "2026-11-18T00:00:00Z"),
        ):
            data = {"@type": kind, "headline": "Hochwasser", "coverageEndTime": until}
            head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
            publisher.serve_page(path, f"Hochwasser {path[1:]}", text, head)

    def revisions(**span: float) -> list[int]:
        installation.clock.advance(**span)
        installation.run()
        return [a.revision for a in installation.announced]

    publish(TEXT)
    links = [publisher.url + path for path in ("/blog", "/ende")]
    entries = [item(link, f"Hochwasser {link[-4:]}", link) for link in links]
    installation.subscribe(publisher.serve("/feed.xml", rss(*entries)))
    assert revisions() == [1, 1]
    assert revisions(minutes=14) == [1, 1]
    publish(f"{TEXT}\n10.15 Uhr: Am Abend brach der Damm in Elstertal, drei Dörfer sind geräumt.")
    assert revisions(minutes=2) == [1, 1, 2, 2]
    publish(f"{TEXT}\n10.40 Uhr: Das Wasser sinkt nun langsam.", "2026-11-16T09:20:00Z")
    assert revisions(minutes=20) == [1, 1, 2, 2, 3, 3]  # the last time: it has ended
    assert all(revisions(hours=3) == [1, 1, 2, 2, 3, 3] for _ in range(2))
    with installation.store.read() as connection:
        for article in installation.announced:
            assert rereads.find(connection, article.article_id, rereads.LIVE) is None
    assert len(publisher.requests_for("/blog")) == 3
