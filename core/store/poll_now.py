"""Make a feed due at once: a person asked for it, or a hub has pushed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.errors import NotFoundError
from config.i18n import Phrase
from core.store import Connection, audit, feeds, hosts
from core.store.sql import check_parameter
from core.text import clean_line


class PollNowResult(StrEnum):
    """What a request to poll a feed led to."""

    DUE_NOW = "due_now"
    """It is polled now."""
    POLLED_RECENTLY = "polled_recently"
    """It was polled a moment ago and is polled again soon."""
    HOST_PAUSED = "host_paused"
    """It is polled when the pause that its host asked for is over."""
    NOT_CONFIGURED = "not_configured"
    """Nothing changed: it is no longer in sources.yaml."""


@dataclass(frozen=True, slots=True)
class PollNowOutcome:
    """What a request to poll a feed led to.

    Attributes:
        due_at: When it is polled; None where it is not.
    """

    result: PollNowResult
    due_at: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the feed is going to be polled."""
        return self.due_at is not None


def poll_now(
    connection: Connection,
    feed_id: str,
    *,
    now: datetime,
    by: str = "",
    reason: str = "feed.due.requested",
) -> PollNowOutcome:
    """Make a feed due as soon as it may be polled, even where it is gone.

    It may be polled once its host's pause is over and
    :data:`core.store.feeds.POLL_AGAIN_AFTER` has passed since the last attempt.

    Args:
        connection: A write transaction.
        feed_id: The feed.
        now: The present moment.
        by: Who asked for it; empty for a hub.
        reason: Code of the phrase that says why.

    Raises:
        NotFoundError: There is no such feed.
    """
    feed = feeds.find(connection, check_parameter(feed_id))
    if feed is None:
        raise NotFoundError(f"{clean_line(feed_id, 120)!r} is no feed.")
    if feed.removed_at is not None:
        return PollNowOutcome(PollNowResult.NOT_CONFIGURED)
    due = max(now, feed.last_attempt_at + feeds.POLL_AGAIN_AFTER) if feed.last_attempt_at else now
    values = {"next_due_at": due, "gone_at": None, "due_reason": Phrase(reason).dump()}
    connection.execute(feeds.feeds.update().where(feeds.feeds.c.feed_id == feed_id).values(values))
    if by:
        audit.record(connection, "polled", feed_id, by=by, at=now)
    pauses = hosts.load_pauses(connection, now)
    paused_until = pauses.get(feed.host) or pauses.get(feed.url)
    if paused_until:
        return PollNowOutcome(PollNowResult.HOST_PAUSED, paused_until)
    if due > now:
        return PollNowOutcome(PollNowResult.POLLED_RECENTLY, due)
    return PollNowOutcome(PollNowResult.DUE_NOW, now)
