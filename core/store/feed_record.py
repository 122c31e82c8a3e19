"""What is stored of a feed, and whether it works, is quiet, or fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Phrase

QUIET_AFTER = {"A": timedelta(days=1), "B": timedelta(days=7), "C": timedelta(days=30)}
"""A feed without new entries for this long is quiet, by tier (CommaFeed: dormant after a week)."""


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A row of ``feeds``. Times are aware and in UTC; durations are in seconds.

    Attributes:
        feed_id: ``<outlet>-<8 hex digits>``.
        outlet: Id of the publisher; ``country`` and ``language`` are the outlet's.
        kind: ``feed``, ``sitemap`` or ``page``; ``links`` selects the links of a page.
        every_s: The operator's explicit interval; None where the tier decides.
        host: Scope of politeness: a registrable domain, or host and port of an IP address.
        removed_at: When the operator removed it from the files, or paused it there.
        gone_at: When its server had said often enough that it is gone for good.
        etag: As the server sent it, byte for byte; ``last_modified`` likewise.
        validator_mode: Which validators are sent: ``both``, ``last_modified`` or ``etag``.
        same_body: How often in a row a conditional request was answered 200 with the same body.
        validators_off_until: Until when requests are unconditional, because the server's 304
            cannot be trusted.
        final_url: Where the last document came from, after redirects.
        body_sha256: Hash of the last document that was read.
        parser_version: Version of the parser that read it.
        cache_hint_s: Freshness according to the last answer's headers; ``doc_hint_s`` according to
            the document.
        next_due_at: When it is polled next; ``due_reason`` is why, as a stored phrase.
        last_attempt_at: When it was last requested; stored before the request.
        last_new_at: When it last showed a new entry.
        entry_count: Number of entries in the last document.
        fail_class: Class of the present failures; None while it works.
        fail_count: Consecutive failures; ``class_count`` those of the present class.
        fail_since: Time of the first of the consecutive failures; ``class_since`` of the first of
            the present class.
        last_outcome: Outcome of the last poll, one of a bounded set.
        last_error: Why the last poll failed, as a stored phrase; empty after a success.
        cut_reason: Why not all entries of the last document were read, as a stored phrase; empty
            if they were.
        body_selector: CSS selector of the text on the outlet's pages; empty where it has none.
        removed_selector: That of what is not part of it.
        time_zone: Name of the outlet's time zone; empty where it is not known.
        key_level: What identifies its entries: ``id`` (their guids), ``link``, ``link_date``,
            ``link_date_title``, ``link_date_title_content`` or ``title_date``.
        key_reason: Why it is not the guids, as a stored phrase; empty if it is.
        renamed_at: When most of its entries last had other guids or links than before.
        redirect_target: Where it has moved permanently according to its server, since
            ``redirect_since``; it is requested there once that has lasted.
        fetch_url: Where it is requested because it has moved; None while that is ``url``.
        news_gap_s: Median time between two polls that brought new entries.
        pace: What the interval learned from ``news_gap_s`` is multiplied by, above 0 and at most 1:
            less where most entries of the last documents were new.
        skip_hours: Hours of the day (UTC) in which it does not change according to the document,
            separated by commas.
        wrong_304: How many requests in a row that were to check a series of 304 brought news.
        poll_count: How many polls of it have ended.
    """

    feed_id: str
    outlet: str
    url: str
    kind: str
    tier: str
    every_s: float | None
    country: str
    language: str
    host: str
    added_at: datetime
    next_due_at: datetime
    due_reason: str = Phrase("feed.due.new").dump()
    removed_at: datetime | None = None
    gone_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    validator_mode: str = "both"
    same_body: int = 0
    validators_off_until: datetime | None = None
    final_url: str | None = None
    body_sha256: str | None = None
    parser_version: str = ""
    cache_hint_s: float | None = None
    doc_hint_s: float | None = None
    last_attempt_at: datetime | None = None
    last_200_at: datetime | None = None
    last_304_at: datetime | None = None
    last_new_at: datetime | None = None
    entry_count: int = 0
    fail_class: str | None = None
    fail_count: int = 0
    class_count: int = 0
    fail_since: datetime | None = None
    class_since: datetime | None = None
    last_outcome: str = ""
    last_error: str = ""
    redirect_target: str | None = None
    redirect_since: datetime | None = None
    cut_reason: str = ""
    time_zone: str = ""
    fetch_url: str | None = None
    news_gap_s: float | None = None
    pace: float = 1.0
    skip_hours: str = ""
    wrong_304: int = 0
    poll_count: int = 0
    links: str = ""
    key_level: str = "id"
    key_reason: str = ""
    renamed_at: datetime | None = None
    body_selector: str = ""
    removed_selector: str = ""

    @property
    def request_url(self) -> str:
        """Where it is requested."""
        return self.fetch_url or self.url

    @property
    def moved_to(self) -> str | None:
        """Where it has moved permanently according to its server, if it has."""
        return self.redirect_target or self.fetch_url

    @property
    def last_success_at(self) -> datetime | None:
        """When it was last answered with 200 or 304."""
        return max(filter(None, (self.last_200_at, self.last_304_at)), default=None)


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed with its state.

    Attributes:
        state: ``new`` (its first poll has not ended yet), ``ok``, ``partial`` (works, but a limit
            keeps some of its entries from being read), ``quiet`` (works, but nothing new for long),
            ``failing`` (its last poll failed), ``gone``, ``paused`` (its host asked for a pause) or
            ``off`` (removed from the files).
        reason: Why it is in this state.
        paused_until: The end of the pause while it is ``paused``.
    """

    feed: FeedRecord
    state: str
    reason: Phrase
    paused_until: datetime | None = None

    @property
    def was_read(self) -> bool:
        """Whether the feed was ever read, so that its state says something about it."""
        return self.feed.last_success_at is not None


def classify_feed(feed: FeedRecord, paused_until: datetime | None, now: datetime) -> FeedState:
    """Return the state of a feed: the first that applies of off, gone, paused ... to ok."""
    if feed.removed_at:
        return FeedState(feed, "off", Phrase("feed.why.off"))
    if feed.gone_at:
        return FeedState(feed, "gone", _failure("feed.why.gone", feed, now))
    if paused_until:
        reason = Phrase("feed.why.paused", until=paused_until)
        return FeedState(feed, "paused", reason, paused_until)
    if feed.fail_count or feed.last_error:
        reason = _failure("feed.why.failing", feed, now, n=max(feed.fail_count, 1))
        return FeedState(feed, "failing", reason)
    if feed.last_success_at is None:
        return FeedState(feed, "new", Phrase.load(feed.due_reason))
    return _working(feed, now)


def _failure(code: str, feed: FeedRecord, now: datetime, **params: int) -> Phrase:
    since = feed.fail_since or feed.last_attempt_at or now  # our own outage is not counted
    return Phrase(code, error=Phrase.load(feed.last_error), since=since, **params)


def _working(feed: FeedRecord, now: datetime) -> FeedState:
    if feed.cut_reason:
        return FeedState(feed, "partial", Phrase.load(feed.cut_reason))
    if feed.last_new_at is None:
        return FeedState(feed, "quiet", Phrase("feed.why.never_had_entries"))
    silent = now - feed.last_new_at
    if silent > QUIET_AFTER[feed.tier]:
        return FeedState(feed, "quiet", Phrase("feed.why.quiet", n=silent.days))
    return FeedState(feed, "ok", Phrase("feed.why.ok", at=feed.last_new_at))
