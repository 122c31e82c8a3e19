"""Feeds, topics and deliveries are listed with their figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from core.store import Store, feed_days
from core.store.console import actions, overviews
from core.store.console.overviews import wilson
from core.store.deliveries import deliveries
from core.store.feeds import sync
from core.store.retention import RULES, forget_all
from tests.support.records import feed_record
from tests.support.stories import NOON, add_article, add_delivery

DAY = timedelta(days=1)


def test_a_feed_shows_fourteen_days_and_its_share_of_304(store: Store) -> None:
    with store.write() as connection:
        sync(connection, [feed_record()], NOON)
        for days in (0, 0, 3, 20):
            at = NOON - days * DAY
            feed_days.count_poll(connection, "kurier-1", at, entries=5)
            feed_days.count_poll(connection, "kurier-1", at, not_modified=True)
        feed_days.count_poll(connection, "kurier-1", NOON, failed=True)
        (feed,) = overviews.list_feeds(connection, NOON)
    assert len(feed.days) == 14
    today = feed.days[-1]
    assert (today.day, today.polls, today.entries) == (date(2026, 11, 22), 5, 10)
    assert (today.not_modified, today.failed) == (2, 1)
    assert [day.polls for day in feed.days].count(0) == 12
    assert feed.share_304 == pytest.approx(3 / 7)


def test_a_feed_that_was_never_polled_has_no_share_of_304(store: Store) -> None:
    with store.write() as connection:
        sync(connection, [feed_record()], NOON)
        (feed,) = overviews.list_feeds(connection, NOON)
    assert (feed.share_304, feed.state.state) == (None, "new")


def test_days_of_feeds_are_deleted_after_two_months(store: Store) -> None:
    with store.write() as connection:
        feed_days.count_poll(connection, "kurier-1", NOON - 61 * DAY)
        feed_days.count_poll(connection, "kurier-1", NOON - 60 * DAY)
    forget_all(store, RULES["feed days"], NOON - 60 * DAY)
    with store.read() as connection:
        days = feed_days.load_days_since(connection, date(2020, 1, 1))
    assert [d.isoformat() for d in days["kurier-1"]] == ["2026-09-23"]


def test_a_topic_shows_its_days_its_open_alerts_and_its_precision(store: Store) -> None:
    with store.write() as connection:
        ids = [add_article(connection, letter) for letter in "abcde"]
        add_article(connection, "1", NOON - 2 * DAY, told=False)
        actions.judge(connection, ids[:3], verdict="relevant", by="A", at=NOON)
        actions.judge(connection, ids[3:4], verdict="irrelevant", reason="old", by="A", at=NOON)
        (topic,) = overviews.list_topics(connection, NOON)
    assert (topic.topic_id, topic.open, topic.relevant, topic.irrelevant) == ("nato", 1, 3, 1)
    assert topic.precision == 0.75
    assert topic.low == pytest.approx(0.3006, abs=1e-4)
    assert topic.high == pytest.approx(0.9544, abs=1e-4)
    assert [(d.matches, d.opened, d.suppressed) for d in topic.days[-3:]] == [
        (1, 0, 1),
        (0, 0, 0),
        (5, 5, 0),
    ]
    assert len(topic.days) == 30


def test_a_topic_without_verdicts_has_no_precision(store: Store) -> None:
    with store.write() as connection:
        add_article(connection, "a")
        (topic,) = overviews.list_topics(connection, NOON)
    assert (topic.precision, topic.low, topic.high) == (None, None, None)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_confidence_interval_contains_the_share(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= high <= 1


def test_deliveries_are_listed_by_state_the_last_changed_first(store: Store) -> None:
    states = ("failed", "unknown", "delivered", "pending")
    with store.write() as connection:
        alert = add_article(connection, "a", title="a")
        add_delivery(connection, alert, *(f"https://{state}.example" for state in states))
        for number, state in enumerate(states):
            row = deliveries.update().where(deliveries.c.target == f"https://{state}.example")
            at = NOON + timedelta(seconds=number)
            connection.execute(row.values(state=state, updated_at=at, last_error="Refused."))
    with store.read() as connection:
        listed = overviews.list_deliveries(connection)
        assert [overview.delivery.state for overview in listed] == ["pending", "unknown", "failed"]
        assert (listed[2].title, listed[2].topic_id, listed[2].kind) == ("a", "nato", "new_story")
        assert listed[2].delivery.last_error == "Refused."
        assert overviews.list_deliveries(connection, before=listed[0].cursor) == listed[1:]
        for state in states:
            (only,) = overviews.list_deliveries(connection, state=state)
            assert only.delivery.state == state
        with pytest.raises(UsageError):
            overviews.list_deliveries(connection, state="'; --")
        with pytest.raises(UsageError):
            overviews.list_deliveries(connection, limit=1000)
