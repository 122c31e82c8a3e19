"""Articles that were published while their feed was not read, as after an outage. Pure.

::

    origin live ───────────────────────────────▶ people are notified at once
    origin backfill, missed_since ─────────────▶ people are notified in one catch-up per topic
    origin backfill of a first read, replay ───▶ suppressed

A feed that is read for the first time shows what was published before anybody asked for it; a feed
that is read again shows what would have been told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.messages import ArticleRevision, Origin

GAP_WAIT = timedelta(minutes=15)
"""How long a catch-up collects what was missed: feeds are due again within minutes of an outage,
and their pages are read one after the other. ``run --once`` treats it as over."""


def is_missed(article: ArticleRevision) -> bool:
    """Return whether an article, or a change of it, was published in a gap of its feed."""
    return article.origin is Origin.BACKFILL and article.missed_since is not None


def may_notify(article: ArticleRevision) -> bool:
    """Return whether people may be notified of an article, by its origin."""
    return article.origin is Origin.LIVE or is_missed(article)


def age_of(article: ArticleRevision, moment: datetime, now: datetime) -> timedelta:
    """Return how old an article is; one that was missed, how old it was when the gap began.

    Args:
        article: The article.
        moment: When what matches in it became known.
        now: The present.
    """
    if article.missed_since is not None and is_missed(article):
        return article.missed_since - moment
    return now - moment
