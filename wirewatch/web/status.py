"""Is it quiet, or broken? One line on every page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.faults import Fault
from config.i18n import Translator
from core.store.feeds import FeedState

OVERDUE = timedelta(minutes=15)
"""A feed due for so long is not late but forgotten: polls take seconds and come in turn."""


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """The state of everything.

    Attributes:
        mood: good, warn or bad; the words say the same.
        words: One line.
        troubles: What is wrong, one sentence each.
    """

    mood: str
    words: str
    troubles: tuple[str, ...] = ()


def system_status(
    states: Sequence[FeedState],
    now: datetime,
    since: datetime,
    ill: Sequence[str],
    faults: Sequence[Fault],
    t: Translator,
) -> SystemStatus:
    """The state of everything in one line, the worst first.

    Args:
        states: Of every feed.
        now: The present.
        since: When the program started: what was due before could not be polled.
        ill: Stages that do not run, with reasons.
        faults: Errors that keep the newest operator files out of force.
        t: The reader's language.
    """
    counts = Counter(s.state for s in states if s.state != "off")
    total, broken = sum(counts.values()), counts["failing"] + counts["gone"]
    troubles = _troubles(ill, faults, t)
    due = min((s.feed.next_due_at for s in states if _is_polled(s)), default=now)
    overdue = now - max(due, since)
    if not total:
        return SystemStatus("warn", t("pulse.none"), troubles)
    if broken == total:
        return SystemStatus(
            "bad", t("pulse.all_failing", failing=t.plural("failing", broken)), troubles
        )
    if ill:
        return SystemStatus("bad", t("pulse.ill"), troubles)
    if overdue > OVERDUE:
        return SystemStatus("bad", t("pulse.overdue", span=t.span(overdue)), troubles)
    return _working(states, counts, now, troubles, t)


def _troubles(ill: Sequence[str], faults: Sequence[Fault], t: Translator) -> tuple[str, ...]:
    found = [t("pulse.stopped", stage=stage) for stage in ill]
    if faults:
        more = " " + t("pulse.more", n=len(faults) - 1) if len(faults) > 1 else ""
        found.append(f"{t('pulse.refused')} {faults[0]}{more}")
    return tuple(found)


def _working(
    states: Sequence[FeedState],
    counts: Counter[str],
    now: datetime,
    troubles: tuple[str, ...],
    t: Translator,
) -> SystemStatus:
    total, broken = sum(counts.values()), counts["failing"] + counts["gone"]
    newest = max((s.feed.last_new_at for s in states if s.feed.last_new_at), default=None)
    news = t("pulse.newest", ago=t.ago(newest, now)) if newest else t("pulse.no_entry")
    if broken:
        failing = t.plural("failing", broken)
        words = t("pulse.some_failing", news=news, failing=failing, total=total)
        return SystemStatus("warn", words, troubles)
    if counts["new"] == total:
        return SystemStatus("warn", t("pulse.starting", feeds=t.plural("feeds", total)), troubles)
    words = t("pulse.working", feeds=t.plural("feeds", total), news=news)
    return SystemStatus("warn" if troubles else "good", words, troubles)


def _is_polled(state: FeedState) -> bool:
    return state.state in ("new", "ok", "quiet", "failing")
