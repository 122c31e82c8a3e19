"""The report of topics: how their matches ended, how precise their rules are, what they missed.

::

    matches of the days ──▶ told + joined + held + suppressed      (alerts.match_end)
    verdicts of people ───▶ precision of the topic and of each rule, with its interval
    missed articles ──────▶ their number, by what became of them
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from alerts.match_end import TopicDayEnds, add_up
from core.store import Connection
from core.store.console.actions import IRRELEVANT
from core.store.console.overviews import wilson
from core.store.feedback import JudgedStory, load_told_stories
from core.store.match_counts import count_decided, load_notified
from core.store.missed_articles import MissedArticle, list_missed

ENDS_DAYS = 7
"""Days of which the console and its API say how matches ended."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of some stories that were told are relevant.

    Attributes:
        told: Number of stories told.
        judged: Number of these that people have judged; ``irrelevant`` of them are not relevant.
        share: Share of the judged stories that are relevant, 0 to 1; None where none is judged.
        low: Lower end of its 95 % confidence interval (Wilson); ``high`` the upper end.
    """

    told: int
    judged: int
    irrelevant: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class TopicReport:
    """The report of one topic.

    Attributes:
        days: How its matches ended, for each day that has any.
        precision: Of the stories that were told in this time.
        rules: The same for the stories in which a rule fired, by its id.
        missed: Number of articles that people missed, by what had become of them.
    """

    topic_id: str
    days: tuple[TopicDayEnds, ...]
    precision: Precision
    rules: dict[str, Precision]
    missed: dict[str, int]

    def total(self) -> TopicDayEnds:
        """Return the sum of all days, under the first of them."""
        first = self.days[0].day if self.days else date.min
        total = TopicDayEnds(self.topic_id, first)
        for day in self.days:
            total.include(day)
        return total


def load_ends(
    connection: Connection, days: tuple[date, ...], topic_id: str | None = None
) -> list[TopicDayEnds]:
    """Return how the matches of days ended, for each topic and day that has any.

    Args:
        connection: Any transaction.
        days: Days (UTC), in order and without a gap.
        topic_id: Only matches of this topic.
    """
    decided = count_decided(connection, days, topic_id)
    return add_up(decided, load_notified(connection, days, topic_id))


def load_reports(
    connection: Connection,
    days: tuple[date, ...],
    topics: Collection[str],
    topic_id: str | None = None,
) -> list[TopicReport]:
    """Return a report for each topic, ordered by id; also for topics without a file.

    Args:
        connection: Any transaction.
        days: Days (UTC), in order and without a gap.
        topics: Ids of the topics that have a file.
        topic_id: Only this topic.
    """
    since = datetime.combine(days[0], time(), UTC)
    ends = load_ends(connection, days, topic_id)
    told = load_told_stories(connection, since=since, topic_id=topic_id)
    missed = list_missed(connection, since=since, topic_id=topic_id)
    seen = {*(row.topic_id for row in ends), *(row.topic_id for row in missed)}
    known = {topic_id} if topic_id else {*topics, *seen}
    return [_report(topic, ends, told, missed) for topic in sorted(known)]


def precision_of(stories: Sequence[JudgedStory]) -> Precision:
    """Return how many of these stories are relevant."""
    judged = [story for story in stories if story.verdict]
    irrelevant = sum(story.verdict == IRRELEVANT for story in judged)
    if not judged:
        return Precision(len(stories), 0, 0)
    relevant = len(judged) - irrelevant
    low, high = wilson(relevant, len(judged))
    return Precision(len(stories), len(judged), irrelevant, relevant / len(judged), low, high)


def precision_by_rule(stories: Sequence[JudgedStory]) -> dict[str, Precision]:
    """Return how many stories are relevant of those in which a rule fired, by its id."""
    rules = sorted({rule for story in stories for rule in story.rules})
    return {rule: precision_of([s for s in stories if rule in s.rules]) for rule in rules}


def _report(
    topic_id: str,
    ends: Iterable[TopicDayEnds],
    told: Iterable[JudgedStory],
    missed: Iterable[MissedArticle],
) -> TopicReport:
    stories = [story for story in told if story.topic_id == topic_id]
    outcomes: Counter[str] = Counter(row.outcome for row in missed if row.topic_id == topic_id)
    return TopicReport(
        topic_id,
        tuple(day for day in ends if day.topic_id == topic_id),
        precision_of(stories),
        precision_by_rule(stories),
        dict(sorted(outcomes.items())),
    )


def ends_as_json(ends: TopicDayEnds) -> dict[str, Any]:
    """Return how matches ended as commands and the API print it."""
    return {
        "matches": ends.matches,
        **ends.by_end(),
        "suppressed_by": dict(sorted(ends.suppressed.items())),
        "held_by": dict(sorted(ends.held_by.items())),
        "not_live": dict(sorted(ends.not_live.items())),
    }
