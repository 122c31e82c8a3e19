"""Conditional requests: which validators to send, when not to trust them, which to store. Pure.

Validators (``ETag``, ``Last-Modified``) are opaque: sent back byte for byte, never interpreted,
never made up. They are stored only with an answer 200 that could be read; otherwise the next 304
would hide entries that were never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.store.feed_record import FeedRecord

STUCK_AFTER = {"A": timedelta(hours=24), "B": timedelta(hours=24), "C": timedelta(days=8)}
"""By tier: after this long without an answer 200 the request is unconditional, because some servers
answer 304 for ever."""

STUCK_GAPS = 6
"""In tiers A and B that long is at least this many times the usual time between news."""

OFF_FOR = timedelta(days=7)
"""How long no validators are sent to a server whose 304 was wrong."""

SAME_BODY_LIMIT = 3
"""After this many whole answers in a row with the same body, the server ignores the validators that
were sent, and others are tried."""

WRONG_304_LIMIT = 2
"""After this many probes in a row with another document, and only 304 in between, the 304 are taken
to be wrong although the validators changed as well."""

LONGEST = 2_000
"""Characters of the longest validator that is stored."""

_MODES = ("both", "last_modified", "etag")


@dataclass(frozen=True, slots=True)
class ConditionalRequest:
    """How to request a feed.

    Attributes:
        headers: Headers to send.
        probe: Whether the request is unconditional to check that a long series of 304 was true.
    """

    headers: Mapping[str, str]
    probe: bool = False

    @property
    def conditional(self) -> bool:
        """Whether the server may answer 304."""
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers


NO_CACHE = ConditionalRequest({"Cache-Control": "no-cache"})
"""The request that is sent once after a 304 to an unconditional request."""


def build_request(feed: FeedRecord, now: datetime) -> ConditionalRequest:
    """Return how to request a feed."""
    validators = _validators(feed)
    if not validators or (feed.validators_off_until and now < feed.validators_off_until):
        return ConditionalRequest({})
    if feed.last_200_at is None or now - feed.last_200_at >= _stuck_after(feed):
        return ConditionalRequest({}, probe=True)
    return ConditionalRequest(validators)


def _stuck_after(feed: FeedRecord) -> timedelta:
    """Return after how long a series of 304 is checked: later where news is rare."""
    limit = STUCK_AFTER[feed.tier]
    if feed.tier == "C" or feed.news_gap_s is None:
        return limit
    return max(limit, min(STUCK_GAPS * timedelta(seconds=feed.news_gap_s), STUCK_AFTER["C"]))


def with_validators_of_200(
    feed: FeedRecord,
    headers: Mapping[str, str],
    body_sha256: str,
    request: ConditionalRequest,
    now: datetime,
) -> FeedRecord:
    """Return the feed with the validators of an answer 200 that was read.

    Args:
        feed: The feed before the answer.
        headers: Of the answer.
        body_sha256: Of its body, in hex.
        request: The request that was answered.
        now: The present.
    """
    etag, modified = opaque_validator(headers, "ETag"), opaque_validator(headers, "Last-Modified")
    same_body = body_sha256 == feed.body_sha256
    same_validators = (etag, modified) == (feed.etag, feed.last_modified) != (None, None)
    wrong = _count_wrong_304(feed, request, same_body=same_body)
    was_wrong = request.probe and not same_body and (same_validators or wrong >= WRONG_304_LIMIT)
    counts = request.conditional or (etag is None and modified is None)
    updated = replace(
        feed,
        etag=etag,
        last_modified=modified,
        body_sha256=body_sha256,
        same_body=feed.same_body + 1 if same_body and counts else 0,
        wrong_304=0 if was_wrong else wrong,
        validators_off_until=now + OFF_FOR if was_wrong else feed.validators_off_until,
    )
    is_ignored = request.conditional and updated.same_body >= SAME_BODY_LIMIT
    return _with_next_mode(updated) if is_ignored else updated


def _count_wrong_304(feed: FeedRecord, request: ConditionalRequest, *, same_body: bool) -> int:
    """Return how many probes in a row found news that no conditional request had found."""
    if same_body:
        return feed.wrong_304
    return feed.wrong_304 + 1 if request.probe else 0


def with_validators_of_304(feed: FeedRecord, headers: Mapping[str, str]) -> FeedRecord:
    """Return the feed with the validators of a 304; those it does not name stay."""
    return replace(
        feed,
        etag=opaque_validator(headers, "ETag") or feed.etag,
        last_modified=opaque_validator(headers, "Last-Modified") or feed.last_modified,
        same_body=0,
    )


def _validators(feed: FeedRecord) -> dict[str, str]:
    headers = {}
    if feed.etag and (feed.validator_mode != "last_modified" or not feed.last_modified):
        headers["If-None-Match"] = feed.etag
    if feed.last_modified and (feed.validator_mode != "etag" or not feed.etag):
        headers["If-Modified-Since"] = feed.last_modified
    return headers


def _with_next_mode(feed: FeedRecord) -> FeedRecord:
    """Choose the next validators that can be sent (LiveJournal heeds only the date)."""
    if not (feed.etag and feed.last_modified):
        return replace(feed, same_body=0, validator_mode="both")
    following = _MODES[(_MODES.index(feed.validator_mode) + 1) % len(_MODES)]
    return replace(feed, same_body=0, validator_mode=following)


def opaque_validator(headers: Mapping[str, str], name: str) -> str | None:
    """Return a validator of an answer, or None if it could not be sent back unchanged.

    Args:
        headers: Of the answer.
        name: ``ETag`` or ``Last-Modified``.
    """
    value = headers.get(name, "")
    if not value or len(value) > LONGEST or not value.isprintable():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # raw bytes that are not UTF-8
        return None
    return value
