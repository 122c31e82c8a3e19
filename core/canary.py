"""The canary: an invented article that takes the way of every article, once an hour.

::

    canary_article ──outbox──▶ CANARY_ARTICLES ──processors──▶ CANARY_MATCHES ──alerts──▶ targets

Its streams, outlet and topic distinguish it from news: no operator's file can use them. It enters
no public stream, count or list (docs/decisions/0023-canary.md).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.catalog.sources import CANARY_OUTLET
from core.clock import rfc3339
from core.ids import article_id
from core.messages import ArticleRevision

CANARY_ARTICLES: Final = "internal.canary-articles.v1"
CANARY_MATCHES: Final = "internal.canary-matches.v1"
"""Internal streams: what they contain is no part of the public contract."""

EVERY: Final = timedelta(hours=1)
"""Time between two canaries."""

MISSING_AFTER: Final = timedelta(hours=2)
"""How long a canary may take. One that is lost is followed by another that may arrive in time."""

_POSITION: Final = FilePosition("wirewatch", 1, 1)
_TITLE: Final = "Wirewatch canary"
_QUERY: Final = f'outlet:{CANARY_OUTLET} AND title:"{_TITLE}" AND text:"hourly test"'

CANARY_TOPIC: Final = TopicDefinition(
    id="_canary",
    title="Wirewatch",
    revision="canary",
    languages=(),
    threshold=1,
    state=TopicState.LIVE,
    terms={},
    rules=(RuleDefinition("canary", 1, SourceText(_QUERY, _POSITION)),),
    entities=(),
    alert=AlertPolicy(severity="low", max_age=MISSING_AFTER),
    publish=False,
    tests=(),
    position=_POSITION,
)
"""The topic that only a canary matches; its id is none that an operator's file can have."""


def has_canaries(catalog: Catalog) -> bool:
    """Return whether any receiver gets canaries; if none does, nothing runs."""
    return any(receiver.canary for receiver in catalog.alerts.receivers)


def canary_article(at: datetime) -> ArticleRevision:
    """Return the canary that is sent at a time."""
    url = f"https://{CANARY_OUTLET}.invalid/{rfc3339(at)}"
    return ArticleRevision(
        article_id=article_id(url),
        revision=1,
        url=url,
        title=_TITLE,
        text="This article is invented. It is the hourly test of the way from an article to you.",
        outlet=CANARY_OUTLET,
        feed_id=CANARY_OUTLET,
        language="en",
        country="",
        published_at=at,
        first_seen_at=at,
        fetched_at=at,
    )
