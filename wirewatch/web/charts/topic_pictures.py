"""The pictures of a topic: how much matches, in how many outlets, and how matches end. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from alerts.match_end import TopicDayEnds
from wirewatch.web.charts.bars import Chart, bars
from wirewatch.web.charts.stacks import StackedChart, stacked_bars

ENDS = ("told", "joined", "on_the_way", "held", "suppressed")
"""How matches end, from the bottom of a bar to its top; see :func:`shown_ends`."""

WIDTH, HEIGHT = 600, 100


@dataclass(frozen=True, slots=True)
class TopicPictures:
    """The charts of a topic's page.

    Attributes:
        outlets: Number of outlets with articles, per day.
        ends: How the matches of the last days ended.
        rows: Day, matches and outlets: the table of the same numbers, the newest day first.
    """

    outlets: Chart
    ends: StackedChart
    rows: tuple[tuple[date, int, int], ...]


def draw_topic(
    matches: Sequence[tuple[date, int]],
    outlets: Mapping[date, int],
    ends: Sequence[TopicDayEnds],
    days: Sequence[date],
) -> TopicPictures:
    """Return the pictures of a topic.

    Args:
        matches: Days with their number of matches, oldest first, without gaps.
        outlets: Number of outlets by day; days without any may be missing.
        ends: How matches ended, for each day that has any.
        days: The days of ``ends``, oldest first, without gaps.
    """
    by_day = {row.day: shown_ends(row) for row in ends}
    per_day = [(day, outlets.get(day, 0)) for day, _ in matches]
    return TopicPictures(
        outlets=bars(per_day, width=WIDTH, height=HEIGHT),
        ends=stacked_bars(
            [(day, by_day.get(day, {})) for day in days], ENDS, width=WIDTH, height=HEIGHT
        ),
        rows=tuple((day, count, outlets.get(day, 0)) for day, count in reversed(matches)),
    )


def shown_ends(day: TopicDayEnds) -> dict[str, int]:
    """Return the numbers of matches by end as people read them.

    *Held* is what a plan holds until a time or a condition, as on the pages of stories and of the
    handover. A match whose message only waits for its turn is *on the way*.
    """
    ends = day.by_end()
    return ends | {"held": ends["held"] - day.on_the_way, "on_the_way": day.on_the_way}
