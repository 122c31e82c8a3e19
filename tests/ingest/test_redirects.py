from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.i18n import in_english
from core.store.feed_record import FeedRecord
from ingest.polling import redirects
from ingest.polling.backoff import FailClass
from ingest.polling.redirects import Move
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY

OLD, NEW = "https://kurier.example.org/feed", "https://www.kurier.example.org/rss"
DAY = timedelta(days=1)


def answer(
    feed: FeedRecord, target: str | None, now: datetime = MONDAY, taken_by: str | None = None
) -> Move:
    return redirects.after_answer(replace(feed, last_200_at=now), feed, target, taken_by, now)


def after_days(*days: float, target: str | None = NEW, **values: Any) -> list[Move]:
    """Poll a feed that redirects on these days."""
    taken_by, feed, moves = values.pop("taken_by", None), feed_record(**values), list[Move]()
    for day in days:
        moves.append(answer(feed, target, MONDAY + day * DAY, taken_by))
        feed = moves[-1].feed
    return moves


@pytest.mark.parametrize(
    ("days", "is_stored"),
    [
        ((0,), False),
        ((0, 1, 2), False),
        ((0, 6.9), False),
        ((0, 7), True),
        ((0, 3, 8), True),
    ],
)
def test_a_redirect_is_stored_after_two_fetches_across_a_week(
    days: tuple[float, ...], is_stored: bool
) -> None:
    *earlier, last = after_days(*days)
    assert [m.feed.fetch_url for m in earlier] == [None] * len(earlier)
    assert last.feed.fetch_url == (NEW if is_stored else None)
    assert (last.reason is not None) == is_stored
    assert last.feed.moved_to == NEW


def test_a_redirect_that_stops_or_changes_begins_anew() -> None:
    [first] = after_days(0)
    assert answer(first.feed, None).feed.redirect_since is None
    other = answer(first.feed, NEW + "2", MONDAY + 7 * DAY)
    assert (other.feed.fetch_url, other.feed.redirect_since) == (None, MONDAY + 7 * DAY)


@pytest.mark.parametrize(
    ("url", "target", "is_stored"),
    [
        ("http://a.example/f?x=1", "https://a.example/f?x=1", True),
        ("http://a.example", "https://a.example/", True),
        ("http://a.example:80/f", "https://a.example:443/f", True),
        ("http://a.example/f", "https://www.a.example/f", False),
        ("http://a.example/f", "https://a.example/f/", False),
        ("http://a.example:8080/f", "https://a.example/f", False),
        ("https://a.example/f", "http://a.example/f", False),
        ("http://user:pw@a.example/f", "https://a.example/f", False),
    ],
)
def test_only_the_same_host_and_path_over_https_is_stored_at_once(
    url: str, target: str, is_stored: bool
) -> None:
    move = answer(feed_record(url=url), target)
    assert move.feed.fetch_url == (target if is_stored else None)


def test_a_downgrade_to_http_is_never_stored() -> None:
    moves = after_days(0, 8, 20, target="http://kurier.example.org/rss")
    assert [m.feed.moved_to for m in moves] == [None] * 3


def test_a_password_is_not_sent_elsewhere_and_the_operator_is_told_once() -> None:
    moves = after_days(0, 7, 8, 9, url="https://user:pw@kurier.example.org/feed")
    assert [m.feed.fetch_url for m in moves] == [None] * 4
    assert [m.reason.code if m.reason else "" for m in moves] == [
        "", "feed.health.moved_unfollowed", "", ""
    ]  # fmt: skip


def test_a_target_that_another_feed_is_read_at_is_proposed_to_be_merged_once() -> None:
    moves = after_days(0, 7, 8, 9, taken_by="kurier-2")
    assert [m.feed.fetch_url for m in moves] == [None] * 4
    [told] = [m.reason for m in moves if m.reason]
    assert "the URL of the feed kurier-2" in in_english(told)
    upgrades = after_days(
        0, 1, url="http://a.example/f", target="https://a.example/f", taken_by="b"
    )
    assert [bool(m.reason) for m in upgrades] == [True, False]


@pytest.mark.parametrize(
    ("kind", "redirected", "is_applied"),
    [
        (FailClass.NOT_FOUND, False, True),
        (FailClass.GONE, False, True),
        (FailClass.NOT_FOUND, True, False),
        (FailClass.SERVER, False, False),
        (FailClass.REFUSED, False, False),
    ],
)
def test_a_tracked_target_is_used_at_once_when_the_old_url_is_404_or_410(
    kind: FailClass, redirected: bool, is_applied: bool
) -> None:
    feed = feed_record(redirect_target=NEW, redirect_since=MONDAY, class_count=1)
    move = redirects.after_failure(feed, kind, redirected=redirected, taken_by=None)
    assert (move.feed.fetch_url, bool(move.reason)) == (
        (NEW, True) if is_applied else (None, False)
    )
    taken = redirects.after_failure(feed, kind, redirected=redirected, taken_by="b")
    assert (taken.feed, bool(taken.reason)) == (feed, is_applied)


@pytest.mark.parametrize(
    ("kind", "count", "is_given_up"),
    [
        (FailClass.NOT_FOUND, 2, False),
        (FailClass.NOT_FOUND, 3, True),
        (FailClass.CONTENT, 3, True),
        (FailClass.UNKNOWN_HOST, 3, True),
        (FailClass.NETWORK, 30, False),
        (FailClass.SERVER, 30, False),
        (FailClass.RATE_LIMITED, 30, False),
    ],
)
def test_a_target_without_a_feed_is_given_up_for_the_url_in_the_files(
    kind: FailClass, count: int, is_given_up: bool
) -> None:
    feed = feed_record(fetch_url=NEW, class_count=count)
    move = redirects.after_failure(feed, kind, redirected=False, taken_by=None)
    assert move.feed.request_url == (OLD if is_given_up else NEW)
    assert bool(move.reason) == is_given_up
