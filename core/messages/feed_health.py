"""``news.feed-health.v1``: changes in the health of feeds."""

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
    REIDENTIFIED = "reidentified"
    PARTIAL = "partial"
    WRONG_304 = "wrong_304"


class FeedHealth(Message):
    """A change in the health of a feed."""

    feed_id: str = Field(description="Id of the outlet and hash of the feed's URL.")
    outlet: str = Field(description="Id of the publisher in sources.yaml.")
    url: str = Field(description="URL of the feed, without a password and with its query masked.")
    event: FeedHealthKind
    outcome: str = Field(description="Class of the poll's outcome, one of a bounded set.")
    message: str = Field(description="What happened, in English; never a text of a server.")
    at: Moment = Field(description="When it was noticed.")
