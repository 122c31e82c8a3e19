"""Every poll is counted on its feed's day."""

from __future__ import annotations

from datetime import date

from core.store import feed_days
from core.store.feed_days import FeedDay
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss


def test_each_poll_is_counted_on_its_day_by_what_came_of_it(
    press: ScriptedPublisher, desk: Installation
) -> None:
    one = item("1", "Eins", press.page("/1", "Eins"))
    two = item("2", "Zwei", press.page("/2", "Zwei"))
    answers = (rss(one, two, ETag='"a"'), Answer(status=304), Answer(status=500))
    desk.subscribe(press.says("/feed.xml", *answers))
    today = desk.clock().date()
    for _ in answers:
        desk.run()
        desk.clock.forward(hours=1, minutes=10)
    with desk.store.read() as connection:
        (days,) = feed_days.load_days_since(connection, date(2020, 1, 1)).values()
    assert days == {today: FeedDay(today, polls=3, not_modified=1, failed=1, entries=2)}
