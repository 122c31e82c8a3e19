"""How a match ended: told, joined, held or suppressed, each with its reason code. Pure.

::

    Decision ──end_at_decision()──▶ joined, suppressed
                                    notified ──messages──end_of_notified()──▶ told, held, suppressed

    end          codes
    told         those of a decision that notifies: new_story, development, correction ...
    joined       copy, same_story, revision
    held         cap, quiet_hours ... (why the plan holds it), undelivered (it is tried again),
                 pending (group wait, or its turn)
    suppressed   backfill, replay, too_old, silenced ..., undeliverable (every target refused it
                 for good), no_receiver

A match of a live topic has exactly one end at any time. A message that goes out moves its match
from *held* to *told*; a copy that joined something held stays *joined*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from alerts.decide import Decision, ReasonCode, Role
from config.catalog.models import TopicState
from core.messages import AlertEventKind, Match
from core.store.alerts import DecisionRow
from core.store.match_counts import NOTIFIED, DecidedCount, NotifiedMatch


class MatchEnd(StrEnum):
    """How a match of a live topic ended."""

    TOLD = "told"
    JOINED = "joined"
    HELD = "held"
    SUPPRESSED = "suppressed"


class EndCode(StrEnum):
    """Why a match that people are notified of is held or suppressed, besides the plan's holds."""

    PENDING = "pending"
    """It waits for its group wait or its turn."""
    UNDELIVERED = "undelivered"
    """No target has accepted it yet; it is tried again."""
    UNDELIVERABLE = "undeliverable"
    """Every target has refused it for good."""
    NO_RECEIVER = "no_receiver"
    """There was no target."""


ON_THE_WAY = (EndCode.PENDING, EndCode.UNDELIVERED)
"""Codes of held matches that no plan holds: their messages go out as soon as they can."""


@dataclass(slots=True)
class TopicDayEnds:
    """How the matches of a topic on a day (UTC) ended.

    Attributes:
        told: Number of matches told; so ``joined`` and ``held``.
        suppressed: Number of matches suppressed by reason code.
        held_by: Number of held matches by reason code.
        not_live: Number of matches decided while the topic was draft, shadow or retired, by that
            state; they are not among ``matches``.
    """

    topic_id: str
    day: date
    told: int = 0
    joined: int = 0
    held: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)
    held_by: dict[str, int] = field(default_factory=dict)
    not_live: dict[str, int] = field(default_factory=dict)

    @property
    def on_the_way(self) -> int:
        """How many of the held matches no plan holds: their messages wait for their turn."""
        return sum(self.held_by.get(code, 0) for code in ON_THE_WAY)

    @property
    def matches(self) -> int:
        """The number of matches while the topic was live: the sum of the four ends."""
        return sum(self.by_end().values())

    def by_end(self) -> dict[str, int]:
        """Return the number of matches with each end."""
        return {
            "told": self.told,
            "joined": self.joined,
            "held": self.held,
            "suppressed": sum(self.suppressed.values()),
        }

    def add(self, state: str, end: MatchEnd, code: str, number: int) -> None:
        """Count matches that ended alike."""
        if state != TopicState.LIVE:
            self.not_live[state] = self.not_live.get(state, 0) + number
        elif end is MatchEnd.SUPPRESSED:
            self.suppressed[code] = self.suppressed.get(code, 0) + number
        else:
            setattr(self, end.value, getattr(self, end.value) + number)
            if end is MatchEnd.HELD:
                self.held_by[code] = self.held_by.get(code, 0) + number

    def include(self, other: TopicDayEnds) -> None:
        """Add the matches of another day."""
        self.told += other.told
        self.joined += other.joined
        self.held += other.held
        for name in ("suppressed", "held_by", "not_live"):
            numbers, more = getattr(self, name), getattr(other, name)
            setattr(self, name, {c: numbers.get(c, 0) + more.get(c, 0) for c in {*numbers, *more}})


def end_at_decision(
    decision: Decision, match: Match, prior: DecisionRow | None = None
) -> tuple[str, str]:
    """Return how a match ends by its decision alone, and the reason code.

    Args:
        decision: The decision.
        match: What it is about.
        prior: For a revision, the decision about an earlier one: it ends as that did.

    Returns:
        ``notified``, where the messages about it say how it ends, ``joined`` or ``suppressed``.
    """
    code = decision.code.value
    if decision.notify:
        return NOTIFIED, code
    if decision.event is AlertEventKind.UPDATED or decision.role is Role.COPY:
        return MatchEnd.JOINED.value, code
    if decision.code is ReasonCode.NOT_LIVE:
        return MatchEnd.SUPPRESSED.value, match.article.origin.value
    if decision.code is ReasonCode.REVISION and prior is not None:
        if prior.match_end == MatchEnd.JOINED:
            return MatchEnd.JOINED.value, code
        return MatchEnd.SUPPRESSED.value, prior.end_code or prior.reason_code
    return MatchEnd.SUPPRESSED.value, code


def end_of_notified(match: NotifiedMatch) -> tuple[MatchEnd, str]:
    """Return how a match ended that people are notified of, by how far its messages have got.

    It is told as soon as one target has accepted a message about it.
    """
    if match.delivered:
        return MatchEnd.TOLD, match.end_code
    if match.hold_code:
        return MatchEnd.HELD, match.hold_code
    if match.waiting:
        return MatchEnd.HELD, EndCode.UNDELIVERED if match.attempted else EndCode.PENDING
    return MatchEnd.SUPPRESSED, EndCode.UNDELIVERABLE if match.failed else EndCode.NO_RECEIVER


def add_up(
    decided: Iterable[DecidedCount], notified: Iterable[NotifiedMatch]
) -> list[TopicDayEnds]:
    """Return how matches ended for each topic and day, ordered by topic, then day."""
    days: dict[tuple[str, date], TopicDayEnds] = {}

    def of(topic_id: str, day: date) -> TopicDayEnds:
        return days.setdefault((topic_id, day), TopicDayEnds(topic_id, day))

    for count in decided:
        end = MatchEnd(count.match_end)
        of(count.topic_id, count.day).add(count.topic_state, end, count.end_code, count.matches)
    for match in notified:
        of(match.topic_id, match.day).add(match.topic_state, *end_of_notified(match), 1)
    return [days[key] for key in sorted(days)]
