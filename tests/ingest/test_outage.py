from __future__ import annotations

from datetime import timedelta

from ingest.outage import OutageWatch, without_last_failure
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


def test_five_hosts_in_a_row_out_of_reach_are_our_own_outage() -> None:
    watch = OutageWatch()
    outages = [watch.failed(f"feed-{n}", f"host-{n}", MONDAY) for n in range(7)]
    assert [o.active for o in outages] == [False] * 4 + [True] * 3
    assert [o.forgive for o in outages[:4]] == [()] * 4
    assert outages[4].forgive == ("feed-0", "feed-1", "feed-2", "feed-3")
    assert outages[5].forgive == ()


def test_a_host_that_answers_interrupts_the_series() -> None:
    watch = OutageWatch()
    for n in range(4):
        watch.failed(f"feed-{n}", f"host-{n}", MONDAY)
    watch.answered()
    assert not watch.failed("feed-9", "host-9", MONDAY).active


def test_failures_of_many_feeds_on_few_hosts_are_no_outage() -> None:
    watch = OutageWatch()
    assert not any(watch.failed(f"feed-{n}", f"host-{n % 4}", MONDAY).active for n in range(40))


def test_failures_far_apart_do_not_add_up() -> None:
    watch = OutageWatch()
    times = [MONDAY + timedelta(minutes=2 * n) for n in range(12)]
    assert not any(watch.failed(f"f{n}", f"h{n}", t).active for n, t in enumerate(times))


def test_the_outage_ends_when_a_host_answers() -> None:
    watch = OutageWatch()
    for n in range(6):
        watch.failed(f"feed-{n}", f"host-{n}", MONDAY)
    watch.answered()
    assert not watch.failed("feed-1", "host-1", MONDAY).active


def test_the_last_failure_can_be_taken_back() -> None:
    once = feed_record(
        fail_count=1, class_count=1, fail_class="network", fail_since=MONDAY, class_since=MONDAY
    )
    assert without_last_failure(once) == feed_record()
    thrice = feed_record(fail_count=3, class_count=3, fail_class="network", fail_since=MONDAY)
    assert (without_last_failure(thrice).fail_count, without_last_failure(thrice).class_count) == (
        2,
        2,
    )
