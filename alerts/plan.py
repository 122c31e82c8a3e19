"""The plan: which receivers are notified of an alert, when, bundled with what, and why. Pure.

::

    labels of the notification (topic, severity, kind, outlet, tier, language, country)
      │
      │  route    the receivers of the first route in alerts.yaml that matches in its hours of duty,
      │           else the console
      │  gap      published while the feed was not read: held for one catch-up per topic
      │  bundle   after the group wait; messages about one article, and news of one story, that wait
      │           together are one
      │  ladder   growth of a story, soon after other messages about it: held, the longer the more
      │  cap      more than `max_per_hour` about a topic: held for an hourly roll-up
      │  quiet    in quiet hours: held for one catch-up at their end
      ▼  digest   where the route names one: held until that goes out
    Planned(receiver, due, bundle, reason, hold), one per receiver

:func:`plan` applies the steps in this order. A rule about when or how people are notified (an
escalation, a digest) is one more function there that takes the messages planned so far and returns
them with another ``due``, ``bundle``, ``reason`` and ``hold``; nothing else has to change. Urgent
messages are held on the ladder only. A silence (:func:`find_silence`) is applied before: a silenced
match is suppressed, so that there is nothing to plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from alerts.gaps import GAP_WAIT
from alerts.growth import StoryHistory, ladder_due
from config.catalog.alerts import CONSOLE
from config.catalog.models import (
    AlertsDefinition,
    DigestDefinition,
    FilePosition,
    RouteDefinition,
)
from config.i18n import Phrase
from config.weekly_hours import WeeklyHours
from core.clock import rfc3339

URGENT = "urgent"
"""The severity that no cap and no quiet hours hold."""

CAP_WINDOW = timedelta(hours=1)

DEFAULT_CAP = 6
"""Messages about a topic that a receiver gets in an hour where its route sets no cap.

The console has none: it interrupts nobody.
"""

GAP_BUNDLE = "catch_up gap "
"""Begins the bundle of a catch-up after a gap; the id of the topic follows."""

NO_ROUTE = RouteDefinition({}, (CONSOLE,), FilePosition("alerts.yaml", 1, 1))
"""What holds where no route matches."""


class HoldCode(StrEnum):
    """Why a message is held."""

    CAP = "cap"
    LADDER = "ladder"
    QUIET_HOURS = "quiet_hours"
    GAP = "gap"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Silence:
    """A timed mute.

    Attributes:
        matchers: Label to pattern, as in a route's ``match``; all must fit, none fits everything.
        until: When it ends.
        reason: Why, in the operator's words.
        author: Who made it; empty where nobody is named.
    """

    matchers: Mapping[str, str]
    until: datetime
    reason: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a message is held, for programs and for people."""

    code: HoldCode
    reason: Phrase

    @property
    def is_digest(self) -> bool:
        """Whether the message becomes an item of a digest; else it is only sent later."""
        return self.code is not HoldCode.LADDER


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to one receiver.

    Attributes:
        receiver: Id of the receiver.
        due: When it goes out.
        bundle: Messages to one receiver with the same key that wait at the same time are one.
        reason: Why this receiver.
        hold: Why it goes out later; None where it is not held.
    """

    receiver: str
    due: datetime
    bundle: str
    reason: Phrase
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that still waits, and that another one becomes part of.

    Attributes:
        due: When it goes out.
        bundle: Its bundle.
    """

    due: datetime
    bundle: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What receivers get already.

    Attributes:
        waiting: Receiver to its message about the same article, or with news of the same story,
            that still waits.
        sent: Receiver to the number of messages about the topic in the last hour.
        history: Receiver to its messages about the story, for a notification of growth.
    """

    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    sent: Mapping[str, int] = field(default_factory=dict)
    history: Mapping[str, StoryHistory] = field(default_factory=dict)


def plan(
    labels: Mapping[str, str],
    article: str,
    definition: AlertsDefinition,
    traffic: Traffic,
    now: datetime,
    receivers: tuple[str, ...] | None = None,
    missed_since: datetime | None = None,
) -> tuple[Planned, ...]:
    """Plan the messages of a notification, one per receiver in file order.

    Args:
        labels: A value for each of :data:`config.catalog.matchers.LABELS`.
        article: Identifies the article revision.
        definition: ``alerts.yaml``.
        traffic: What the receivers get already.
        now: The present.
        receivers: Replace those of the route; None where it chooses.
        missed_since: When the gap began in which the article was published; None without one.
    """
    route, reason = find_route(labels, definition, now)
    digest = find_digest(route, labels, definition)
    if receivers is None:
        receivers = (digest or route).receivers
    route = replace(route, receivers=receivers)
    messages = bundle_waiting(route, reason, article, traffic, now)
    if missed_since is not None:
        return hold_after_gap(messages, route, definition, labels, missed_since, now)
    messages = wait_on_ladder(messages, traffic, now + route.group_wait)
    if labels["severity"] == URGENT:
        return messages
    messages = hold_over_cap(messages, route, labels["topic"], traffic, now)
    messages = hold_in_quiet_hours(messages, route, definition, traffic)
    return hold_for_digest(messages, digest, now)


def find_silence(
    labels: Mapping[str, str], silences: Sequence[Silence], now: datetime
) -> Silence | None:
    """Return the silence in force for these labels that ends last, or None."""
    in_force = (s for s in silences if now < s.until and matches(s.matchers, labels))
    return max(in_force, key=lambda silence: silence.until, default=None)


def find_route(
    labels: Mapping[str, str], definition: AlertsDefinition, now: datetime
) -> tuple[RouteDefinition, Phrase]:
    """Return the first route that matches now, and the reason why it is the one.

    Routes outside their hours of duty are passed over.
    """
    for number, candidate in enumerate(definition.routes, 1):
        is_active = candidate.active is None or candidate.active.contains(now)
        if is_active and matches(candidate.match, labels):
            return candidate, Phrase("plan.route", number=number)
    return NO_ROUTE, Phrase("plan.no_route")


def receivers_of(
    labels: Mapping[str, str], definition: AlertsDefinition, now: datetime
) -> tuple[str, ...]:
    """Return the receivers of the first route that matches now or of its digest, each once."""
    route, _ = find_route(labels, definition, now)
    digest = find_digest(route, labels, definition)
    return tuple(dict.fromkeys((digest or route).receivers))


def find_digest(
    route: RouteDefinition, labels: Mapping[str, str], definition: AlertsDefinition
) -> DigestDefinition | None:
    """Return the digest that a route sends a notification to; None for an urgent one."""
    return None if labels["severity"] == URGENT else definition.digest(route.digest)


def digest_bundle(digest_id: str) -> str:
    """Return the bundle of the messages that wait for a digest."""
    return f"digest {digest_id}"


def article_bundle(article: str) -> str:
    """Return the bundle of messages about one article revision."""
    return f"article {article}"


def bundle_waiting(
    route: RouteDefinition, reason: Phrase, article: str, traffic: Traffic, now: datetime
) -> tuple[Planned, ...]:
    """Return a message to each receiver, due after the group wait or part of one that waits."""
    own = Waiting(now + route.group_wait, article_bundle(article))
    joined = {r: traffic.waiting.get(r, own) for r in dict.fromkeys(route.receivers)}
    return tuple(Planned(r, waits.due, waits.bundle, reason) for r, waits in joined.items())


def hold_after_gap(
    messages: Sequence[Planned],
    route: RouteDefinition,
    definition: AlertsDefinition,
    labels: Mapping[str, str],
    missed_since: datetime,
    now: datetime,
) -> tuple[Planned, ...]:
    """Hold messages for the one catch-up about their topic after a gap, and after quiet hours."""
    hold = Hold(HoldCode.GAP, Phrase("plan.held.gap", since=missed_since))
    bundle = f"{GAP_BUNDLE}{labels['topic']}"
    quiet = None if labels["severity"] == URGENT else _quiet_hours(route, definition)
    due = now + GAP_WAIT
    due = (quiet.end_after(due) if quiet else None) or due
    return tuple(replace(message, due=due, bundle=bundle, hold=hold) for message in messages)


def wait_on_ladder(
    messages: Sequence[Planned], traffic: Traffic, soonest: datetime
) -> tuple[Planned, ...]:
    """Hold messages about the growth of stories of which receivers were told a short time ago.

    A receiver that was not told of the story yet gets none: the message that waits says it too.

    Args:
        messages: As planned so far.
        traffic: Has the history of the story; without one nothing is held.
        soonest: When a message that is not held goes out.
    """

    def apply(message: Planned) -> Planned:
        history = traffic.history.get(message.receiver)
        if history is None:
            return message
        is_joining = message.receiver in traffic.waiting
        due = message.due if is_joining else max(message.due, ladder_due(history))
        if due <= soonest:
            return message
        hold = Hold(HoldCode.LADDER, Phrase("plan.held.ladder", until=due))
        return replace(message, due=due, hold=hold)

    untold = {name for name, history in traffic.history.items() if not history.is_told}
    return tuple(apply(message) for message in messages if message.receiver not in untold)


def hold_for_digest(
    messages: Sequence[Planned], digest: DigestDefinition | None, now: datetime
) -> tuple[Planned, ...]:
    """Hold messages to the receivers of a digest until that goes out, whatever else holds them."""
    if digest is None:
        return tuple(messages)
    due = digest.schedule.next_after(now)
    hold = Hold(HoldCode.DIGEST, Phrase("plan.held.digest", digest=digest.id, until=due))
    return tuple(
        replace(message, due=due, bundle=digest_bundle(digest.id), hold=hold)
        if message.receiver in digest.receivers
        else message
        for message in messages
    )


def hold_over_cap(
    messages: Sequence[Planned],
    route: RouteDefinition,
    topic: str,
    traffic: Traffic,
    now: datetime,
) -> tuple[Planned, ...]:
    """Hold messages to receivers that had as many about the topic as an hour may have."""

    def apply(message: Planned) -> Planned:
        cap, sent = max_per_hour(route, message.receiver), traffic.sent.get(message.receiver, 0)
        if cap is None or sent < cap or message.receiver in traffic.waiting:
            return message
        hold = Hold(HoldCode.CAP, Phrase("plan.held.cap", n=sent, cap=cap))
        return replace(message, due=now + CAP_WINDOW, bundle=f"rollup {topic}", hold=hold)

    return tuple(map(apply, messages))


def hold_in_quiet_hours(
    messages: Sequence[Planned],
    route: RouteDefinition,
    definition: AlertsDefinition,
    traffic: Traffic,
) -> tuple[Planned, ...]:
    """Hold messages that would go out in quiet hours until these end."""
    quiet = _quiet_hours(route, definition)

    def apply(message: Planned) -> Planned:
        end = quiet.end_after(message.due) if quiet else None
        in_digest = message.hold is not None and message.hold.is_digest
        if end is None or (not in_digest and message.receiver in traffic.waiting):
            return message
        quiet_hold = Hold(HoldCode.QUIET_HOURS, Phrase("plan.held.quiet_hours", until=end))
        hold = message.hold if in_digest else quiet_hold
        return replace(message, due=end, bundle=f"catch_up {rfc3339(end)}", hold=hold)

    return tuple(map(apply, messages))


def matches(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether every label named has a value that fits its pattern (``*`` is any text)."""
    return all(
        fnmatchcase(labels.get(name, ""), _pattern(value)) for name, value in matchers.items()
    )


def _quiet_hours(route: RouteDefinition, definition: AlertsDefinition) -> WeeklyHours | None:
    return definition.quiet_hours if route.quiet_hours is None else route.quiet_hours


def max_per_hour(route: RouteDefinition, receiver: str) -> int | None:
    """Return how many messages about a topic an hour may have; None where that is unlimited."""
    if route.max_per_hour is None:
        return None if receiver == CONSOLE else DEFAULT_CAP
    return route.max_per_hour or None


def _pattern(value: str) -> str:
    """Escape what fnmatch knows besides ``*``."""
    return value.replace("[", "[[]").replace("?", "[?]")
