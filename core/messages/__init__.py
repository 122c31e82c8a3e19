"""The records of the streams: frozen, versioned, documented; the schemas are made from them.

``news.articles.v1`` carries :class:`ArticleRevision`, ``news.enriched.v1`` :class:`Enriched`,
``news.matches.v1`` :class:`Match`, ``news.alerts.v1`` :class:`AlertEvent`,
``news.feed-health.v1`` :class:`FeedHealth`. :mod:`core.messages.envelope` turns one into a record.
Within v1 only optional fields are added; readers ignore fields they do not know.
"""

from core.messages.alert import AlertEvent, AlertEventKind
from core.messages.article import Access, ArticleRevision, Origin, Zone
from core.messages.base import Message
from core.messages.enriched import Enriched, EntityMention, TopicScore
from core.messages.feed_health import FeedHealth, FeedHealthKind
from core.messages.match import Evidence, Field, Match

__all__ = [
    "Access",
    "AlertEvent",
    "AlertEventKind",
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
    "TopicScore",
    "Zone",
]
