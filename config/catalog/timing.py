"""Reading the keys of ``alerts.yaml`` about time: zones, quiet hours, caps and silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from config.catalog import values
from config.catalog.models import SilenceDefinition
from config.catalog.section import Faults, Section
from config.catalog.values import InvalidValue, shown
from config.cron import Cron, CronSchedule, parse_cron
from config.weekly_hours import Hours, WeeklyHours, parse_hours
from config.yaml.nodes import MappingNode, SequenceNode, YamlNode

NONE: Final = "none"
"""What a route writes for quiet hours where it has none, whatever the file says."""

UNLIMITED: Final = "unlimited"

_HOURS_MEND = "Write it like `22:00-06:00` or `mon-fri 22:00-06:30`."


def time_zone(value: str) -> str | InvalidValue:
    """Parse the name of a time zone of the IANA database; it is returned unchanged."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        mend = "Write a name like Europe/Berlin or UTC."
        return InvalidValue(f"{shown(value)} is not a time zone.", mend)
    return value


def hours(value: str) -> Hours | InvalidValue:
    """Parse hours of the week: ``22:00-06:00``, ``mon-fri 22-6``, ``sun 00:00-24:00``."""
    return parse_hours(value) or InvalidValue(
        f"{shown(value)} is not a time of the day or week.", _HOURS_MEND
    )


def cap(value: str) -> int | InvalidValue:
    """Parse a number of messages of 1 or more, or ``unlimited``, which is 0."""
    if value == UNLIMITED:
        return 0
    number = values.positive(value)
    if isinstance(number, InvalidValue):
        return InvalidValue(number.message, "Write a number like 6, or `unlimited`.")
    return number


def wait(value: str) -> timedelta | InvalidValue:
    """Parse a group wait: a duration of at most an hour."""
    span = values.duration(value)
    if isinstance(span, timedelta) and span > timedelta(hours=1):
        message = f"{shown(value)} is longer than an hour."
        return InvalidValue(message, "Write a short time, like 90s or 5m.")
    return span


def cron(value: str) -> tuple[Cron, str] | InvalidValue:
    """Parse a cron expression; return it with its text."""
    expression = parse_cron(value)
    if expression is None:
        mend = "Write it like `0 8 * * mon-fri`: minute, hour, day of the month, month, weekday."
        return InvalidValue(f"{shown(value)} is no cron expression, or never occurs.", mend)
    return expression, value


def read_schedule(section: Section, zone: str) -> CronSchedule | None:
    """Return the schedule of a digest, or None where it is faulty.

    Args:
        section: A digest, with the keys ``cron`` and ``time_zone``.
        zone: The time zone of the file; may be empty.
    """
    expression = section.require("cron", cron, None)
    zone = section.get("time_zone", time_zone, zone)
    if expression is not None and not zone:
        mend = "Write `time_zone: Europe/Berlin` at the top of the file, or in the digest."
        section.fault("cron", "E212", "`cron` needs a `time_zone`.", mend)
        return None
    return None if expression is None else CronSchedule(*expression, zone)


def moment(value: str) -> datetime | InvalidValue:
    """Parse an RFC 3339 time with its zone, and return it in UTC."""
    text = values.moment(value)
    return text if isinstance(text, InvalidValue) else datetime.fromisoformat(text).astimezone(UTC)


def read_quiet_hours(section: Section, faults: Faults, zone: str) -> WeeklyHours | None:
    """Return the quiet hours of a file or route; None where it has none or they are faulty.

    Args:
        section: What has the key ``quiet_hours``: a text, a list of texts, or a mapping with
            ``from``, ``to``, ``days`` and ``time_zone``.
        faults: Collects what is wrong.
        zone: The time zone where ``quiet_hours`` does not name one; may be empty.
    """
    quiet = _read_hours(section, "quiet_hours", _hours_or_none, faults, zone)
    if quiet is not None and quiet.never_end:
        mend = "Leave out an hour, or use a silence."
        section.fault("quiet_hours", "E221", "The quiet hours never end.", mend)
    return quiet


def read_active_hours(section: Section, faults: Faults, zone: str) -> WeeklyHours | None:
    """Return the hours of duty of a route; None where it has none or they are faulty.

    Args:
        section: A route; its key ``active`` has the forms that ``quiet_hours`` may have.
        faults: Collects what is wrong.
        zone: The time zone where ``active`` does not name one; may be empty.
    """
    active = _read_hours(section, "active", _one_span, faults, zone)
    if active is not None and not active.hours:
        section.fault("active", "E221", "`active` has no hours.", _HOURS_MEND)
    return active


def _read_hours(
    section: Section,
    key: str,
    parse: values.Parse[tuple[Hours, ...]],
    faults: Faults,
    zone: str,
) -> WeeklyHours | None:
    if not section.has(key):
        return None
    node = section.pairs[key][1]
    spans: tuple[Hours, ...]
    if isinstance(node, MappingNode):
        spans, zone = _read_mapping(node, key, faults, zone)
    elif isinstance(node, SequenceNode):
        spans = section.items(key, hours)
    else:
        spans = section.get(key, parse, ())
    if spans and not zone and section.is_valid:
        mend = "Write `time_zone: Europe/Berlin` at the top of the file, or in the route."
        section.fault(key, "E212", f"`{key}` needs a `time_zone`.", mend)
    return WeeklyHours(spans, zone or "UTC") if section.is_valid else None


def _read_mapping(
    node: MappingNode, key: str, faults: Faults, zone: str
) -> tuple[tuple[Hours, ...], str]:
    section = Section(faults, node, f"`{key}`", ("from", "to", "days", "time_zone"))
    start, end = section.require("from", values.text, ""), section.require("to", values.text, "")
    days = section.get("days", values.text, "")
    zone = section.get("time_zone", time_zone, zone)
    if not section.is_valid:
        return (), zone
    span = hours(f"{days} {start}-{end}".strip())
    if isinstance(span, InvalidValue):
        mend = "Write `{from: 22:00, to: 06:00, days: mon-fri}`."
        section.fault("from", span.code, span.message, mend)
        return (), zone
    return (span,), zone


def _hours_or_none(value: str) -> tuple[Hours, ...] | InvalidValue:
    return () if value == NONE else _one_span(value)


def _one_span(value: str) -> tuple[Hours, ...] | InvalidValue:
    span = hours(value)
    return span if isinstance(span, InvalidValue) else (span,)


def read_silence(
    node: YamlNode, faults: Faults, match: dict[str, str], section: Section
) -> SilenceDefinition | None:
    """Return a silence of the file, or None where it is faulty.

    Args:
        node: Its node.
        faults: Collects what is wrong.
        match: Its matchers, read already.
        section: Its mapping.
    """
    until = section.require("until", moment, datetime.min.replace(tzinfo=UTC))
    reason = section.require("reason", values.text, "")
    author = section.get("by", values.text, "")
    if section.is_valid and not match:
        mend = "Write `match: {topic: …}`."
        faults.add(node.position, "E212", "The silence has no `match`.", mend)
    if not section.is_valid:
        return None
    return SilenceDefinition(match, until, reason, author, node.position)
