"""``news.articles.v1``: a revision of an article, with its full text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment


class Origin(StrEnum):
    """Why a revision was published. ``live`` ones alert, and ``backfill`` with ``missed_since``."""

    LIVE = "live"
    BACKFILL = "backfill"
    REPLAY = "replay"


class Access(StrEnum):
    """Whether the article can be read for free, as far as the page says."""

    FREE = "free"
    PAID = "paid"
    UNKNOWN = "unknown"


class Zone(Message):
    """A part of the page that is not part of the article's text."""

    zone: str = Field(
        description="comments, related, service, advert, author, caption, agency, paywall, removed"
    )
    text: str = Field(description="Its text, in NFC, with \\n between paragraphs.")


class Passage(Message):
    """A part of a field of an article: whole sentences. Offsets count code points in NFC."""

    field: str = Field(description="title, lead or text.")
    start: int = Field(ge=0, description="First code point of the passage.")
    end: int = Field(ge=0, description="One past the last code point.")


class ArticleRevision(Message):
    """A revision of an article, which is identified by its canonical URL."""

    article_id: str = Field(description="32 hex digits of the hash of the canonical URL.")
    revision: int = Field(ge=1, description="1 for the first revision, increasing by one.")
    url: str = Field(description="Where readers find the article.")
    title: str = Field(description="Headline, in NFC.")
    lead: str = Field(default="", description="Teaser or first paragraph; not part of text.")
    text: str = Field(
        default="", description="Body without the lead, in NFC, with \\n between paragraphs."
    )
    outlet: str = Field(description="Id of the publisher in sources.yaml.")
    feed_id: str = Field(description="The feed that showed the article first.")
    language: str = Field(description="As declared by the page or the outlet, two letters.")
    country: str = Field(description="Country of the outlet, two letters (ISO 3166).")
    published_at: Moment | None = Field(
        default=None, description="When the article was published; never later than fetched_at."
    )
    published_source: str | None = Field(
        default=None, description="Where published_at comes from: jsonld, feed or page."
    )
    published_precision: str | None = Field(
        default=None,
        description="time, or day if only the day is known; published_at is then the end of that "
        "day where the outlet is, or first_seen_at if that is earlier.",
    )
    published_confidence: str | None = Field(
        default=None,
        description="high: declared for programs, with its time zone; medium: read from the text, "
        "or in the time zone of the outlet; low: guessed from the page or its URL.",
    )
    published_before: Moment | None = Field(
        default=None,
        description="Where published_at is null: the article was published by then, because the "
        "page says that it was last changed then.",
    )
    first_seen_at: Moment = Field(description="When a feed first showed the article.")
    fetched_at: Moment = Field(description="When this revision was fetched.")
    authors: tuple[str, ...] = Field(
        default=(), description="Names of the authors, as on the page."
    )
    agency: str | None = Field(
        default=None, description="The credited agency: dpa, afp, reuters ..."
    )
    access: Access = Field(
        default=Access.UNKNOWN, description="Whether the article can be read for free."
    )
    origin: Origin = Field(default=Origin.LIVE, description="Why this revision was published.")
    zones: tuple[Zone, ...] = Field(
        default=(), description="The parts of the page that are not part of the text."
    )
    text_source: str = Field(
        default="page", description="page, or feed where the page could not be read."
    )
    flags: tuple[str, ...] = Field(
        default=(),
        description="What is unusual about the page: thin, teaser_only, live, script_built, "
        "selector_missed; disputed where another reading of it has much more or much less text; "
        "not_read where the link leads to no page; incomplete where one of several pages could not "
        "be read. Where the page is not the article's, what it is (docs/streams.md).",
    )
    document_type: str | None = Field(
        default=None,
        description="What the link leads to where it is no page, so that the text is that of the "
        "feed: pdf, image, audio, video, document or other; else null.",
    )
    gone: bool = Field(
        default=False,
        description="Whether the page has vanished; the text is then that of an earlier revision.",
    )
    changed_at: Moment | None = Field(
        default=None,
        description="When the change was noticed; null if this is the first text of the article.",
    )
    new_passages: tuple[Passage, ...] | None = Field(
        default=None,
        description="What the revisions before do not say, without small edits, times and "
        "counters; null if there is nothing to compare with.",
    )
    missed_since: Moment | None = Field(
        default=None,
        description="For backfill after a gap: when the feed was last read before it; else null.",
    )

    def vanished(self, revision: int, at: datetime) -> ArticleRevision:
        """Return the revision that announces that the page has vanished, with this text.

        Args:
            revision: Its number.
            at: When that was noticed.
        """
        return self.model_copy(
            update={
                "revision": revision,
                "fetched_at": at,
                "changed_at": at,
                "new_passages": (),
                "origin": Origin.LIVE,
                "missed_since": None,
                "gone": True,
            }
        )
