"""Feeds, topics and deliveries with their figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import UsageError
from core.store import Connection, Store, alert_changes, feed_days
from core.store import deliveries as delivery_store
from core.store.alerts import Alert, DecisionRow
from core.store.console import actions, overviews
from core.store.console.overviews import wilson
from core.store.feed_record import FeedRecord
from core.store.feeds import sync

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FEED = FeedRecord(
    "kurier-1", "kurier", "https://kurier.example/rss", "feed", "B", None, "DE", "de",
    "kurier.example", NOW, NOW + timedelta(hours=1),
)  # fmt: skip


def test_a_feed_shows_fourteen_days_and_how_many_answers_were_304(store: Store) -> None:
    with store.write() as connection:
        sync(connection, [FEED], NOW)
        for days in (0, 0, 3, 20):
            at = NOW - timedelta(days=days)
            feed_days.count_poll(connection, "kurier-1", at, entries=5)
            feed_days.count_poll(connection, "kurier-1", at, not_modified=True)
        feed_days.count_poll(connection, "kurier-1", NOW, failed=True)
        (found,) = overviews.list_feeds(connection, NOW)
    assert len(found.days) == 14
    today = found.days[-1]
    assert (today.day, today.polls, today.entries) == (date(2026, 11, 22), 5, 10)
    assert (today.not_modified, today.failed) == (2, 1)
    assert [day.polls for day in found.days].count(0) == 12
    assert found.share_304 == pytest.approx(3 / 7)


def test_a_feed_never_polled_has_no_share(store: Store) -> None:
    with store.write() as connection:
        sync(connection, [FEED], NOW)
        (found,) = overviews.list_feeds(connection, NOW)
    assert (found.share_304, found.state.state) == (None, "new")


def test_days_long_past_are_forgotten(store: Store) -> None:
    with store.write() as connection:
        feed_days.count_poll(connection, "kurier-1", NOW - timedelta(days=61))
        feed_days.count_poll(connection, "kurier-1", NOW - timedelta(days=60))
        sync(connection, [FEED], NOW)
        found = feed_days.load_days_since(connection, date(2020, 1, 1))
    assert [d.isoformat() for d in found["kurier-1"]] == ["2026-09-23"]


def add(connection: Connection, name: str, *, told: bool, at: datetime = NOW) -> str:
    alert = f"{name:0<32}"
    event = "opened" if told else "suppressed"
    alert_changes.record_decision(connection, DecisionRow(
        "nato", f"{name:f<32}", 1, "rev", event, event, "Why.", alert, alert, "kurier", name, "",
        at,
    ))  # fmt: skip
    if told:
        alert_changes.open_alert(connection, Alert(
            alert, "nato", "NATO", alert, "open", "normal", name, "New.", "new_story", alert, at,
            at,
        ))  # fmt: skip
    return alert


def test_a_topic_shows_its_days_its_open_alerts_and_its_precision(store: Store) -> None:
    with store.write() as connection:
        ids = [add(connection, letter, told=True) for letter in "abcde"]
        add(connection, "1", told=False, at=NOW - timedelta(days=2))
        actions.judge(connection, ids[:3], verdict="relevant", by="A", at=NOW)
        actions.judge(connection, ids[3:4], verdict="irrelevant", reason="old", by="A", at=NOW)
        (found,) = overviews.list_topics(connection, NOW)
    assert (found.topic_id, found.open, found.relevant, found.irrelevant) == ("nato", 1, 3, 1)
    assert found.precision == 0.75
    assert found.low == pytest.approx(0.3006, abs=1e-4)
    assert found.high == pytest.approx(0.9544, abs=1e-4)
    assert [(d.matches, d.opened, d.suppressed) for d in found.days[-3:]] == [
        (1, 0, 1),
        (0, 0, 0),
        (5, 5, 0),
    ]
    assert len(found.days) == 30


def test_a_topic_nobody_judged_has_no_precision(store: Store) -> None:
    with store.write() as connection:
        add(connection, "a", told=True)
        (found,) = overviews.list_topics(connection, NOW)
    assert (found.precision, found.low, found.high) == (None, None, None)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(of: tuple[int, int]) -> None:
    good, all_of_them = of
    low, high = wilson(good, all_of_them)
    assert 0 <= low <= good / all_of_them + 1e-12
    assert good / all_of_them - 1e-12 <= high <= 1


def test_deliveries_are_listed_by_state_what_changed_last_first(store: Store) -> None:
    with store.write() as connection:
        alert = add(connection, "a", told=True)
        note = delivery_store.Notification("n" * 32, alert, "desk", "new_story", 0, "{}", NOW)
        delivery_store.add_notification(
            connection, note, [f"https://{n}.example" for n in range(4)], due=NOW
        )
        states = ("failed", "unknown", "delivered", "pending")
        for number, state in enumerate(states):
            mine = delivery_store.deliveries.c.target == f"https://{number}.example"
            at = NOW + timedelta(seconds=number)
            change = delivery_store.deliveries.update().where(mine)
            connection.execute(change.values(state=state, updated_at=at, last_error="Refused."))
    with store.read() as connection:
        found = overviews.list_deliveries(connection)
        assert [f.delivery.state for f in found] == ["pending", "unknown", "failed"]
        assert (found[2].title, found[2].topic_id, found[2].kind) == ("a", "nato", "new_story")
        assert found[2].delivery.last_error == "Refused."
        rest = overviews.list_deliveries(connection, before=found[0].cursor)
        assert rest == found[1:]
        for state in states:
            (only,) = overviews.list_deliveries(connection, state=state)
            assert only.delivery.state == state
        with pytest.raises(UsageError):
            overviews.list_deliveries(connection, state="'; --")
        with pytest.raises(UsageError):
            overviews.list_deliveries(connection, limit=1000)
