"""Conditional requests: which validators to send, when not to trust them, what to keep.

Validators are opaque: echoed byte for byte, never read, never made up. They are kept from every
answer 200 that could be read, and only from those: otherwise the next 304 would hide a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.store.feed_record import FeedRecord

STUCK_AFTER = {"A": timedelta(hours=24), "B": timedelta(hours=24), "C": timedelta(days=8)}
"""Without an answer 200 for so long, ask unconditionally: some servers say 304 for ever."""

OFF_FOR = timedelta(days=7)
"""How long validators are not sent to a server whose 304 was found to be wrong."""

SAME_BODY_LIMIT = 3
"""After so many whole answers with the same body, the server ignores what we send: try another."""

LONGEST = 2_000
"""Characters of a validator that is kept."""

_MODES = ("both", "last_modified", "etag")


@dataclass(frozen=True, slots=True)
class ConditionalRequest:
    """How to ask for a feed.

    Attributes:
        headers: To be sent.
        reason: Why so, for the log.
        probe: Whether it checks that a long row of 304 was true.
    """

    headers: Mapping[str, str]
    reason: str
    probe: bool = False

    @property
    def conditional(self) -> bool:
        """Whether 304 is an answer to it."""
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers


NO_CACHE = ConditionalRequest({"Cache-Control": "no-cache"}, "304 to an unconditional request")
"""The one repetition after an answer 304 that nobody asked for."""


def request(feed: FeedRecord, now: datetime) -> ConditionalRequest:
    """Decide how to ask for a feed."""
    validators = _validators(feed)
    if not validators:
        return ConditionalRequest({}, "no validators")
    if feed.validators_off_until and now < feed.validators_off_until:
        return ConditionalRequest({}, "the server's 304 was wrong")
    if feed.last_200_at is None or now - feed.last_200_at >= STUCK_AFTER[feed.tier]:
        return ConditionalRequest({}, "only 304 for long", probe=True)
    return ConditionalRequest(validators, feed.validator_mode)


def kept_after_200(
    feed: FeedRecord,
    headers: Mapping[str, str],
    body_sha256: str,
    asked: ConditionalRequest,
    now: datetime,
) -> FeedRecord:
    """The feed with the validators of an answer that was read."""
    etag, modified = _opaque(headers, "ETag"), _opaque(headers, "Last-Modified")
    same_body = body_sha256 == feed.body_sha256
    same_validators = (etag, modified) == (feed.etag, feed.last_modified) != (None, None)
    lied = asked.probe and same_validators and not same_body
    changed = replace(
        feed,
        etag=etag,
        last_modified=modified,
        body_sha256=body_sha256,
        same_body=feed.same_body + 1 if same_body and asked.conditional else 0,
        validators_off_until=now + OFF_FOR if lied else feed.validators_off_until,
    )
    return _next_mode(changed) if changed.same_body >= SAME_BODY_LIMIT else changed


def kept_after_304(feed: FeedRecord, headers: Mapping[str, str]) -> FeedRecord:
    """The feed with the validators of a 304: new ones where it names some, else the old."""
    return replace(
        feed,
        etag=_opaque(headers, "ETag") or feed.etag,
        last_modified=_opaque(headers, "Last-Modified") or feed.last_modified,
        same_body=0,
    )


def _validators(feed: FeedRecord) -> dict[str, str]:
    pairs = {}
    if feed.etag and (feed.validator_mode != "last_modified" or not feed.last_modified):
        pairs["If-None-Match"] = feed.etag
    if feed.last_modified and (feed.validator_mode != "etag" or not feed.etag):
        pairs["If-Modified-Since"] = feed.last_modified
    return pairs


def _next_mode(feed: FeedRecord) -> FeedRecord:
    """Try the next way to ask that has something to send (LiveJournal heeds the date alone)."""
    if not (feed.etag and feed.last_modified):
        return replace(feed, same_body=0, validator_mode="both")
    following = _MODES[(_MODES.index(feed.validator_mode) + 1) % len(_MODES)]
    return replace(feed, same_body=0, validator_mode=following)


def _opaque(headers: Mapping[str, str], name: str) -> str | None:
    """A validator as it came; None for one that could not be echoed unchanged."""
    value = headers.get(name, "")
    if not value or len(value) > LONGEST or not value.isprintable():
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # raw bytes that are no UTF-8
        return None
    return value
