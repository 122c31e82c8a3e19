"""A story as a card: variables of the templates that show stories. Pure."""

from __future__ import annotations

from typing import Any

from config.catalog.models import Catalog
from config.i18n import Translator
from core.store.console.story_list import StoryCard
from core.text import lang_attribute
from core.text.excerpt import excerpt
from wirewatch.web import display

MAX_OUTLETS = 11
"""Other outlets that are named."""

MAX_LANGUAGES = 6


def card_view(card: StoryCard, catalog: Catalog, t: Translator) -> dict[str, Any]:
    """Return a story's card as the templates show it."""
    others = card.outlets[1 : 1 + MAX_OUTLETS]
    return {
        "id": card.alert_id,
        "at": card.at,
        "topic_id": card.topic_id,
        "topic": display.topic_title(catalog, card.topic_id, card.topic_title),
        "title": display.title(card.title),
        "state": card.state,
        "severity": card.severity if card.told else "",
        "acked_by": display.line(card.acked_by, 40),
        "assigned_to": display.line(card.assigned_to, 40),
        "snoozed_until": card.snoozed_until,
        "verdict": card.verdict,
        "verdict_reason": card.verdict_reason,
        "verdict_note": display.line(card.verdict_note, 500),
        "notified": card.notified,
        "held_until": card.held_until,
        "reason": display.reason(card.reason, t, catalog),
        "excerpt": excerpt(card.evidence),
        "outlet": display.outlet_name(catalog, card.outlet),
        "other_outlets": ", ".join(display.outlet_name(catalog, outlet) for outlet in others),
        "also_in": card.also_in,
        "score": card.score,
        "language": lang_attribute(card.language),
        "languages": ", ".join(t.language(code) for code in card.languages[:MAX_LANGUAGES]),
    }
