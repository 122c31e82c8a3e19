"""The plan: which receivers are notified of an alert, when, bundled with what, and why. Pure.

::

    labels of the notification (topic, severity, kind, outlet, tier, language, country)
      │
      │  mute     a silence whose matchers fit the labels: nothing is sent
      │  route    the receivers of the first route in alerts.yaml that matches, else the console
      │  time     when each message is due; today all are due at once
      ▼  bundle   which messages go out as one; today each goes out by itself
    Planned(receiver, due, bundle, reason), one per receiver

:func:`plan` applies the steps in this order. A rule about when or how people are notified (quiet
hours, an escalation, a digest) is one more function there that takes the messages planned so far
and returns them with another ``due``, ``bundle`` and ``reason``; nothing else has to change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from config.catalog.alerts import CONSOLE
from config.catalog.models import AlertsDefinition
from config.i18n import Phrase


@dataclass(frozen=True, slots=True)
class Silence:
    """A timed mute.

    Attributes:
        matchers: Label to pattern, as in a route's ``match``; all must fit, none fits everything.
        until: When it ends.
        reason: Why, in the operator's words.
    """

    matchers: Mapping[str, str]
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A message to one receiver.

    Attributes:
        receiver: Id of the receiver.
        due: When it goes out; None if it is muted and never does.
        bundle: Messages to one receiver with the same key go out as one; None goes out by itself.
        reason: Why this receiver, and why then.
    """

    receiver: str
    due: datetime | None
    bundle: str | None
    reason: Phrase


def plan(
    labels: Mapping[str, str],
    definition: AlertsDefinition,
    silences: Sequence[Silence],
    now: datetime,
) -> tuple[Planned, ...]:
    """Plan the messages about an alert, one per receiver in file order.

    Args:
        labels: A value for each of :data:`config.catalog.alerts.LABELS`.
        definition: ``alerts.yaml``.
        silences: The mutes there are, ended ones too.
        now: The present.
    """
    silence = find_silence(labels, silences, now)
    receivers, reason = route(labels, definition)
    if silence is not None:
        reason = Phrase("plan.silenced", until=silence.until, why=silence.reason)
        return tuple(Planned(receiver, None, None, reason) for receiver in receivers)
    return tuple(Planned(receiver, now, None, reason) for receiver in receivers)


def find_silence(
    labels: Mapping[str, str], silences: Sequence[Silence], now: datetime
) -> Silence | None:
    """Return the silence in force for these labels that ends last, or None."""
    in_force = (s for s in silences if now < s.until and matches(s.matchers, labels))
    return max(in_force, key=lambda silence: silence.until, default=None)


def route(
    labels: Mapping[str, str], definition: AlertsDefinition
) -> tuple[tuple[str, ...], Phrase]:
    """Return the receivers of the first route that matches, each once, and the reason."""
    for number, candidate in enumerate(definition.routes, 1):
        if matches(candidate.match, labels):
            return tuple(dict.fromkeys(candidate.receivers)), Phrase("plan.route", number=number)
    return (CONSOLE,), Phrase("plan.no_route")


def matches(matchers: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether every label named has a value that fits its pattern (``*`` is any text)."""
    return all(
        fnmatchcase(labels.get(name, ""), _pattern(value)) for name, value in matchers.items()
    )


def _pattern(value: str) -> str:
    """Escape what fnmatch knows besides ``*``."""
    return value.replace("[", "[[]").replace("?", "[?]")
