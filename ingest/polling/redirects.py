"""Decide when a feed that redirects for good is requested at its new URL. Pure.

::

    fetch of a readable feed ── permanent redirect ── same target for 7 days ──▶ requested there
                                                  ├── http to https, same host and path: at once
    404 or 410 without a redirect, a target known ┘   (at once)

Publishers redirect by mistake, for an hour, to a homepage or a campaign; a target counts only while
it answers with a feed. sources.yaml stays as it is: the operator is told. A target that another
feed is read at is proposed to be merged, and one that fails later is given up again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from config.i18n import Phrase
from core.store.feed_record import FeedRecord
from ingest.polling.backoff import FailClass
from ingest.public_url import without_login

MOVED_AFTER = timedelta(days=7)
"""A feed is requested at the target of a permanent redirect that has lasted this long."""

GIVEN_UP_AFTER = 3
"""After this many failures in a row of a class that means that no feed is there, the target is
given up."""

_NO_FEED_THERE = frozenset(
    {
        FailClass.NOT_FOUND,
        FailClass.GONE,
        FailClass.UNKNOWN_HOST,
        FailClass.REFUSED,
        FailClass.CONTENT,
    }
)


@dataclass(frozen=True, slots=True)
class Move:
    """What a redirect means for a feed.

    Attributes:
        feed: The feed afterwards.
        reason: What to tell the operator; None if there is nothing to tell.
    """

    feed: FeedRecord
    reason: Phrase | None = None


def target_to_apply(feed: FeedRecord, moved_to: str | None, now: datetime) -> str | None:
    """Return the URL at which a feed is to be requested from now on; None if nothing changes.

    Args:
        feed: The feed before its poll.
        moved_to: Where the permanent redirects at the beginning of the answer lead.
        now: The present.
    """
    target = _trackable(feed, moved_to)
    if target is None or "@" in urlsplit(feed.url).netloc:  # a password is for one origin only
        return None
    if _is_upgrade(feed.request_url, target):
        return target
    since = feed.redirect_since if target == feed.redirect_target else None
    return target if since is not None and now - since >= MOVED_AFTER else None


def after_answer(
    feed: FeedRecord, before: FeedRecord, moved_to: str | None, taken_by: str | None, now: datetime
) -> Move:
    """Return what the redirects of an answer with a readable feed mean.

    Args:
        feed: The feed after the poll, still without its redirect.
        before: The feed before the poll.
        moved_to: As for :func:`target_to_apply`.
        taken_by: Id of another feed that is read at the URL to apply, if there is one.
        now: The present.
    """
    target = _trackable(before, moved_to)
    since = before.redirect_since if target == before.redirect_target else now
    tracked = replace(feed, redirect_target=target, redirect_since=since if target else None)
    if (url := target_to_apply(before, moved_to, now)) is None:
        lasts = target is not None and _is_first_after(before, tracked, now)
        return Move(tracked, Phrase("feed.health.moved_unfollowed") if lasts else None)
    if taken_by is None:
        return Move(_at(tracked, url), Phrase("feed.health.moved"))
    is_news = target != before.redirect_target or _is_first_after(before, tracked, now)
    return Move(tracked, Phrase("feed.health.moved_onto", feed=taken_by) if is_news else None)


def after_failure(
    feed: FeedRecord, kind: FailClass, *, redirected: bool, taken_by: str | None
) -> Move:
    """Return what a failure means for where a feed is requested.

    Args:
        feed: The feed after the failure.
        kind: The class of the failure.
        redirected: Whether the answer came from another URL than the one requested.
        taken_by: Id of another feed that is read at the tracked target, if there is one.
    """
    if feed.redirect_target and not redirected and kind in (FailClass.NOT_FOUND, FailClass.GONE):
        if taken_by is None:
            return Move(_at(feed, feed.redirect_target), Phrase("feed.health.moved"))
        is_news = feed.class_count == 1
        return Move(feed, Phrase("feed.health.moved_onto", feed=taken_by) if is_news else None)
    if feed.fetch_url and kind in _NO_FEED_THERE and feed.class_count >= GIVEN_UP_AFTER:
        return Move(_at(feed, None), Phrase("feed.health.moved_back"))
    return Move(feed)


def _at(feed: FeedRecord, url: str | None) -> FeedRecord:
    """Return the feed as it is requested at another URL; at the configured one for None."""
    url = None if url == feed.url else url
    return replace(feed, fetch_url=url, redirect_target=None, redirect_since=None)


def _trackable(feed: FeedRecord, moved_to: str | None) -> str | None:
    """Return where a feed has moved, or None: a downgrade to http is followed, never stored."""
    target = without_login(moved_to) if moved_to else None
    if target is None or target == feed.request_url:
        return None
    is_downgrade = feed.request_url.startswith("https:") and target.startswith("http:")
    return None if is_downgrade else target


def _is_upgrade(url: str, target: str) -> bool:
    """Return whether a target is the same host and path over https."""
    old, new = urlsplit(url), urlsplit(target)
    same = (old.hostname, old.path or "/", old.query) == (new.hostname, new.path or "/", new.query)
    default_ports = old.port in (None, 80) and new.port in (None, 443)
    return same and default_ports and (old.scheme, new.scheme) == ("http", "https")


def _is_first_after(before: FeedRecord, after: FeedRecord, now: datetime) -> bool:
    """Return whether this is the first success after the redirect has lasted long enough."""
    since, last = after.redirect_since, before.last_success_at
    if since is None or last is None:
        return False
    return last - since < MOVED_AFTER <= now - since
