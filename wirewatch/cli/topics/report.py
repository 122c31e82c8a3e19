"""``wirewatch topics report``: how the matches of topics ended, and how precise their rules are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.durations import parse_duration
from config.errors import UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, print_rows, say, write
from wirewatch.run.bootstrap import load_files, open_settings
from wirewatch.run.reading import describe_location, read_store

if TYPE_CHECKING:
    from alerts.match_end import TopicDayEnds
    from alerts.topic_report import Precision, TopicReport

MAX_DAYS = 366

DAY = timedelta(days=1)


def report(
    topic: Annotated[str, typer.Argument(help="A topic's id; by default all topics")] = "",
    *,
    since: Annotated[str, typer.Option(help="How far back, in whole days (UTC).")] = "7d",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """Show how the matches of topics ended, how precise the rules are, and what was missed.

    Each match of a live topic is told, joined (a part of something told), held (a message waits) or
    suppressed (nobody is told); the four add up to the matches.
    """
    from alerts.topic_report import load_reports
    from core.store.match_counts import days_until

    settings = open_settings()
    days = days_until(utc_now(), _count_days(since))
    catalog, _ = load_files(settings)
    known = {definition.id: definition for definition in catalog.topics}
    with read_store(settings) as store, store.read() as connection:
        reports = load_reports(connection, days, set(known), topic or None)
    if topic and topic not in known and not reports[0].days:
        mend = f"Topics: {', '.join(sorted(known)) or 'none'}."
        raise UsageError(f"There is no topic {topic!r}.", mend=mend)
    if as_json:
        titles = {name: definition.title for name, definition in known.items()}
        print_json([_as_json(each, titles.get(each.topic_id, each.topic_id)) for each in reports])
    else:
        where = describe_location(settings.database_location)
        _print(reports, empty=f"Nothing has matched in {where}.")


def _count_days(since: str) -> int:
    """Return how many days, today included, a duration reaches back.

    Raises:
        UsageError: It is no duration, or longer than :data:`MAX_DAYS`.
    """
    span = parse_duration(since)
    if span is None or not timedelta() < span <= MAX_DAYS * DAY:
        mend = f"Write 7d, or another duration of at most {MAX_DAYS}d."
        raise UsageError(f"--since {since!r} is no duration.", mend=mend)
    return -(-span // DAY)


def _as_json(report: TopicReport, title: str) -> dict[str, Any]:
    from alerts.topic_report import ends_as_json

    days = [{"day": day.day.isoformat()} | ends_as_json(day) for day in report.days]
    rules = [{"rule": rule} | _rule_as_json(p) for rule, p in report.rules.items()]
    return (
        {"topic": report.topic_id, "title": title}
        | ends_as_json(report.total())
        | {"days": days, "precision": _precision_as_json(report.precision), "rules": rules}
        | {"missed": sum(report.missed.values()), "missed_by": report.missed}
    )


def _precision_as_json(precision: Precision) -> dict[str, Any]:
    return {
        "stories": precision.told,
        "decided": precision.judged,
        "irrelevant": precision.irrelevant,
        "precision": precision.share,
        "low": precision.low,
        "high": precision.high,
    }


def _rule_as_json(precision: Precision) -> dict[str, Any]:
    row = _precision_as_json(precision)
    return {"fired": row.pop("stories")} | row


def _print(reports: list[TopicReport], *, empty: str) -> None:
    rows = [_day_row(report.topic_id, day) for report in reports for day in report.days]
    columns = ("topic", "day", "matches", "told", "joined", "held", "suppressed", "not_live")
    print_rows(rows, columns, as_json=False, empty=empty)
    for report in reports:
        _print_feedback(report)


def _day_row(topic_id: str, ends: TopicDayEnds) -> dict[str, Any]:
    suppressed = sum(ends.suppressed.values())
    return {
        "topic": topic_id,
        "day": ends.day.isoformat(),
        "matches": ends.matches,
        "told": ends.told,
        "joined": ends.joined,
        "held": _with_codes(ends.held, ends.held_by),
        "suppressed": _with_codes(suppressed, ends.suppressed),
        "not_live": _with_codes(sum(ends.not_live.values()), ends.not_live),
    }


def _with_codes(number: int, by_code: dict[str, int]) -> str:
    codes = ", ".join(f"{code} {count}" for code, count in sorted(by_code.items()))
    return f"{number} ({codes})" if codes else str(number)


def _print_feedback(report: TopicReport) -> None:
    """Print the precision of a topic and its rules, and what was missed, where there is any."""
    if report.precision.judged:
        write("")
        say(f"{report.topic_id}: {_describe(report.precision, 'told')}")
        for rule, precision in report.rules.items():
            say(f"{rule}: {_describe(precision, 'fired')}", indent="  ")
    if report.missed:
        number = sum(report.missed.values())
        write("")
        topic = report.topic_id or "(no topic named)"
        say(f"{topic}: missed {_with_codes(number, report.missed)}")


def _describe(precision: Precision, label: str) -> str:
    counts = f"{precision.told} {label}, {precision.judged} decided"
    if precision.share is None or precision.low is None or precision.high is None:
        return counts
    interval = f"{precision.low:.0%} to {precision.high:.0%}"
    return (
        f"{counts}, {precision.irrelevant} irrelevant: precision {precision.share:.0%} ({interval})"
    )
