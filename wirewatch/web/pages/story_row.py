"""A story as a row of the compact list: variables of its template. Pure."""

from __future__ import annotations

from typing import Any

from config.catalog.models import Catalog
from core.store.console.story_rows import StoryRow
from core.text import lang_attribute
from wirewatch.web import display


def row_view(row: StoryRow, catalog: Catalog) -> dict[str, Any]:
    """Return a story's row as the template shows it."""
    return {
        "id": row.alert_id,
        "at": row.at,
        "first_seen": row.first_seen,
        "topic_id": row.topic_id,
        "topic": display.topic_title(catalog, row.topic_id, row.topic_title),
        "title": display.title(row.title),
        "state": row.state,
        "severity": row.severity if row.told else "",
        "acked_by": display.line(row.acked_by, 40),
        "assigned_to": display.line(row.assigned_to, 40),
        "snoozed_until": row.snoozed_until,
        "verdict": row.verdict,
        "verdict_reason": row.verdict_reason,
        "outlet": display.outlet_name(catalog, row.outlet) if row.outlet else "",
        "outlets": row.outlets,
        "articles": row.articles,
        "undelivered": row.undelivered,
        "held_until": row.held_until,
        "language": lang_attribute(row.language),
    }
