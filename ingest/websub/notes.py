"""What a poll says about hubs: which one the feed names, and whether push or poll was first.

Both are stored in the transaction of the poll.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.i18n import Phrase
from config.settings import Settings
from core.store import Connection, feeds, websub
from core.store.feed_record import FeedRecord
from ingest.websub import lifecycle
from ingest.websub.hub_links import HubLink


def note_hub(
    connection: Connection,
    feed: FeedRecord,
    link: HubLink | None,
    settings: Settings,
    now: datetime,
    *,
    whole: bool,
) -> None:
    """Subscribe to a feed at the hub that its document names, and end what it no longer names.

    Args:
        connection: The transaction of the poll.
        feed: The feed.
        link: The hub of its document, if it names one.
        settings: With ``public_url``; without it there are no subscriptions.
        now: The present.
        whole: Whether the document is complete; what is missing in another may be in its rest.
    """
    public_url = settings.public_url
    if not public_url or (link is None and not whole):
        return
    current = [s for s in websub.load_of_feed(connection, feed.feed_id) if lifecycle.is_wanted(s)]
    right = [s for s in current if link and lifecycle.matches(s, link, public_url)]
    others = [s for s in current if s not in right]
    if not all(lifecycle.is_settled(s, public_url, now) for s in others):
        return
    for subscription in others:
        websub.save(connection, lifecycle.end(subscription, now))
    if link and not right:
        made = lifecycle.new_subscription(feed.feed_id, link, public_url, now)
        websub.add(connection, made)


def follow_push(
    connection: Connection, feed: FeedRecord, previous_at: datetime | None, new: int
) -> FeedRecord:
    """Count who found the new entries first, and return the feed as it is to be saved.

    A push that came during the poll may say more than the answer: the feed is then due again soon.

    Args:
        connection: The transaction of the poll.
        feed: The feed after the poll.
        previous_at: When it was polled before.
        new: How many entries the poll found.
    """
    for subscription in websub.load_of_feed(connection, feed.feed_id):
        if subscription.expires_at is None:
            continue
        pushed_at = subscription.pushed_at
        if new:
            is_first = pushed_at is not None and (previous_at is None or pushed_at >= previous_at)
            websub.save(connection, _counted(subscription, by_push=is_first))
        begun_at = feeds.get(connection, feed.feed_id).last_attempt_at
        if pushed_at and begun_at and pushed_at > begun_at:
            feed = _due_soon(feed)
    return feed


def _counted(subscription: websub.Subscription, *, by_push: bool) -> websub.Subscription:
    if by_push:
        return replace(subscription, push_first=subscription.push_first + 1)
    return replace(subscription, poll_first=subscription.poll_first + 1)


def _due_soon(feed: FeedRecord) -> FeedRecord:
    if feed.last_attempt_at is None:
        return feed
    due_at = min(feed.next_due_at, feed.last_attempt_at + feeds.POLL_AGAIN_AFTER)
    return replace(feed, next_due_at=due_at, due_reason=Phrase(websub.PUSHED).dump())
