"""The content of ``alerts.yaml``: receivers, routes, silences and digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from config.catalog.models.text import FilePosition
from config.cron import CronSchedule
from config.weekly_hours import WeeklyHours


@dataclass(frozen=True, slots=True)
class ReceiverDefinition:
    """A configured destination. ``options`` are checked by the receiver of that kind.

    Attributes:
        options: Every key that is no other attribute. Values are texts as they are written, with
            ``${NAME}`` replaced and empty where there is none; lists are tuples of them.
        positions: The position of each key, and of each list entry as ``key[0]``, ``key[1]`` ...
        was: Its id before it was renamed; it inherits what waits for that. Empty: it was not.
        max_per_minute: Most messages per minute to each of its targets; None: its kind's limit.
        canary: Whether its targets get a canary every hour, and are reported if it is missing.
        owner: The person or team to ask about it; empty where nobody is named.
    """

    id: str
    kind: str
    options: Mapping[str, Any]
    positions: Mapping[str, FilePosition]
    position: FilePosition
    was: str = ""
    max_per_minute: int | None = None
    canary: bool = False
    owner: str = ""


DEFAULT_GROUP_WAIT = timedelta(seconds=90)
"""Copies of an agency's report and other topics' matches usually come within it."""


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Who is told of an urgent alert that nobody takes care of.

    Attributes:
        after: How long after the first message.
        receivers: Ids of receivers, each once.
    """

    after: timedelta
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteDefinition:
    """Labels to receivers. The first match wins; values of ``match`` may contain ``*``.

    Attributes:
        group_wait: How long a message waits for others about the same article, for its copies, and
            for more news of its story.
        max_per_hour: Messages about a topic that a receiver gets in an hour, the others come in a
            roll-up; 0 for any number, None for the default.
        quiet_hours: Instead of those of the file; None where the route has none of its own.
        active: Hours in which the route is used; None where it always is.
        escalate: Steps in the order of time, for alerts of severity urgent.
        digest: Id of the digest that gets its messages, except urgent ones; empty where they go
            out singly.
    """

    match: Mapping[str, str]
    receivers: tuple[str, ...]
    position: FilePosition
    group_wait: timedelta = DEFAULT_GROUP_WAIT
    max_per_hour: int | None = None
    quiet_hours: WeeklyHours | None = None
    active: WeeklyHours | None = None
    escalate: tuple[EscalationStep, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SilenceDefinition:
    """A timed mute.

    Attributes:
        match: Label to pattern, as in a route; all must fit.
        until: When it ends.
        reason: Why, in the operator's words.
        author: Who asked for it; may be empty.
    """

    match: Mapping[str, str]
    until: datetime
    reason: str
    author: str
    position: FilePosition


@dataclass(frozen=True, slots=True)
class DigestDefinition:
    """A scheduled summary.

    Attributes:
        schedule: When it goes out.
        match: Label to pattern, as in a route: which unacknowledged stories and held messages it
            has besides what routes send to it; none for all.
        sends_empty: Whether it goes out with nothing in it.
    """

    id: str
    receivers: tuple[str, ...]
    schedule: CronSchedule
    match: Mapping[str, str]
    sends_empty: bool
    position: FilePosition


@dataclass(frozen=True, slots=True)
class InhibitionDefinition:
    """A topic that is not told what another one tells.

    Attributes:
        source: Pattern of the topics that are told.
        target: Pattern of the topics that are suppressed about the same event.
    """

    source: str
    target: str
    position: FilePosition


@dataclass(frozen=True, slots=True)
class AlertsDefinition:
    """The content of ``alerts.yaml``; without that file every alert goes to the console.

    Attributes:
        time_zone: The zone of hours in the file, an IANA name; empty where it names none.
        quiet_hours: Hours in which messages are held; None where there are none.
    """

    console_url: str = "http://127.0.0.1:8080"
    receivers: tuple[ReceiverDefinition, ...] = ()
    routes: tuple[RouteDefinition, ...] = ()
    time_zone: str = ""
    quiet_hours: WeeklyHours | None = None
    silences: tuple[SilenceDefinition, ...] = ()
    digests: tuple[DigestDefinition, ...] = ()
    inhibitions: tuple[InhibitionDefinition, ...] = ()

    def digest(self, digest_id: str) -> DigestDefinition | None:
        """Return the digest with this id, or None."""
        return next((d for d in self.digests if d.id == digest_id), None)
