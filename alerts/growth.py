"""Growth: a story that people know has reached 5, 15 or 40 independent outlets. Pure.

::

    story, its alert, silence ──decide_growth()──▶ GrowthDecision | None
    messages about the story  ──ladder_due()─────▶ when its growth is told at the earliest

Independent outlets are those with a text of their own. A copy does not count, and all texts that
are credited to one agency count as one. Growth says nothing new about the event, so it waits on a
ladder that widens with each message about the story. Each threshold is decided once for a story.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Phrase
from core.messages import NEW_COVERAGE
from core.messages.alert import SNOOZED
from core.store.alerts import CLOSED, Alert
from core.store.stories import Story, StoryArticle

THRESHOLDS = (5, 15, 40)
"""Independent outlets at which people are told that a story grows: some, many, everywhere."""

LADDER = tuple(timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240))
"""Shortest time from the last message about a story to its growth, after one message, two ..."""


@dataclass(frozen=True, slots=True)
class StoryHistory:
    """The messages about a story that a receiver got or will get.

    Attributes:
        messages: How many.
        last_due: When the last of them is or was due.
        is_told: Whether any of them has gone out, or is on its way. If not, the first one will name
            all outlets itself.
    """

    messages: int
    last_due: datetime
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class GrowthDecision:
    """The decision about a story that has reached a threshold.

    Attributes:
        threshold: The highest that was reached.
        code: ``new_coverage``, or why people are not notified: ``closed``, ``silenced`` ...
        reason: Why, for people.
        snoozed_until: When the snooze ends, where that is why.
    """

    threshold: int
    code: str
    reason: Phrase
    snoozed_until: datetime | None = None

    @property
    def notify(self) -> bool:
        """Whether receivers are notified."""
        return self.code == NEW_COVERAGE


def find_threshold(outlets: int, decided: int) -> int | None:
    """Return the highest threshold that a number of outlets reaches, unless it was decided.

    Args:
        outlets: Independent outlets of a story.
        decided: The highest threshold that was decided; 0 where none was.
    """
    reached = max((t for t in THRESHOLDS if t <= outlets), default=0)
    return reached if reached > decided else None


def decide_growth(
    story: Story, alert: Alert, silence: Phrase | None, now: datetime
) -> GrowthDecision | None:
    """Decide whether people are notified that a story has grown; None where it has not.

    An acknowledged alert stays acknowledged: growth is nothing that a person has to act on.

    Args:
        story: The story with its present number of outlets.
        alert: The alert about it.
        silence: Why a silence mutes its growth; None where none does.
        now: The present.
    """
    threshold = find_threshold(story.independent_outlets, story.growth)
    if threshold is None:
        return None
    if alert.state == CLOSED:
        return GrowthDecision(threshold, CLOSED, Phrase("growth.closed"))
    if alert.snoozed_until is not None and alert.is_snoozed(now):
        reason = Phrase("plan.snoozed", until=alert.snoozed_until)
        return GrowthDecision(threshold, SNOOZED, reason, alert.snoozed_until)
    if silence is not None:
        return GrowthDecision(threshold, "silenced", silence)
    reason = Phrase("growth.outlets", n=story.independent_outlets)
    return GrowthDecision(threshold, NEW_COVERAGE, reason)


def ladder_due(history: StoryHistory) -> datetime:
    """Return when a story's growth may be told at the earliest, after earlier messages about it."""
    return history.last_due + LADDER[min(history.messages, len(LADDER)) - 1]


def find_told_articles(bodies: Iterable[str]) -> set[str]:
    """Return the ids of the articles that messages name.

    Args:
        bodies: JSON of the messages.
    """
    parsed = [json.loads(body) for body in bodies if body]
    parts = [part for body in parsed for part in (body, *(body.get("items") or ()))]
    return {article["id"] for part in parts for article in part.get("articles") or ()}


def select_new_articles(
    articles: Sequence[StoryArticle], told: Collection[str], newest: str
) -> list[StoryArticle]:
    """Return a story's articles that a receiver was not told of, with all copies.

    What has vanished before the message goes out is left out.

    Args:
        articles: The articles of the story.
        told: Ids of those that the receiver was told of.
        newest: Id of the article with which the story reached the threshold; it is always named.
    """
    return [
        article
        for article in articles
        if article.copy_of is not None
        or article.article_id == newest
        or (article.article_id not in told and not article.shown().gone)
    ]
