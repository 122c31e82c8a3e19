"""Polls record which entries a feed still shows, so that those others can be forgotten."""

from __future__ import annotations

from sqlalchemy import select

from core.store.entries import entries
from core.store.retention import RULES, forget_all
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss


def test_an_entry_is_forgotten_once_its_feed_has_stopped_showing_it(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one, two, three = (
        item(n, n, publisher.serve_page(f"/{n}", n)) for n in ("one", "two", "three")
    )
    installation.subscribe(
        publisher.serve("/feed.xml", rss(two, one), rss(three, one), rss(three, one))
    )
    for _ in range(2):
        installation.run()
        installation.clock.advance(hours=72)
    before = installation.clock()
    assert forget_all(installation.store, RULES["entries"], before) == 1
    with installation.store.read() as connection:
        titles = set(connection.scalars(select(entries.c.title)))
    assert titles == {"one", "three"}
    installation.run()
    assert sorted(article.title for article in installation.announced) == ["one", "three", "two"]
