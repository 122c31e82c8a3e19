"""Every poll is counted for the day of its feed."""

from __future__ import annotations

from datetime import date

from core.store import feed_days
from core.store.feed_days import FeedDay
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss


def test_each_poll_is_counted_on_its_day_by_outcome(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    two = item("2", "Zwei", publisher.serve_page("/2", "Zwei"))
    answers = (rss(one, two, ETag='"a"'), Answer(status=304), Answer(status=500))
    installation.subscribe(publisher.serve("/feed.xml", *answers))
    today = installation.clock().date()
    for _ in answers:
        installation.run()
        installation.clock.advance(hours=1, minutes=10)
    with installation.store.read() as connection:
        (days,) = feed_days.load_days_since(connection, date(2020, 1, 1)).values()
    assert days == {today: FeedDay(today, polls=3, not_modified=1, failed=1, entries=2)}
