from __future__ import annotations

from datetime import timedelta

from ingest.hosts import pause_scope
from ingest.outage import OutageWatch, without_last_failure
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


def test_five_hosts_out_of_reach_in_a_row_are_our_own_outage() -> None:
    watch = OutageWatch()
    seen = [watch.failed(f"feed-{n}", f"host-{n}", MONDAY) for n in range(7)]
    assert [o.ours for o in seen] == [False] * 4 + [True] * 3
    assert [o.forgive for o in seen[:4]] == [()] * 4
    assert seen[4].forgive == ("feed-0", "feed-1", "feed-2", "feed-3")
    assert seen[5].forgive == ()


def test_one_host_that_answers_breaks_the_row() -> None:
    watch = OutageWatch()
    for n in range(4):
        watch.failed(f"feed-{n}", f"host-{n}", MONDAY)
    watch.answered()
    assert not watch.failed("feed-9", "host-9", MONDAY).ours


def test_many_feeds_of_few_hosts_are_those_hosts_fault() -> None:
    watch = OutageWatch()
    assert not any(watch.failed(f"feed-{n}", f"host-{n % 4}", MONDAY).ours for n in range(40))


def test_failures_far_apart_do_not_add_up() -> None:
    watch = OutageWatch()
    times = [MONDAY + timedelta(minutes=2 * n) for n in range(12)]
    assert not any(watch.failed(f"f{n}", f"h{n}", t).ours for n, t in enumerate(times))


def test_the_outage_ends_when_somebody_answers() -> None:
    watch = OutageWatch()
    for n in range(6):
        watch.failed(f"feed-{n}", f"host-{n}", MONDAY)
    watch.answered()
    assert not watch.failed("feed-1", "host-1", MONDAY).ours


def test_forgiving_takes_one_failure_back() -> None:
    once = feed_record(
        fail_count=1, class_count=1, fail_class="network", fail_since=MONDAY, class_since=MONDAY
    )
    assert without_last_failure(once) == feed_record()
    thrice = feed_record(fail_count=3, class_count=3, fail_class="network", fail_since=MONDAY)
    assert (without_last_failure(thrice).fail_count, without_last_failure(thrice).class_count) == (
        2,
        2,
    )


def test_a_wait_concerns_the_publisher_or_on_private_hosts_the_url_alone() -> None:
    assert pause_scope("https://feeds.kurier.co.uk/a") == "kurier.co.uk"
    assert pause_scope("https://www.kurier.co.uk/b") == "kurier.co.uk"
    for url in ("http://127.0.0.1:1200/kurier", "http://localhost:1200/bote", "http://[::1]/x"):
        assert pause_scope(url) == url
