"""A notification that was decided and is not queued yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.i18n import Phrase
from core.messages import NEW_COVERAGE, SPIKE, ArticleNames


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification about an alert that is not queued yet.

    Attributes:
        kind: ``new_story`` ...
        article_id: The article that it is about, in this ``revision``.
        score: The article's score under the topic.
        reason: Why people are notified, for people.
        reason_code: The same for programs.
        labels: A value for each of :data:`config.catalog.matchers.LABELS`.
        names: Headline, URL and outlet of the article, for the events about it.
        development: What is new in the story, in a line; empty for a new story.
        receivers: The only receivers to notify; None for those of the route.
        not_before: When it goes out at the earliest; None where the plan alone decides.
        missed_since: When the gap of its feed began in which the article was published; None
            without one.
    """

    alert_id: str
    story_id: str
    article_id: str
    revision: int
    score: int
    kind: str
    topic_id: str
    topic_title: str
    severity: str
    reason: Phrase
    reason_code: str
    labels: Mapping[str, str]
    names: ArticleNames
    development: str = ""
    receivers: frozenset[str] | None = None
    not_before: datetime | None = None
    missed_since: datetime | None = None

    @property
    def article(self) -> str:
        """What it is about, as the plan identifies it: an article revision, a story or a topic."""
        if self.kind == NEW_COVERAGE:
            return f"growth {self.alert_id}"
        if self.kind == SPIKE:
            return f"spike {self.topic_id}"
        return f"{self.article_id} {self.revision}"
