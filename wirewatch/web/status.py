"""The system's status in one line, shown on every page: quiet, or broken? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.faults import Fault
from config.i18n import Phrase, Translator
from core.store.feed_record import FeedState
from core.store.targets import TargetState

OVERDUE = timedelta(minutes=15)
"""A feed that has been due for longer was forgotten: a poll takes seconds, and feeds take turns."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong.

    Attributes:
        text: What it is, in the reader's language.
        detail: What it is about in particular, also in the reader's language; may be empty.
    """

    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class SystemStatus:
    """Status of the system.

    Attributes:
        mood: ``good``, ``warn`` or ``bad``; the text says the same.
        text: One line; empty on a page without a status.
        problems: Everything that is wrong with the program itself.
        nothing_read: Whether there are feeds and none was ever read.
        no_feeds: Whether there are none to read.
    """

    mood: str = ""
    text: str = ""
    problems: tuple[Problem, ...] = ()
    nothing_read: bool = False
    no_feeds: bool = False


def system_status(
    states: Sequence[FeedState],
    now: datetime,
    started_at: datetime,
    ill: Sequence[Phrase],
    errors: Sequence[Fault],
    broken: Sequence[TargetState],
    t: Translator,
    canary: Sequence[Phrase] = (),
    failed_tests: Sequence[Fault] = (),
) -> SystemStatus:
    """Return the status of the system; the most serious problem decides.

    Args:
        states: State of every feed.
        now: The present.
        started_at: When the program started; a feed that was due earlier is overdue from then on.
        ill: Why the program is not healthy, apart from feeds, targets and the canary.
        errors: Errors that keep the newest operator files from taking effect.
        broken: Targets of receivers that are broken, so that their messages wait.
        t: The reader's language.
        canary: What is wrong with the canary; empty where none is missing.
        failed_tests: Warnings of topics whose tests fail.
    """
    canaries = (Problem(t("system.canary_problem"), t.phrase(reason)) for reason in canary)
    own = _problems(ill, errors, failed_tests, t)
    problems = (*own, *_target_problems(broken, t), *canaries)
    followed = [state for state in states if state.state != "off"]
    nothing_read = bool(followed) and not any(state.was_read for state in followed)
    late = _overdue(states, now, started_at)
    if text := _broken(followed, ill, canary, late, t):
        return SystemStatus("bad", text, problems, nothing_read)
    return replace(_working(followed, now, problems, t), nothing_read=nothing_read)


def _broken(
    states: Sequence[FeedState],
    ill: Sequence[Phrase],
    canary: Sequence[Phrase],
    late: timedelta,
    t: Translator,
) -> str:
    """Return what keeps the whole system from working; empty where nothing does."""
    if not states:
        return ""
    if _failing(_count(states)) == len(states):
        return t("system.all_failing")
    if ill:
        is_stage = any(_cause(reason).code == "health.stage" for reason in ill)
        return t("system.stage_down") if is_stage else t("system.ill")
    if canary:
        return t("system.no_canary")
    return t("system.overdue", span=t.span(late)) if late > OVERDUE else ""


def _count(states: Sequence[FeedState]) -> Counter[str]:
    return Counter(state.state for state in states)


def _problems(
    ill: Sequence[Phrase], errors: Sequence[Fault], failed_tests: Sequence[Fault], t: Translator
) -> tuple[Problem, ...]:
    problems = [_reason(reason, t) for reason in ill]
    if errors:
        rejected = t.plural("system.config_rejected", len(errors))
        problems.append(Problem(rejected, _fault(errors[0], t)))
    if failed_tests:
        failed = t.plural("system.tests_failed", len(failed_tests))
        problems.append(Problem(failed, _fault(failed_tests[0], t)))
    return tuple(problems)


def _fault(fault: Fault, t: Translator) -> str:
    """Return where a fault is, and what it is."""
    return f"{fault.file}:{fault.line}:{fault.column}: {fault.code} {t.phrase(fault.phrase)}"


def _reason(reason: Phrase, t: Translator) -> Problem:
    """Return a reason of the diagnosis."""
    if _cause(reason).code == "health.stage":
        return Problem(t("system.stage_stopped"), t.phrase(reason))
    return Problem(t.phrase(reason), "")


def _cause(reason: Phrase) -> Phrase:
    """Return a reason without the process that it is about."""
    cause = reason.params.get("reason")
    return cause if reason.code == "health.process" and isinstance(cause, Phrase) else reason


def _target_problems(broken: Sequence[TargetState], t: Translator) -> tuple[Problem, ...]:
    if not broken:
        return ()
    names = ", ".join(dict.fromkeys(target.receiver for target in broken))
    reason = t.phrase(Phrase.load(broken[0].reason))
    return (Problem(t.plural("system.targets_broken", len(broken)), f"{names}: {reason}"),)


def _working(
    states: Sequence[FeedState], now: datetime, problems: tuple[Problem, ...], t: Translator
) -> SystemStatus:
    if not states:
        return SystemStatus("warn", t("system.no_feeds"), problems, no_feeds=True)
    counts = _count(states)
    total, failing = len(states), _failing(counts)
    unread = sum(not state.was_read for state in states)
    if unread == total:
        return SystemStatus("warn", _nothing_read(counts, t), problems)
    newest = max((s.feed.last_new_at for s in states if s.feed.last_new_at), default=None)
    news = t("system.newest_entry", ago=t.ago(newest, now)) if newest else t("system.no_entry")
    if failing:
        text = t("system.some_failing", news=news, n=t.number(failing), total=t.number(total))
        return SystemStatus("warn", text, problems)
    if unread:
        text = t("system.some_unread", news=news, n=t.number(unread), total=t.number(total))
        return SystemStatus("warn", text, problems)
    text = t.plural("system.working", total, news=news)
    return SystemStatus("warn" if problems else "good", text, problems)


def _nothing_read(counts: Counter[str], t: Translator) -> str:
    """Return what to say while no feed was ever read, so that nothing can be said to work."""
    total, failing = sum(counts.values()), _failing(counts)
    if failing:
        return t("system.nothing_read", n=t.number(failing), total=t.number(total))
    if counts["new"]:
        return t.plural("system.starting", total)
    return t.plural("system.waiting", total)


def _failing(counts: Counter[str]) -> int:
    return counts["failing"] + counts["gone"]


def _overdue(states: Sequence[FeedState], now: datetime, started_at: datetime) -> timedelta:
    """Return how long the longest waiting feed has been due."""
    due = min((s.feed.next_due_at for s in states if _is_polled(s)), default=now)
    return now - max(due, started_at)


def _is_polled(state: FeedState) -> bool:
    return state.state in ("new", "ok", "partial", "quiet", "failing")
