"""``news.feed-health.v1``: poll outcomes that changed something."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment


class FeedHealthKind(StrEnum):
    """What changed."""

    FAILING = "failing"
    RECOVERED = "recovered"
    GONE = "gone"
    WINDOW_GAP = "window_gap"
    MOVED = "moved"


class FeedHealth(Message):
    """One change in the state of a feed."""

    feed_id: str = Field(description="Outlet and hash of the feed's URL.")
    outlet: str = Field(description="Id of the publisher in sources.yaml.")
    url: str = Field(description="The feed, without a password.")
    event: FeedHealthKind
    outcome: str = Field(description="Class of the poll's outcome, of a bounded set.")
    message: str = Field(description="What happened, in words.")
    at: Moment = Field(description="When it was noticed.")
