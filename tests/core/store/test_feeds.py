"""Feeds are leased when they are due, configured by the files, and classified by their state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.errors import NotFoundError, StoreError
from config.i18n import Phrase, in_english, translator
from core.processes.instance import Instance
from core.store import Store, feed_queries, feeds, hosts, leases
from core.store.feed_record import FeedRecord, classify_feed
from core.store.poll_now import PollNowOutcome, PollNowResult, poll_now
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def make_feeds(number: int, *, host_count: int = 1000) -> list[FeedRecord]:
    return [
        feed_record(
            feed_id=f"f{n}",
            url=f"https://host{n % host_count}.example.org/{n}",
            host=f"host{n % host_count}",
            next_due_at=MONDAY + n * MINUTE,
        )
        for n in range(number)
    ]


def lease_due(
    store: Store, instance: Instance, now: object = MONDAY, **options: object
) -> list[str]:
    with store.write() as connection:
        records = feeds.lease_due(connection, instance, now, **{"limit": 9} | options)  # type: ignore[arg-type]
    return [feed.feed_id for feed in records]


def sync(store: Store, records: list[FeedRecord]) -> None:
    with store.write() as connection:
        feeds.sync(connection, records, MONDAY)


def test_due_feeds_are_leased_once_the_longest_overdue_first(
    store: Store, instance: Instance, other: Instance
) -> None:
    sync(store, make_feeds(6))
    assert lease_due(store, instance, MONDAY - MINUTE) == []
    assert lease_due(store, instance, MONDAY + 3 * MINUTE, limit=2) == ["f0", "f1"]
    assert lease_due(store, other, MONDAY + 3 * MINUTE) == ["f2", "f3"]


def test_one_feed_of_each_host_is_leased_and_busy_hosts_are_left_out(
    store: Store, instance: Instance
) -> None:
    sync(store, make_feeds(6, host_count=2))
    later = MONDAY + 10 * MINUTE
    assert lease_due(store, instance, later, busy={"host1"}) == ["f0"]
    assert lease_due(store, instance, later, skip={"f0"}, busy={"host1"}) == ["f2"]


def test_a_leased_feed_can_be_leased_again_by_its_holder_and_after_it_expires(
    store: Store, instance: Instance, other: Instance
) -> None:
    sync(store, make_feeds(1))
    assert lease_due(store, other) == ["f0"]
    assert lease_due(store, instance) == []
    assert lease_due(store, instance, MONDAY + leases.ROW_LEASE_TIME) == ["f0"]
    assert lease_due(store, other) == []
    assert lease_due(store, instance) == ["f0"]


def test_the_feed_of_a_dead_instance_can_be_leased_at_once(
    store: Store, instance: Instance, other: Instance
) -> None:
    sync(store, make_feeds(1))
    assert lease_due(store, other) == ["f0"]
    other.close()
    assert lease_due(store, instance) == ["f0"]


def test_an_instance_that_lost_its_lease_writes_nothing(
    store: Store, instance: Instance, other: Instance
) -> None:
    sync(store, make_feeds(1))
    assert lease_due(store, other) == ["f0"]
    assert lease_due(store, instance, MONDAY + leases.ROW_LEASE_TIME) == ["f0"]
    with store.write() as connection:
        feed = replace(feeds.get(connection, "f0"), etag='"late"')
        assert not feeds.begin_attempt(connection, "f0", other, MONDAY, MONDAY)
        assert not feeds.save(connection, feed, other)
        assert feeds.get(connection, "f0").etag is None
        assert feeds.save(connection, feed, instance)
        assert feeds.get(connection, "f0").etag == '"late"'


def test_paused_gone_and_removed_feeds_are_not_leased(store: Store, instance: Instance) -> None:
    records = make_feeds(4)
    sync(store, records)
    with store.write() as connection:
        hosts.pause(connection, "host0", MONDAY + 30 * MINUTE, "asked to")
        hosts.pause(connection, records[1].url, MONDAY + 30 * MINUTE, "asked to")
        feeds.apply_change(connection, "f2", lambda feed: replace(feed, gone_at=MONDAY))
    sync(store, records[:3])
    assert lease_due(store, instance, MONDAY + 20 * MINUTE, once=True) == []
    assert lease_due(store, instance, MONDAY + 31 * MINUTE) == ["f0", "f1"]


def test_feeds_with_an_interval_of_zero_are_due_at_every_single_run(
    store: Store, instance: Instance
) -> None:
    sync(store, [feed_record(every_s=0.0, next_due_at=MONDAY + 60 * MINUTE)])
    assert lease_due(store, instance) == []
    assert lease_due(store, instance, once=True) == ["kurier-1"]


def test_the_files_change_only_what_they_configure(store: Store, instance: Instance) -> None:
    sync(store, [feed_record()])
    lease_due(store, instance)
    with store.write() as connection:
        read = replace(feeds.get(connection, "kurier-1"), etag='"1"', entry_count=4, tier="C")
        feeds.save(connection, read, instance)
    sync(store, [feed_record(tier="A", country="AT")])
    with store.read() as connection:
        feed = feeds.get(connection, "kurier-1")
    assert (feed.tier, feed.country, feed.etag, feed.entry_count) == ("A", "AT", '"1"', 4)
    assert feed.due_reason == Phrase("feed.due.changed").dump()


@pytest.mark.parametrize(
    "change", [{"url": "https://kurier.example.org/new"}, {"parser_version": "2"}]
)
def test_another_url_or_parser_removes_the_validators(store: Store, change: dict[str, str]) -> None:
    sync(store, [feed_record(etag='"1"', last_modified="x", body_sha256="y", final_url="z")])
    sync(store, [feed_record(**change)])
    with store.read() as connection:
        feed = feeds.get(connection, "kurier-1")
    assert (feed.etag, feed.last_modified, feed.body_sha256, feed.final_url) == (None,) * 4


def test_a_removed_feed_keeps_its_history(store: Store) -> None:
    sync(store, [feed_record(etag='"1"')])
    sync(store, [])
    with store.read() as connection:
        [state] = feeds.load_feed_states(connection, MONDAY)
    assert (state.state, state.feed.etag) == ("off", '"1"')
    sync(store, [feed_record()])
    with store.read() as connection:
        [state] = feeds.load_feed_states(connection, MONDAY)
    assert (state.state, state.feed.etag) == ("new", '"1"')


def test_a_feed_that_does_not_exist_is_an_error(store: Store) -> None:
    with store.read() as connection:
        assert feeds.find(connection, "nobody") is None
        with pytest.raises(StoreError):
            feeds.get(connection, "nobody")


def test_a_shorter_pause_does_not_end_a_longer_one(store: Store) -> None:
    with store.write() as connection:
        for minutes in (30, 10, 20):
            hosts.pause(connection, "a.org", MONDAY + minutes * MINUTE, "asked to")
        hosts.pause(connection, "b.org", MONDAY + 5 * MINUTE, "asked to")
        assert hosts.load_pauses(connection, MONDAY) == {
            "a.org": MONDAY + 30 * MINUTE,
            "b.org": MONDAY + 5 * MINUTE,
        }
        assert hosts.forget_pauses(connection, MONDAY + 6 * MINUTE) == 1
        assert set(hosts.load_pauses(connection, MONDAY)) == {"a.org"}
        assert hosts.paused_until(connection, ["b.org"], MONDAY) is None


def test_a_robots_file_replaces_the_one_before(store: Store) -> None:
    origin = "https://kurier.example.org"
    first = hosts.RobotsRecord(origin, "rules", "User-agent: *", MONDAY, MONDAY)
    second = replace(first, verdict="allow", text="", checked_at=MONDAY + MINUTE)
    with store.write() as connection:
        assert hosts.find_robots(connection, origin) is None
        hosts.save_robots(connection, first)
        hosts.save_robots(connection, second)
        assert hosts.find_robots(connection, origin) == second


def test_a_person_can_have_a_feed_polled_at_once_but_not_twice_in_a_minute(store: Store) -> None:
    sync(store, [feed_record(next_due_at=MONDAY + 60 * MINUTE)])
    with store.write() as connection:
        outcome = poll_now(connection, "kurier-1", now=MONDAY)
        feed = feeds.get(connection, "kurier-1")
        assert outcome == PollNowOutcome(PollNowResult.DUE_NOW, MONDAY)
        assert (feed.next_due_at, feed.due_reason) == (MONDAY, Phrase("feed.due.requested").dump())
        feeds.apply_change(connection, "kurier-1", lambda f: replace(f, last_attempt_at=MONDAY))
        again = poll_now(connection, "kurier-1", now=MONDAY + timedelta(seconds=8))
        assert again == PollNowOutcome(PollNowResult.POLLED_RECENTLY, MONDAY + MINUTE)
        assert again.is_accepted
        assert feeds.get(connection, "kurier-1").next_due_at == MONDAY + MINUTE


def test_a_poll_that_a_person_asks_for_waits_for_the_end_of_the_hosts_pause(store: Store) -> None:
    pause_end = MONDAY + 30 * MINUTE
    sync(store, [feed_record()])
    with store.write() as connection:
        hosts.pause(connection, feed_record().host, pause_end, "asked to")
        outcome = poll_now(connection, "kurier-1", now=MONDAY)
    assert outcome == PollNowOutcome(PollNowResult.HOST_PAUSED, pause_end)
    assert outcome.is_accepted


def test_a_feed_that_is_gone_is_tried_once_more_when_a_person_asks(
    store: Store, instance: Instance
) -> None:
    sync(store, [feed_record(gone_at=MONDAY)])
    assert lease_due(store, instance, MONDAY + MINUTE) == []
    with store.write() as connection:
        assert poll_now(connection, "kurier-1", now=MONDAY).is_accepted
    assert lease_due(store, instance, MONDAY + MINUTE) == ["kurier-1"]


def test_a_feed_that_is_unknown_or_not_configured_is_not_polled(store: Store) -> None:
    sync(store, [feed_record()])
    sync(store, [])
    with store.write() as connection:
        outcome = poll_now(connection, "kurier-1", now=MONDAY)
        assert outcome == PollNowOutcome(PollNowResult.NOT_CONFIGURED)
        assert not outcome.is_accepted
        for feed_id in ("' OR 1=1 --", "\0", "\ud800"):
            with pytest.raises(NotFoundError):
                poll_now(connection, feed_id, now=MONDAY)


LONG_AGO = MONDAY - timedelta(days=90)


@pytest.mark.parametrize(
    ("feed", "paused", "word", "why"),
    [
        (feed_record(), False, "new", "not read yet"),
        (feed_record(removed_at=MONDAY, fail_count=9), True, "off", "sources.yaml"),
        (
            feed_record(gone_at=MONDAY, fail_count=4, fail_since=LONG_AGO, last_error="HTTP 410."),
            True,
            "gone",
            "HTTP 410. Since 18 Aug 2026",
        ),
        (
            feed_record(last_200_at=MONDAY),
            True,
            "paused",
            "wait until 16 Nov 2026, 10:00",
        ),
        (
            feed_record(
                last_200_at=MONDAY, fail_count=1, fail_since=MONDAY, last_error="HTTP 500."
            ),
            False,
            "failing",
            "HTTP 500. Failed on 16 Nov 2026, 09:00 UTC",
        ),
        (
            feed_record(fail_count=7, fail_since=LONG_AGO, last_error="HTTP 500."),
            False,
            "failing",
            "Failed 7 times in a row since 18 Aug 2026",
        ),
        (feed_record(last_200_at=MONDAY), False, "quiet", "never had an entry"),
        (feed_record(last_200_at=MONDAY, last_new_at=MONDAY), False, "ok", "newest entry"),
        (feed_record(last_304_at=MONDAY, last_new_at=LONG_AGO), False, "quiet", "90 days"),
    ],
)
def test_the_state_of_a_feed_has_a_reason(
    feed: FeedRecord, paused: bool, word: str, why: str
) -> None:
    state = classify_feed(feed, MONDAY + 60 * MINUTE if paused else None, MONDAY)
    assert state.state == word
    assert why in in_english(state.reason)


def test_a_stored_phrase_is_part_of_the_reason_in_every_language() -> None:
    error = Phrase("fetch.timeout").dump()
    failing = classify_feed(
        feed_record(fail_count=3, fail_since=MONDAY, last_error=error), None, MONDAY
    )
    assert in_english(failing.reason) == (
        "No complete answer in time. Failed 3 times in a row since 16 Nov 2026, 09:00 UTC."
    )
    assert translator("de").phrase(failing.reason) == (
        "Keine vollständige Antwort innerhalb der Wartezeit. "
        "3-mal in Folge fehlgeschlagen, zuerst: 16. Nov. 2026, 09:00 UTC."
    )
    unread = classify_feed(feed_record(), None, MONDAY)
    assert translator("de").phrase(unread.reason) == "noch nie gelesen"


def test_text_stored_by_an_older_version_is_shown_unchanged() -> None:
    old = feed_record(
        fail_count=1,
        fail_since=MONDAY,
        last_error="HTTP 500.",
        due_reason="never read yet",
    )
    failing = classify_feed(old, None, MONDAY)
    assert translator("de").phrase(failing.reason) == (
        "HTTP 500. Fehlgeschlagen: 16. Nov. 2026, 09:00 UTC."
    )
    unread = classify_feed(replace(old, fail_count=0, last_error=""), None, MONDAY)
    assert translator("de").phrase(unread.reason) == "never read yet"


@pytest.mark.parametrize(("tier", "days"), [("A", 1), ("B", 7), ("C", 30)])
def test_a_feed_is_quiet_after_a_time_that_depends_on_its_tier(tier: str, days: int) -> None:
    for more, word in ((0, "ok"), (1, "quiet")):
        newest = MONDAY - timedelta(days=days + more)
        feed = feed_record(tier=tier, last_200_at=MONDAY, last_new_at=newest)
        assert classify_feed(feed, None, MONDAY).state == word


def test_two_feeds_are_not_requested_at_one_url_when_the_operator_lists_a_new_one(
    store: Store,
) -> None:
    old = feed_record(feed_id="old", url="https://kurier.example.org/old")
    new = feed_record(feed_id="new", url="https://kurier.example.org/new")
    with store.write() as connection:
        feeds.sync(connection, [old], MONDAY)
        feeds.apply_change(connection, "old", lambda feed: replace(feed, fetch_url=new.url))
        feeds.sync(connection, [old], MONDAY)
        assert feeds.get(connection, "old").request_url == new.url
        assert feed_queries.find_reader_of(connection, new.url, other_than="x") == "old"
        feeds.sync(connection, [old, new], MONDAY)
        assert feeds.get(connection, "old").request_url == old.url
        assert feed_queries.find_reader_of(connection, new.url, other_than="old") == "new"
