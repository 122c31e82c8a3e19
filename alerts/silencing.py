"""Silences in force, and what they make of a decision and of what waits.

::

    alerts.yaml ──┐             ┌─apply_silences()────▶ a decision that notifies becomes suppressed
    the store ────┴▶ Silence … ─┴─withdraw_silenced()─▶ a message that waits is withdrawn
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.decide import Decision, ReasonCode, Role
from alerts.labels import item_labels, tier_of
from alerts.plan import Silence, find_silence, matches
from alerts.withdrawal import withdraw
from config.catalog.models import AlertsDefinition, Catalog
from config.i18n import Phrase
from core.messages import AlertEventKind
from core.store import Connection, notification_items, waiting_items
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
    return suppressed(decision, ReasonCode.SILENCED, silence_reason(silence))


def suppressed(decision: Decision, code: ReasonCode, reason: Phrase) -> Decision:
    """Return a decision that would notify people as one that does not."""
    is_news = decision.news is not None  # what was not told is still new the next time
    return replace(
        decision,
        role=Role.MINOR if is_news else decision.role,
        news=None,
        event=AlertEventKind.SUPPRESSED,
        code=code,
        reason=reason,
        notify=False,
        kind=None,
    )


def silence_reason(silence: Silence) -> Phrase:
    """Return why a silence suppresses something, for people."""
    return Phrase("plan.silenced", until=silence.until, why=silence.reason)


def withdraw_silenced(
    connection: Connection, silences: Sequence[Silence], catalog: Catalog, now: datetime
) -> int:
    """Withdraw what waits and is silenced; return how many items of messages that were.

    Args:
        connection: A write transaction in which nothing was done but to add silences. It waits for
            the decisions that are being made without them.
        silences: The silences in force.
        catalog: The operator's files.
        now: The present.
    """
    silence_store.lock_silences(connection)
    found = [
        (waiting, silence_reason(silence))
        for waiting in waiting_items.list_waiting(connection)
        if (silence := find_silence(item_labels(waiting.labelled, catalog), silences, now))
    ]
    url = catalog.alerts.console_url
    return withdraw(connection, found, ReasonCode.SILENCED, console_url=url, now=now)


@dataclass(frozen=True, slots=True)
class SilencePreview:
    """What a silence would do.

    Attributes:
        mutes_now: Open alerts that it matches.
        withdraws: Messages that wait and that it matches, or a part of them.
        would_have_muted: Messages of the last :data:`PREVIEW_SPAN` that it matches.
    """

    mutes_now: int
    withdraws: int
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
    waiting = [
        each.item.notification_id
        for each in waiting_items.list_waiting(connection)
        if matches(matchers, item_labels(each.labelled, catalog))
    ]
    return SilencePreview(
        mutes_now=len({item.alert_id for item in told if item.is_open}),
        withdraws=len(set(waiting)),
        would_have_muted=len({(i.topic_id, i.article_id, i.revision, i.kind) for i in recent}),
    )


def _labels(item: notification_items.ToldItem, catalog: Catalog) -> dict[str, str]:
    return {
        "topic": item.topic_id,
        "severity": item.severity,
        "kind": item.kind,
        "outlet": item.outlet,
        "tier": tier_of(item.outlet, catalog).value,
        "language": item.language,
        "country": item.country,
    }
