"""Topics as the API shows them: their volume, how their matches ended, their rules and faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from pydantic import Field

from alerts.match_end import TopicDayEnds
from alerts.topic_report import ends_as_json
from config.catalog.models import RuleDefinition, TopicDefinition
from config.faults import Fault
from core.store.console.overviews import TopicDay, TopicOverview
from wirewatch.web.api.models import ResponseModel


class DayEnds(ResponseModel):
    """How a topic's matches of a day (UTC) ended; the four ends add up to the matches."""

    day: date
    matches: int
    told: int
    joined: int
    held: int
    suppressed: int
    suppressed_by: dict[str, int] = Field(description="By reason code.")
    held_by: dict[str, int] = Field(description="By reason code.")
    not_live: dict[str, int] = Field(
        description="Matches while the topic was draft, shadow or retired, not among the others."
    )


class TopicOut(ResponseModel):
    """A topic with its figures."""

    id: str
    title: str
    state: str | None = Field(description="null if its file no longer exists.")
    owner: str = Field(description="The person or team to ask about it; empty if none is named.")
    days: tuple[TopicDay, ...] = Field(
        description="Volume of 30 days, today last: matches, and decisions that opened or "
        "suppressed an alert, whatever became of the messages; see `ends` for that."
    )
    ends: tuple[DayEnds, ...] = Field(
        description="How its matches of the last 7 days ended; days without any are left out."
    )
    open: int
    acked: int
    relevant: int
    irrelevant: int
    precision: float | None = Field(description="Of the judged stories; null if there are none.")
    precision_low: float | None = Field(description="Lower end of the 95 % Wilson interval.")
    precision_high: float | None


class FieldWeightOut(ResponseModel):
    """Points by where the hits of a rule lie."""

    title: int
    lead: int
    text: int = Field(description="For each sentence with a hit.")
    most: int = Field(description="Bound of the absolute value of all together.")


class RuleOut(ResponseModel):
    """A rule of a topic."""

    id: str
    weight: int = Field(description="The points furthest from 0 that it can give an article.")
    by_field: FieldWeightOut | None = Field(
        description="Points by where hits lie; null if the weight counts once per article."
    )
    query: str
    fields: tuple[str, ...] = Field(description="That the query searches; empty means all.")
    unless: tuple[str, ...] = Field(description="Rules none of which may fire.")

    @classmethod
    def of(cls, rule: RuleDefinition) -> RuleOut:
        """Return a rule as the API shows it."""
        weight = rule.by_field
        return cls(
            id=rule.id,
            weight=rule.weight,
            by_field=FieldWeightOut(**asdict(weight)) if weight else None,
            query=rule.query.value.strip(),
            fields=rule.fields,
            unless=rule.unless,
        )


class TopicDetail(TopicOut):
    """A topic with its definition in force."""

    threshold: int
    languages: tuple[str, ...] = Field(description="Of articles that may match; empty means all.")
    severity: str
    rules: tuple[RuleOut, ...]
    file: str
    faults: tuple[Fault, ...] = Field(
        description="Faults of the newest file; errors keep it from taking effect."
    )


class TopicList(ResponseModel):
    """All topics."""

    topics: tuple[TopicOut, ...]


def topic_out(
    overview: TopicOverview, topic: TopicDefinition | None, ends: Sequence[TopicDayEnds]
) -> TopicOut:
    """Return a topic as lists show it.

    Args:
        overview: Its figures.
        topic: Its definition in force; None if its file no longer exists.
        ends: How matches ended, of this topic and others.
    """
    own = [day for day in ends if day.topic_id == overview.topic_id]
    return TopicOut(
        id=overview.topic_id,
        title=topic.title if topic else overview.topic_id,
        state=topic.state.value if topic else None,
        owner=topic.owner if topic else "",
        days=overview.days,
        ends=tuple(DayEnds(day=day.day, **ends_as_json(day)) for day in own),
        open=overview.open,
        acked=overview.acked,
        relevant=overview.relevant,
        irrelevant=overview.irrelevant,
        precision=overview.precision,
        precision_low=overview.low,
        precision_high=overview.high,
    )


def topic_detail(
    topic: TopicDefinition,
    overview: TopicOverview,
    ends: Sequence[TopicDayEnds],
    faults: Sequence[Fault],
) -> TopicDetail:
    """Return a topic with its definition.

    Args:
        topic: Its definition in force.
        overview: Its figures.
        ends: How matches ended, of this topic and others.
        faults: Faults of all files.
    """
    return TopicDetail(
        **dict(topic_out(overview, topic, ends)),
        threshold=topic.threshold,
        languages=topic.languages,
        severity=topic.alert.severity,
        rules=tuple(map(RuleOut.of, topic.rules)),
        file=topic.position.file,
        faults=tuple(fault for fault in faults if fault.file == topic.position.file),
    )
