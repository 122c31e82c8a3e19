"""Silences in force, and what they make of a decision.

::

    alerts.yaml ──┐
    the store ────┴▶ Silence … ──apply_silences()──▶ a decision that notifies becomes suppressed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.decide import Decision, ReasonCode, Role
from alerts.plan import Silence, find_silence, matches
from config.catalog.models import AlertsDefinition, Catalog, Tier
from config.i18n import Phrase
from core.messages import AlertEventKind
from core.store import Connection, notification_items
from core.store import silences as silence_store

PREVIEW_SPAN = timedelta(days=7)
"""How far a preview of a silence looks back."""


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
    is_news = decision.news is not None  # what was not told is still new when the silence ends
    return replace(
        decision,
        role=Role.MINOR if is_news else decision.role,
        news=None,
        event=AlertEventKind.SUPPRESSED,
        code=ReasonCode.SILENCED,
        reason=reason,
        notify=False,
        kind=None,
    )


@dataclass(frozen=True, slots=True)
class SilencePreview:
    """What a silence would do.

    Attributes:
        mutes_now: Open alerts that it matches.
        would_have_muted: Messages of the last :data:`PREVIEW_SPAN` that it matches.
    """

    mutes_now: int
    would_have_muted: int


def preview_silence(
    connection: Connection, matchers: Mapping[str, str], catalog: Catalog, now: datetime
) -> SilencePreview:
    """Return what a silence with these matchers would do."""
    since = now - PREVIEW_SPAN
    told = [
        item
        for item in notification_items.list_told(connection, since=since)
        if matches(matchers, _labels(item, catalog))
    ]
    recent = [item for item in told if item.added_at > since]
    return SilencePreview(
        mutes_now=len({item.alert_id for item in told if item.is_open}),
        would_have_muted=len({(i.topic_id, i.article_id, i.revision, i.kind) for i in recent}),
    )


def _labels(item: notification_items.ToldItem, catalog: Catalog) -> dict[str, str]:
    outlet = catalog.outlet(item.outlet)
    return {
        "topic": item.topic_id,
        "severity": item.severity,
        "kind": item.kind,
        "outlet": item.outlet,
        "tier": (Tier.B if outlet is None else outlet.tier).value,
        "language": item.language,
        "country": item.country,
    }
