"""A snoozed story is quiet until something new is reported, or its time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.pending import PendingNotification
from alerts.queueing import queue_notifications
from config.i18n import Phrase
from core.store.console import actions
from tests.alerts.harness import NOON, Harness, match

UNTIL = NOON + timedelta(hours=4)


@pytest.fixture
def snoozed(harness: Harness) -> Harness:
    """A harness with an alert that is snoozed for four hours."""
    harness.decide(match())
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        actions.snooze(connection, [alert.id], until=UNTIL, by="Anna", at=NOON)
    return harness


def growth(harness: Harness) -> PendingNotification:
    """A notification that the story of the only alert has grown."""
    [alert] = harness.alerts()
    names = ("topic", "severity", "kind", "outlet", "tier", "language", "country")
    return PendingNotification(
        alert_id=alert.id,
        story_id=alert.story_id,
        article_id=alert.article_id,
        revision=1,
        score=55,
        kind="new_coverage",
        topic_id=alert.topic_id,
        topic_title=alert.topic_title,
        severity=alert.severity,
        reason=Phrase("decision.new_story"),
        reason_code="new_coverage",
        labels=dict.fromkeys(names, ""),
    )


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("Zahl der Toten im Hafen von Oslo steigt auf 41", ["snooze_ended", "development"]),
        ("Korrektur: Oslo zieht Ausbau der Häfen vor", ["snooze_ended", "correction"]),
        ("Oslo zieht Ausbau der Häfen vor", ["copy"]),
    ],
)
def test_what_is_new_is_told_and_ends_the_snooze_and_nothing_else_does(
    snoozed: Harness, title: str, codes: list[str]
) -> None:
    later: dict[str, Any] = dict.fromkeys(("first_seen_at", "fetched_at"), snoozed.now)
    assert snoozed.decide(match("https://bote.example.org/x", title=title, **later)) == codes
    [alert] = snoozed.alerts()
    assert alert.is_snoozed(snoozed.now) is ("snooze_ended" not in codes)
    assert len(snoozed.notifications()) == len(codes)


@pytest.mark.parametrize(("hours", "told"), [(1, 1), (5, 2)])
def test_growth_is_told_once_the_time_has_come(snoozed: Harness, hours: int, told: int) -> None:
    snoozed.advance(hours=hours)
    notification = replace(growth(snoozed), revision=2)  # else it joins the first message
    with snoozed.store.write() as connection:
        queue_notifications(connection, [notification], (), snoozed.catalog.alerts, now=snoozed.now)
    assert len(snoozed.notifications()) == told
    published = [e.reason_code for e in snoozed.events()]
    assert published.count("snoozed") == 3 - told
