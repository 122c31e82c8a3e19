"""Silences in force, and what they make of a decision.

::

    alerts.yaml ──┐
    the store ────┴▶ Silence … ──apply_silences()──▶ a decision that notifies becomes suppressed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from alerts.decide import Decision, ReasonCode
from alerts.plan import Silence, find_silence
from config.catalog.models import AlertsDefinition
from config.i18n import Phrase
from core.messages import AlertEventKind
from core.store import Connection
from core.store import silences as silence_store


def load_silences(
    connection: Connection, definition: AlertsDefinition, now: datetime
) -> tuple[Silence, ...]:
    """Return the silences of the file and those of the store that have not ended."""
    in_file = (Silence(s.match, s.until, s.reason, s.author) for s in definition.silences)
    stored = silence_store.load_in_force(connection, now)
    in_store = (Silence(s.matchers, s.until, s.reason, s.author) for s in stored)
    return (*(s for s in in_file if now < s.until), *in_store)


def apply_silences(
    decision: Decision, labels: Mapping[str, str], silences: Sequence[Silence], now: datetime
) -> Decision:
    """Return the decision, suppressed where a silence mutes what it would notify people of."""
    silence = find_silence(labels, silences, now) if decision.notify else None
    if silence is None:
        return decision
    reason = Phrase("plan.silenced", until=silence.until, why=silence.reason)
    return replace(
        decision,
        event=AlertEventKind.SUPPRESSED,
        code=ReasonCode.SILENCED,
        reason=reason,
        notify=False,
        kind=None,
    )
