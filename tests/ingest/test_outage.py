from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from core.store.feed_record import FeedRecord
from ingest.polling.outage import OutageWatch, forgive, outage_wait
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

LONG_AGO = MONDAY - timedelta(hours=5)


def feed(number: int, **values: object) -> FeedRecord:
    host = f"kurier{number}.org"
    defaults = {"feed_id": f"feed-{number}", "url": f"https://{host}/feed", "host": host}
    return feed_record(**defaults | values)


def failures(watch: OutageWatch, *numbers: int, at: datetime = MONDAY) -> list[bool]:
    return [watch.failed(feed(n), at).active for n in numbers]


def answers(watch: OutageWatch, *numbers: int, at: datetime = MONDAY) -> None:
    for n in numbers:
        watch.answered(feed(n), at)


def test_five_hosts_in_a_row_out_of_reach_are_our_own_outage() -> None:
    watch = OutageWatch()
    outages = [watch.failed(feed(n), MONDAY) for n in range(7)]
    assert [o.active for o in outages] == [False] * 4 + [True] * 3
    assert [o.forgive for o in outages[:4]] == [()] * 4
    assert outages[4].forgive == ("feed-0", "feed-1", "feed-2", "feed-3")
    assert outages[5].forgive == ()


@pytest.mark.parametrize(
    ("answering", "failing", "is_outage"),
    [(3, 5, True), (4, 5, False), (20, 29, False), (20, 30, True), (1, 4, False)],
)
def test_most_of_the_hosts_of_the_last_minutes_must_be_out_of_reach(
    answering: int, failing: int, is_outage: bool
) -> None:
    watch = OutageWatch()
    answers(watch, *range(answering))
    assert failures(watch, *range(100, 100 + failing))[-1] == is_outage


def test_failures_of_many_feeds_on_few_hosts_are_no_outage() -> None:
    watch = OutageWatch()
    assert not any(failures(watch, *(n % 4 for n in range(40))))


def test_failures_far_apart_do_not_add_up() -> None:
    watch = OutageWatch()
    times = [MONDAY + timedelta(minutes=2 * n) for n in range(12)]
    assert not any(failures(watch, n, at=at)[0] for n, at in enumerate(times))


def test_answers_long_ago_do_not_hide_an_outage() -> None:
    watch = OutageWatch()
    answers(watch, *range(50), at=MONDAY - timedelta(minutes=6))
    assert failures(watch, *range(5))[-1]


def test_feeds_that_failed_before_are_no_sign_of_an_outage() -> None:
    watch = OutageWatch()
    dead = [watch.failed(feed(n, fail_count=9, fail_since=LONG_AGO), MONDAY) for n in range(20)]
    assert not any(outage.active for outage in dead)
    assert not any(failures(watch, *range(20, 24)))


def test_a_server_of_the_operator_neither_shows_nor_hides_an_outage() -> None:
    watch = OutageWatch()
    for n in range(9):
        own = feed(n, url=f"http://192.168.0.{n}/feed", host=f"192.168.0.{n}:80")
        assert not watch.failed(own, MONDAY).active
        watch.answered(feed(n, url="http://localhost:1200/x", host=f"localhost:{n}"), MONDAY)
    assert failures(watch, *range(5))[-1]


def test_the_outage_ends_when_enough_hosts_answer() -> None:
    watch = OutageWatch()
    failures(watch, *range(6))
    answers(watch, 0)
    assert failures(watch, 5) == [True]
    answers(watch, 1, 2)
    assert failures(watch, 5) == [False]


def test_the_last_failure_can_be_taken_back_and_its_wait_as_well() -> None:
    soon = MONDAY + timedelta(minutes=3)
    once = feed_record(
        fail_count=1, class_count=1, fail_class="network", fail_since=MONDAY, class_since=MONDAY
    )
    assert forgive(once, due_at=soon) == feed_record()
    late = feed_record(fail_count=3, class_count=3, next_due_at=MONDAY + timedelta(hours=12))
    forgiven = forgive(late, due_at=soon)
    assert (forgiven.fail_count, forgiven.class_count, forgiven.next_due_at) == (2, 2, soon)


def test_feeds_are_tried_again_within_minutes_at_moments_that_differ() -> None:
    rng = random.Random(1)
    waits = [outage_wait(rng) / timedelta(minutes=1) for _ in range(200)]
    assert min(waits) >= 2
    assert max(waits) <= 4
    assert max(waits) - min(waits) > 1.5
