"""The messages on the streams: frozen, versioned, and the source of the published schemas.

``news.articles.v1`` carries :class:`ArticleRevision`, ``news.enriched.v1`` :class:`Enriched`,
``news.matches.v1`` :class:`Match`, ``news.alerts.v1`` :class:`AlertEvent`,
``news.feed-health.v1`` :class:`FeedHealth`. :mod:`core.messages.envelope` makes records of them.
Within v1 only optional fields are added, and readers ignore unknown fields.
"""

from core.messages.alert import (
    HELD,
    NEW_COVERAGE,
    RELEASED,
    SPIKE,
    UNNAMED,
    AlertEvent,
    AlertEventKind,
    ArticleNames,
    article_names,
)
from core.messages.article import Access, ArticleRevision, Origin, Passage, Zone
from core.messages.base import Message
from core.messages.enriched import Enriched, EntityMention, TopicScore
from core.messages.feed_health import FeedHealth, FeedHealthKind
from core.messages.match import Evidence, Field, Match

__all__ = [
    "HELD",
    "NEW_COVERAGE",
    "RELEASED",
    "SPIKE",
    "UNNAMED",
    "Access",
    "AlertEvent",
    "AlertEventKind",
    "ArticleNames",
    "ArticleRevision",
    "Enriched",
    "EntityMention",
    "Evidence",
    "FeedHealth",
    "FeedHealthKind",
    "Field",
    "Match",
    "Message",
    "Origin",
    "Passage",
    "TopicScore",
    "Zone",
    "article_names",
]
