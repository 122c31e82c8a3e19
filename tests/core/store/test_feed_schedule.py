"""Due times after a pause of the program, and after the clock was set."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from core.store import Store, entries, feed_schedule, feeds
from core.store.feed_record import FeedRecord
from tests.support.records import entry_record, feed_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def add(store: Store, *records: FeedRecord) -> None:
    with store.write() as connection:
        feeds.sync(connection, records, MONDAY)


def due_times(store: Store) -> dict[str, datetime]:
    with store.read() as connection:
        states = feeds.load_feed_states(connection, MONDAY)
    return {state.feed.feed_id: state.feed.next_due_at for state in states}


def overdue(name: str, minutes: float, **values: object) -> FeedRecord:
    last = {"last_attempt_at": MONDAY - timedelta(minutes=minutes + 10)}
    due = MONDAY - timedelta(minutes=minutes)
    return feed_record(**{"feed_id": name, "next_due_at": due} | last | values)


def test_feeds_that_are_overdue_for_long_are_spread_and_the_others_stay(store: Store) -> None:
    many = [overdue(f"many-{n}", 300) for n in range(40)]
    stay = {
        "fresh": overdue("fresh", 9),
        "later": overdue("later", -5),
        "never": overdue("never", 300, last_attempt_at=None),
        "gone": overdue("gone", 300, gone_at=MONDAY),
    }
    add(store, *many, *stay.values(), overdue("often", 300, every_s=60.0))
    with store.write() as connection:
        assert feed_schedule.spread_overdue(connection, MONDAY, random.Random(3)) == 41
    due = due_times(store)
    assert {name: due[name] for name in stay} == {n: f.next_due_at for n, f in stay.items()}
    assert MONDAY <= due["often"] <= MONDAY + MINUTE
    moments = sorted(due[f.feed_id] for f in many)
    assert moments[0] >= MONDAY
    assert moments[-1] <= MONDAY + 10 * MINUTE
    assert moments[-1] - moments[0] > 6 * MINUTE


def test_a_second_start_does_not_put_feeds_off_again(store: Store) -> None:
    add(store, *(overdue(f"many-{n}", 300) for n in range(5)))
    with store.write() as connection:
        feed_schedule.spread_overdue(connection, MONDAY, random.Random(3))
    before = due_times(store)
    with store.write() as connection:
        later = MONDAY + 9 * MINUTE
        assert feed_schedule.spread_overdue(connection, later, random.Random(4)) == 0
    assert due_times(store) == before


def test_a_single_overdue_feed_is_polled_at_once(store: Store) -> None:
    add(store, overdue("one", 300))
    with store.write() as connection:
        feed_schedule.spread_overdue(connection, MONDAY, random.Random(3))
    assert due_times(store)["one"] == MONDAY - 300 * MINUTE


@pytest.mark.parametrize("hours", [2, 24 * 400])
def test_what_was_due_by_a_clock_that_was_ahead_is_due_by_the_right_one(
    store: Store, hours: int
) -> None:
    ahead = MONDAY + timedelta(hours=hours)
    wrong = feed_record(feed_id="a", last_attempt_at=ahead, next_due_at=ahead + 15 * MINUTE)
    right = feed_record(feed_id="b", last_attempt_at=MONDAY, next_due_at=MONDAY + 12 * MINUTE)
    add(store, wrong, right)
    page = entry_record(feed_id="a", changed_at=ahead, next_page_at=ahead)
    with store.write() as connection:
        entries.add(connection, [page])
        assert feed_schedule.follow_clock(connection, MONDAY) == 2
        assert feed_schedule.follow_clock(connection, MONDAY) == 0
        [entry] = entries.find_by_keys(connection, "a", ["k1"]).values()
    assert entry.next_page_at == MONDAY
    assert due_times(store) == {"a": MONDAY + 15 * MINUTE, "b": MONDAY + 12 * MINUTE}
