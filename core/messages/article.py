"""``news.articles.v1``: one revision of one article, with its full text."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment


class Origin(StrEnum):
    """Why this record exists; only ``live`` ones alert."""

    LIVE = "live"
    BACKFILL = "backfill"
    REPLAY = "replay"


class Access(StrEnum):
    """Whether readers can read it for free, as far as the page says."""

    FREE = "free"
    PAID = "paid"
    UNKNOWN = "unknown"


class Zone(Message):
    """A part of the page that was cut from the text."""

    zone: str = Field(
        description="comments, related, service, advert, author, caption, agency, paywall"
    )
    text: str = Field(description="What stood there, in NFC, paragraphs parted by \\n.")


class ArticleRevision(Message):
    """The nth version of the article under one identity."""

    article_id: str = Field(description="32 hex digits of the hash of the canonical URL.")
    revision: int = Field(ge=1, description="1 for the first version; grows by one.")
    url: str = Field(description="Where a reader finds it.")
    title: str = Field(description="Headline, NFC.")
    lead: str = Field(default="", description="Teaser or first paragraph; not repeated in text.")
    text: str = Field(default="", description="Body without the lead, NFC, paragraphs by \\n.")
    outlet: str = Field(description="Id of the publisher in sources.yaml.")
    feed_id: str = Field(description="The feed that showed it first.")
    language: str = Field(description="Declared by the page or the outlet, two letters.")
    country: str = Field(description="Country of the outlet, ISO 3166 two letters.")
    published_at: Moment | None = Field(
        default=None, description="When it was published; never later than it was fetched."
    )
    published_source: str | None = Field(
        default=None, description="Where published_at comes from: jsonld, feed, page."
    )
    first_seen_at: Moment = Field(description="When a feed first showed it to us.")
    fetched_at: Moment = Field(description="When this revision was read.")
    authors: tuple[str, ...] = Field(default=(), description="Names as the page gives them.")
    agency: str | None = Field(default=None, description="dpa, afp, reuters ..., when credited.")
    access: Access = Field(default=Access.UNKNOWN, description="Whether it can be read for free.")
    origin: Origin = Field(default=Origin.LIVE, description="Why it was published.")
    zones: tuple[Zone, ...] = Field(default=(), description="What was cut, per zone.")
    text_source: str = Field(
        default="page", description="page, or feed where the page could not be read."
    )
