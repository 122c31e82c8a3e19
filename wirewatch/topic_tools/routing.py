"""Whom a match of a topic would reach, and why: decided by the functions of the alerts stage.

::

    topic, outlet, language … ─▶ labels ─┬─ find_silence ─▶ the silence that mutes it
                                         ├─ find_route ───▶ the route, and why not those before it
                                         └─ plan ─────────▶ receivers, each with its time and hold

Pure: silences and what the receivers had in the last hour are arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.escalation_rules import escalation_steps
from alerts.inhibition import sources_of
from alerts.labels import tier_of
from alerts.plan import (
    Planned,
    Silence,
    Traffic,
    find_route,
    find_silence,
    matches,
    max_per_hour,
    plan,
)
from alerts.receivers import definition_of
from config.catalog.models import Catalog, RouteDefinition, TopicDefinition, TopicState
from config.durations import format_duration
from config.i18n import in_english
from core.clock import rfc3339


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """A route that was considered.

    Attributes:
        number: Its position in ``alerts.yaml``, from 1.
        why_not: Why it is passed over; empty for the one that is used.
    """

    number: int
    route: RouteDefinition
    why_not: str

    def as_json(self) -> dict[str, Any]:
        """Return the route as ``--json`` prints it."""
        position = self.route.position
        return {
            "number": self.number,
            "file": position.file,
            "line": position.line,
            "match": dict(self.route.match),
            "chosen": not self.why_not,
            "why_not": self.why_not or None,
        }


@dataclass(frozen=True, slots=True)
class TopicRouting:
    """Whom a match would reach.

    Attributes:
        labels: What routes and silences compare.
        at: When it is decided.
        sent: Messages about the topic in the last hour, by receiver.
        silence: The silence in force that mutes it; None where none does.
        route: The route that is used; that to the console where none fits.
        checks: The routes in order, up to the one that is used.
        messages: One for each receiver, whether or not somebody is told.
        kinds: The kind of each of the receivers.
        escalation: When whom else is told if nobody takes care of the alert.
        inhibited_by: Ids of topics; what they tell of an event, this topic does not.
    """

    topic: TopicDefinition
    labels: Mapping[str, str]
    at: datetime
    sent: Mapping[str, int]
    silence: Silence | None
    route: RouteDefinition
    checks: tuple[RouteCheck, ...]
    messages: tuple[Planned, ...]
    kinds: Mapping[str, str]
    escalation: tuple[tuple[datetime, tuple[str, ...]], ...]
    inhibited_by: tuple[str, ...]

    @property
    def why_nobody(self) -> str:
        """Why nobody is told; empty where somebody is."""
        if self.topic.state is not TopicState.LIVE:
            return f"The topic's state is {self.topic.state}: only live topics notify people."
        if self.silence is not None:
            until = rfc3339(self.silence.until)
            return f"A silence mutes it until {until}: {self.silence.reason or 'no reason given'}"
        return ""

    @property
    def receivers(self) -> tuple[str, ...]:
        """Ids of the receivers that a message would reach."""
        return () if self.why_nobody else tuple(message.receiver for message in self.messages)

    def as_json(self) -> dict[str, Any]:
        """Return the routing as ``--json`` prints it."""
        alert = self.topic.alert
        return {
            "topic": self.topic.id,
            "state": self.topic.state.value,
            "at": rfc3339(self.at),
            "labels": dict(self.labels),
            "alert": {
                "severity": alert.severity,
                "max_age": format_duration(alert.max_age),
                "spike": alert.spike,
            },
            "notifies": not self.why_nobody,
            "why_nobody": self.why_nobody or None,
            "silence": self._silence_as_json(),
            "routes": [check.as_json() for check in self.checks],
            "receivers": [] if self.why_nobody else list(map(self._message_as_json, self.messages)),
            "escalation": [
                {"at": rfc3339(at), "receivers": list(receivers)}
                for at, receivers in self.escalation
            ],
            "inhibited_by": list(self.inhibited_by),
        }

    def _silence_as_json(self) -> dict[str, Any] | None:
        if self.silence is None:
            return None
        return {
            "match": dict(self.silence.matchers),
            "until": rfc3339(self.silence.until),
            "reason": self.silence.reason,
            "by": self.silence.author,
        }

    def _message_as_json(self, message: Planned) -> dict[str, Any]:
        return {
            "receiver": message.receiver,
            "kind": self.kinds[message.receiver],
            "due": rfc3339(message.due),
            "reason": in_english(message.reason),
            "held": None if message.hold is None else message.hold.code.value,
            "held_reason": None if message.hold is None else in_english(message.hold.reason),
            "max_per_hour": max_per_hour(self.route, message.receiver),
            "sent_last_hour": self.sent.get(message.receiver, 0),
        }


def labels_of_match(
    topic: TopicDefinition, catalog: Catalog, given: Mapping[str, str]
) -> dict[str, str]:
    """Return the labels that a notification about a match would have.

    Args:
        topic: The topic.
        catalog: Has the outlets.
        given: Values of labels by name; the empty ones are those of the topic and of the outlet.
    """
    outlet = given.get("outlet", "")
    known = catalog.outlet(outlet)
    only = topic.languages[0] if len(topic.languages) == 1 else ""
    return {
        "topic": topic.id,
        "severity": topic.alert.severity,
        "kind": "new_story",
        "outlet": outlet,
        "tier": tier_of(outlet, catalog).value,
        "language": known.language if known else only,
        "country": known.country if known else "",
    } | {name: value for name, value in given.items() if value}


def receivers_with_traffic(
    labels: Mapping[str, str], catalog: Catalog, now: datetime
) -> tuple[str, ...]:
    """Return the receivers whose messages of the last hour decide about the cap."""
    route, _ = find_route(labels, catalog.alerts, now)
    return tuple(r for r in route.receivers if max_per_hour(route, r) is not None)


def route_topic(
    topic: TopicDefinition,
    labels: Mapping[str, str],
    catalog: Catalog,
    silences: Sequence[Silence],
    sent: Mapping[str, int],
    now: datetime,
) -> TopicRouting:
    """Return whom a match would reach, as the alerts stage decides it.

    Args:
        topic: The topic.
        labels: A value for each label (:func:`labels_of_match`).
        catalog: ``alerts.yaml``, and all topics, of which some may inhibit this one.
        silences: Those of the file and of the store.
        sent: Messages about the topic in the last hour, by receiver.
        now: When it is decided.
    """
    definition = catalog.alerts
    route, _ = find_route(labels, definition, now)
    messages = plan(labels, "an article", definition, Traffic(sent=sent), now)
    sent_at = min((message.due for message in messages), default=now)
    known = {m.receiver: definition_of(definition.receivers, m.receiver) for m in messages}
    return TopicRouting(
        topic=topic,
        labels=labels,
        at=now,
        sent=sent,
        silence=find_silence(labels, silences, now),
        route=route,
        checks=tuple(_checks(labels, definition.routes, now)),
        messages=messages,
        kinds={name: found.kind if found else "?" for name, found in known.items()},
        escalation=escalation_steps(labels["kind"], labels["severity"], route, sent_at),
        inhibited_by=tuple(source.id for source in sources_of(topic.id, catalog)),
    )


def _checks(
    labels: Mapping[str, str], routes: Sequence[RouteDefinition], now: datetime
) -> Iterator[RouteCheck]:
    """Yield the routes up to the first that fits."""
    for number, route in enumerate(routes, 1):
        why_not = _why_not(route, labels, now)
        yield RouteCheck(number, route, why_not)
        if not why_not:
            return


def _why_not(route: RouteDefinition, labels: Mapping[str, str], now: datetime) -> str:
    """Return why a route is passed over; empty where it is not."""
    if route.active is not None and not route.active.contains(now):
        return "it is outside its hours of duty"
    wrong = (name for name, value in route.match.items() if not matches({name: value}, labels))
    return ", ".join(_mismatch(name, route.match[name], labels[name]) for name in wrong)


def _mismatch(label: str, pattern: str, value: str) -> str:
    if value:
        return f"{label} is {value}, not {pattern}"
    return f"{label} must be {pattern}: --{label} tries one"
