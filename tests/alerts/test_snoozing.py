"""A snoozed story is quiet until something new is reported."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.store.console import actions
from tests.alerts.event_names import find_misnamed
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
    snoozed.advance(minutes=5)
    later: dict[str, Any] = dict.fromkeys(("first_seen_at", "fetched_at"), snoozed.now)
    assert snoozed.decide(match("https://bote.example.org/x", title=title, **later)) == codes
    [alert] = snoozed.alerts()
    assert alert.is_snoozed(snoozed.now) is ("snooze_ended" not in codes)
    assert len(snoozed.notifications()) == len(codes)
    assert find_misnamed(snoozed) == []


def test_a_retraction_is_told_and_ends_the_snooze(snoozed: Harness) -> None:
    vanished = match(revision=2, gone=True, fetched_at=snoozed.now)
    assert snoozed.decide(vanished) == ["snooze_ended", "retraction"]
    [alert] = snoozed.alerts()
    assert not alert.is_snoozed(snoozed.now)
