"""Escalation: when more receivers are told of an urgent alert that nobody takes care of. Pure.

::

    a message about an urgent alert, its route ──escalation_steps──▶ due times and receivers
    the alert when a step is due, silences ──why_not──▶ a code, or empty: the step is sent
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.plan import URGENT, Silence, find_silence
from config.catalog.models import RouteDefinition
from core.messages.alert import SNOOZED
from core.store.alerts import OPEN, Alert

ESCALATED_KINDS = frozenset({"new_story", "update", "correction"})
"""Kinds of messages that begin an escalation: what people must know. Growth is not that."""

SILENCED = "silenced"
NOTHING_TO_TELL = "untold"
"""Code of a step whose message was withdrawn, or belongs to another story after a split."""


def escalation_steps(
    kind: str, severity: str, route: RouteDefinition, sent_at: datetime
) -> tuple[tuple[datetime, tuple[str, ...]], ...]:
    """Return when each step is due and whom it tells; nothing where the message is not escalated.

    Args:
        kind: Kind of the message.
        severity: Severity of its topic: only urgent messages are escalated.
        route: The route of the message.
        sent_at: When the message goes out.
    """
    if severity != URGENT or kind not in ESCALATED_KINDS:
        return ()
    return tuple((sent_at + step.after, step.receivers) for step in route.escalate)


def why_not(
    alert: Alert, labels: Mapping[str, str], silences: Sequence[Silence], now: datetime
) -> str:
    """Return the code of what stops a step that is due; empty where it is sent.

    Args:
        alert: The alert as it is now.
        labels: Labels of the message.
        silences: The silences in force.
        now: The present.
    """
    if alert.state != OPEN:
        return alert.state
    if alert.is_snoozed(now):
        return SNOOZED
    return SILENCED if find_silence(labels, silences, now) else ""
