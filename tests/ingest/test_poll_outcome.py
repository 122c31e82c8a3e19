from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.i18n import Phrase, in_english, translator
from core.messages import FeedHealth, FeedHealthKind
from core.store.feed_record import FeedRecord, FeedState, classify_feed
from ingest.polling import poll_outcome
from ingest.polling.backoff import FetchFailure
from ingest.polling.conditional import NO_CACHE, ConditionalRequest
from ingest.polling.poll_outcome import DocumentRead, NotModified, PollOutcome
from tests.ingest.test_interval import NO_JITTER
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


def http(status: int) -> Phrase:
    return Phrase("fetch.http", status=status)


RNG = random.Random(1)
DOWN = FetchFailure("timeout", Phrase("fetch.timeout"))
GONE = FetchFailure("gone", http(410))


def fail(feed: FeedRecord, failure: FetchFailure = DOWN, now: datetime = MONDAY) -> PollOutcome:
    return poll_outcome.after_failure(feed, failure, now, NO_JITTER, own_outage=False)


def document(**values: Any) -> DocumentRead:
    defaults: dict[str, Any] = {
        "request": NO_CACHE,
        "headers": {"ETag": '"1"'},
        "final_url": "https://kurier.example.org/feed",
        "moved_to": None,
        "body_sha256": "body",
        "total": 5,
        "new": 2,
        "known": 3,
        "hint": None,
        "parser_version": "1",
    }
    return DocumentRead(**defaults | values)


def read(feed: FeedRecord, now: datetime = MONDAY, **values: Any) -> PollOutcome:
    return poll_outcome.after_read(feed, document(**values), now, NO_JITTER)


def test_an_explicit_interval_beats_every_backoff_but_not_retry_after() -> None:
    feed = feed_record(every_s=2.0)
    for failure in (
        DOWN,
        GONE,
        FetchFailure("not_found", http(404)),
        FetchFailure("parse", Phrase("fetch.feed_damaged")),
    ):
        assert fail(feed, failure).feed.next_due_at - MONDAY == timedelta(seconds=2)
    delayed = fail(feed, FetchFailure("server_error", http(503), retry_after=600.0)).feed
    assert delayed.next_due_at - MONDAY == timedelta(minutes=10)
    limited = fail(feed, FetchFailure("rate_limited", http(429))).feed
    assert limited.next_due_at - MONDAY == timedelta(minutes=15)


def test_failures_of_one_class_back_off_and_leave_validators_alone() -> None:
    feed = feed_record(etag='"1"', body_sha256="x")
    waits = []
    for _ in range(4):
        feed = fail(feed).feed
        waits.append((feed.next_due_at - MONDAY) / timedelta(minutes=1))
    assert waits == [2, 4, 8, 16]
    assert (feed.etag, feed.body_sha256) == ('"1"', "x")
    assert (feed.fail_class, feed.fail_count, feed.class_count) == ("network", 4, 4)
    assert in_english(Phrase.load(feed.due_reason)) == (
        "No complete answer in time. Next attempt after 16 min."
    )
    assert translator("de").phrase(Phrase.load(feed.due_reason)) == (
        "Keine vollständige Antwort innerhalb der Wartezeit. Nächster Versuch nach 16 min."
    )


def test_another_class_of_failure_begins_its_own_count() -> None:
    feed = fail(fail(fail(feed_record()).feed).feed, FetchFailure("not_found", http(404))).feed
    assert (feed.fail_count, feed.class_count, feed.fail_class) == (3, 1, "not_found")
    assert feed.next_due_at - MONDAY == timedelta(minutes=30)


def test_the_third_failure_and_the_recovery_are_announced() -> None:
    feed, announced = feed_record(), list[FeedHealth]()
    for _ in range(5):
        decision = fail(feed)
        feed = decision.feed
        announced += decision.health
    assert [h.event for h in announced] == [FeedHealthKind.FAILING]
    assert (announced[0].outcome, announced[0].message) == (
        "timeout",
        "No complete answer in time.",
    )
    again = read(feed)
    assert [h.event for h in again.health] == [FeedHealthKind.RECOVERED]
    assert (again.feed.fail_count, again.feed.fail_class, again.feed.last_error) == (0, None, "")


def test_two_failures_and_a_success_announce_nothing() -> None:
    assert read(fail(fail(feed_record()).feed).feed).health == ()


def test_retry_after_beats_backoff_and_an_explicit_interval() -> None:
    failure = FetchFailure("rate_limited", http(429), 4000.0)
    for feed in (feed_record(), feed_record(every_s=0.0)):
        decision = fail(feed, failure)
        assert decision.feed.next_due_at - MONDAY == timedelta(seconds=4000)
        assert decision.pause == 4000.0
        assert "as its server asks" in in_english(Phrase.load(decision.feed.due_reason))


def test_a_short_retry_after_does_not_shorten_the_backoff() -> None:
    decision = fail(feed_record(), FetchFailure("server_error", http(503), 5.0))
    assert decision.feed.next_due_at - MONDAY == timedelta(minutes=5)


def test_a_feed_with_a_long_explicit_interval_is_not_polled_more_often_when_it_fails() -> None:
    assert fail(feed_record(every_s=7200.0)).feed.next_due_at - MONDAY == timedelta(hours=2)


def test_a_single_410_does_not_make_a_feed_gone() -> None:
    once = fail(feed_record(), GONE)
    assert once.feed.gone_at is None
    assert once.feed.next_due_at - MONDAY == timedelta(hours=24)
    assert read(once.feed, MONDAY + timedelta(hours=24)).feed.fail_count == 0


def test_410_for_three_days_makes_a_feed_gone_and_is_announced() -> None:
    feed, announced = feed_record(), list[FeedHealthKind]()
    for day in range(4):
        decision = fail(feed, GONE, MONDAY + timedelta(days=day))
        feed = decision.feed
        announced += [h.event for h in decision.health]
    assert feed.gone_at == MONDAY + timedelta(days=3)
    assert announced == [FeedHealthKind.FAILING, FeedHealthKind.GONE]


def test_three_410_within_a_day_do_not_make_a_feed_gone() -> None:
    feed = feed_record()
    for hour in range(3):
        feed = fail(feed, GONE, MONDAY + timedelta(hours=hour)).feed
    assert feed.gone_at is None


def test_counters_do_not_change_during_our_own_outage() -> None:
    feed = fail(feed_record()).feed
    decision = poll_outcome.after_failure(feed, DOWN, MONDAY, NO_JITTER, own_outage=True)
    assert (decision.feed.fail_count, decision.feed.class_count) == (1, 1)
    assert decision.feed.next_due_at - MONDAY == timedelta(minutes=2)
    assert decision.health == ()


def test_a_304_resets_failures_and_keeps_the_earlier_hint() -> None:
    feed = replace(fail(feed_record(etag='"1"', doc_hint_s=1800.0)).feed, cache_hint_s=60.0)
    updated = poll_outcome.after_not_modified(feed, NotModified({}), MONDAY, NO_JITTER).feed
    assert (updated.fail_count, updated.etag, updated.last_304_at) == (0, '"1"', MONDAY)
    assert updated.next_due_at - MONDAY == timedelta(minutes=30)
    longer = NotModified({"Cache-Control": "max-age=2700"})
    assert (
        poll_outcome.after_not_modified(feed, longer, MONDAY, NO_JITTER).feed.cache_hint_s == 2700
    )


def test_a_document_without_known_entries_is_a_gap_unless_it_is_the_first() -> None:
    assert read(feed_record(), total=20, new=20, known=0).health == ()
    [gap] = read(feed_record(entry_count=20), total=20, new=20, known=0).health
    assert gap.event is FeedHealthKind.WINDOW_GAP
    assert read(feed_record(entry_count=20), total=20, new=19, known=1).health == ()
    assert read(feed_record(entry_count=20), total=0, new=0, known=0).health == ()


def test_the_same_body_keeps_the_hint_and_the_number_of_entries() -> None:
    feed = feed_record(body_sha256="body", entry_count=7, doc_hint_s=1800.0)
    updated = read(feed, total=7, new=0, known=7).feed
    assert (updated.last_outcome, updated.entry_count, updated.doc_hint_s) == (
        "unchanged",
        7,
        1800.0,
    )
    other = read(feed, body_sha256="other", hint=timedelta(minutes=20)).feed
    assert (other.last_outcome, other.entry_count, other.doc_hint_s) == ("read", 5, 1200.0)


def test_a_permanent_redirect_is_announced_once_after_a_week() -> None:
    feed, announced = feed_record(), list[tuple[int, FeedHealthKind, str]]()
    target = "https://user:word@kurier.example.org/new?token=abc"
    for day in range(10):
        decision = read(feed, MONDAY + timedelta(days=day), moved_to=target)
        feed = decision.feed
        announced += [(day, h.event, h.message) for h in decision.health]
    [(day, event, message)] = announced
    assert (day, event) == (7, FeedHealthKind.MOVED)
    assert "kurier.example.org" not in message
    assert feed.request_url == "https://kurier.example.org/new?token=abc"
    assert "word" not in message


def test_a_redirect_that_ends_is_forgotten() -> None:
    feed = read(feed_record(), moved_to="https://kurier.example.org/new").feed
    assert feed.redirect_since == MONDAY
    assert read(feed, moved_to=None).feed.redirect_since is None


def test_health_records_do_not_contain_passwords() -> None:
    feed = feed_record(url="https://user:word@kurier.example.org/feed", fail_count=2)
    [record] = fail(feed).health
    assert record.url == "https://kurier.example.org/feed"


@pytest.mark.parametrize("seed", range(5))
def test_the_next_poll_is_never_earlier_than_decided(seed: int) -> None:
    rng = random.Random(seed)
    decision = poll_outcome.after_read(feed_record(), document(), MONDAY, rng)
    wait = decision.feed.next_due_at - MONDAY
    assert timedelta(minutes=10) <= wait <= timedelta(minutes=11)


def test_a_feed_that_is_read_in_part_says_so_until_it_is_read_in_full() -> None:
    cut = Phrase("feed.why.partial", n=1000)
    first = read(feed_record(), cut_reason=cut)
    assert classify_feed(first.feed, None, MONDAY) == FeedState(first.feed, "partial", cut)
    assert first.feed.next_due_at - MONDAY > read(feed_record()).feed.next_due_at - MONDAY
    again = read(first.feed, body_sha256="other", cut_reason=cut)
    assert again.feed.cut_reason == cut.dump()
    unchanged = read(again.feed, body_sha256="other")
    assert unchanged.feed.cut_reason == cut.dump()
    whole = read(again.feed, body_sha256="third")
    assert classify_feed(whole.feed, None, MONDAY).state == "ok"


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        ({}, 1800.0),
        ({"Cache-Control": "max-age=900", "Age": "60"}, 840.0),
        ({"Cache-Control": "no-cache, max-age=900"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Expires": "0"}, None),
    ],
)
def test_a_304_renews_the_hint_of_the_headers_or_leaves_it(
    headers: dict[str, str], hint: float | None
) -> None:
    feed = feed_record(etag='"1"', cache_hint_s=1800.0, last_200_at=MONDAY)
    updated = poll_outcome.after_not_modified(feed, NotModified(headers), MONDAY, NO_JITTER).feed
    assert updated.cache_hint_s == hint


def test_what_is_learned_from_a_document_is_stored_and_a_failure_leaves_it() -> None:
    feed = feed_record(entry_count=20, last_200_at=MONDAY, body_sha256="x")
    learned = read(feed, total=20, new=15, known=5, news_gap_s=7200.0, skip_hours=(3, 4)).feed
    assert (learned.news_gap_s, learned.pace, learned.skip_hours) == (7200.0, 0.5, "3,4")
    assert learned.next_due_at - MONDAY == timedelta(minutes=30)
    failed = fail(learned).feed
    assert (failed.news_gap_s, failed.pace) == (7200.0, 0.5)
    gap = read(learned, total=20, new=20, known=0, now=learned.next_due_at, body_sha256="y")
    assert gap.feed.next_due_at - learned.next_due_at == timedelta(minutes=10)
    assert [h.event for h in gap.health] == [FeedHealthKind.WINDOW_GAP]


def test_a_wrong_304_is_announced() -> None:
    feed = feed_record(etag='"1"', body_sha256="old", last_200_at=MONDAY, entry_count=5)
    probe = ConditionalRequest({}, probe=True)
    decision = read(feed, request=probe, headers={"ETag": '"1"'})
    assert [h.event for h in decision.health] == [FeedHealthKind.WRONG_304]
    assert decision.feed.validators_off_until == MONDAY + timedelta(days=7)


def test_a_feed_whose_old_url_is_gone_is_due_soon_where_it_has_moved() -> None:
    target = "https://www.kurier.example.org/rss"
    feed = feed_record(redirect_target=target, redirect_since=MONDAY, etag='"1"')
    decision = fail(feed, GONE)
    assert (decision.feed.request_url, decision.feed.etag) == (target, None)
    assert decision.feed.next_due_at - MONDAY == timedelta(seconds=60)
    assert [h.event for h in decision.health] == [FeedHealthKind.MOVED]
    outage = poll_outcome.after_failure(feed, GONE, MONDAY, NO_JITTER, own_outage=True)
    assert outage.feed.request_url == feed.url
