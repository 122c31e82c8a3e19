"""Polls record which entries a feed still shows, so that those others can be forgotten."""

from __future__ import annotations

from sqlalchemy import select

from core.store.entries import entries
from core.store.retention import RULES, forget_all
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss


def test_an_entry_is_forgotten_once_its_feed_has_stopped_showing_it(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one, two, three = (item(n, n, press.page(f"/{n}", n)) for n in ("one", "two", "three"))
    desk.subscribe(press.says("/feed.xml", rss(two, one), rss(three, one), rss(three, one)))
    for _ in range(2):
        desk.run()
        desk.clock.forward(hours=72)
    before = desk.clock()
    assert forget_all(desk.store, RULES["entries"], before) == 1
    with desk.store.read() as connection:
        titles = set(connection.scalars(select(entries.c.title)))
    assert titles == {"one", "three"}
    desk.run()
    assert [article.title for article in desk.announced] == ["two", "one", "three"]
