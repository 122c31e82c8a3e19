"""Silences that are made later act on what waits: it is withdrawn, and its decision changes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from alerts import digests, worker
from alerts.decide import Decision
from alerts.digests import rank_items
from alerts.inhibition import apply_inhibition
from alerts.plan import Silence
from alerts.silencing import preview_silence, withdraw_silenced
from config.catalog.models import (
    AlertsDefinition,
    Catalog,
    DigestDefinition,
    RouteDefinition,
    SilenceDefinition,
)
from config.cron import CronSchedule, parse_cron
from config.weekly_hours import Hours, WeeklyHours
from core.messages import AlertEventKind
from core.store import alerts as alert_store
from core.store import notification_items, silences
from core.store import stories as story_store
from core.store.notification_items import NotificationItem
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import NOON, PLACE, TEXT, Harness, match, topic
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

TRADE, RAIL = "trade", "rail"
ALL_DAY = WeeklyHours((Hours(frozenset(range(7)), 0, 13 * 60),), "UTC")
EVENING = parse_cron("0 18 * * *")


def configure(harness: Harness, **route: Any) -> None:
    assert EVENING is not None
    schedule = CronSchedule(EVENING, "0 18 * * *", "UTC")
    digest = DigestDefinition("evening", ("console",), schedule, {}, False, PLACE)
    alerts = AlertsDefinition(
        routes=(RouteDefinition({}, ("console",), PLACE, **route),), digests=(digest,)
    )
    topics = (topic(id=TRADE), topic(id=RAIL))
    harness.catalog = Catalog((), topics, (), alerts)
    run(harness)


def run(harness: Harness, **span: float) -> int:
    """Let time pass and the dispatcher run; return how many messages it has delivered."""
    harness.advance(**span)
    return harness.dispatcher().run_once(attempt_all_due=False)["delivered"]


def silence(harness: Harness, **matchers: str) -> None:
    """Make a silence of an hour as the command does, without withdrawing what waits."""
    with harness.store.write() as connection:
        silences.add_silence(
            connection,
            matchers,
            reason="Gipfel",
            author="Anna",
            now=harness.now,
            until=harness.now + timedelta(hours=1),
        )


def make_silence(harness: Harness, **matchers: str) -> None:
    """Make a silence of an hour as the command does."""
    until = harness.now + timedelta(hours=1)
    with harness.store.write() as connection:
        row = silences.add_silence(
            connection, matchers, reason="Gipfel", author="Anna", now=harness.now, until=until
        )
        muting = Silence(row.matchers, until, row.reason, row.author)
        withdraw_silenced(connection, [muting], harness.catalog, harness.now)


def told_topics(harness: Harness) -> list[str]:
    return [e.topic_id for e in harness.events() if e.event is AlertEventKind.DELIVERED]


WAITS: Sequence[tuple[str, dict[str, Any]]] = (
    ("in the group wait", {"group_wait": timedelta(minutes=5)}),
    ("for a roll-up", {"max_per_hour": 1}),
    ("for a catch-up", {"quiet_hours": ALL_DAY}),
    ("for a digest", {"digest": "evening"}),
)


@pytest.mark.parametrize("route", [w[1] for w in WAITS], ids=[w[0] for w in WAITS])
def test_what_waits_is_withdrawn_by_a_silence_that_is_made_later(
    harness: Harness, route: dict[str, Any]
) -> None:
    configure(harness, **route)
    harness.decide(match(topic=TRADE), match(topic=RAIL))
    silence(harness, topic=TRADE)
    run(harness)
    run(harness, hours=7)
    assert told_topics(harness) == [RAIL]


@ON_EVERY_DATABASE
def test_a_silence_that_is_made_while_a_decision_is_being_made_mutes_it(harness: Harness) -> None:
    configure(harness, group_wait=timedelta(minutes=5))
    made = threading.Thread(target=lambda: make_silence(harness, topic=TRADE))

    def make_and_decide(*arguments: Any) -> Decision:
        made.start()
        made.join(0.3)  # on its own it would be done by then
        return apply_inhibition(*arguments)

    with patch.object(worker, "apply_inhibition", make_and_decide):
        harness.decide(match(topic=TRADE))
    made.join(20)
    assert not made.is_alive()
    assert harness.notifications() == []
    assert harness.events()[-1].reason_code == "silenced"


@ON_EVERY_DATABASE
def test_a_silence_that_is_made_while_a_digest_takes_over_what_waits_mutes_it(
    harness: Harness,
) -> None:
    configure(harness, digest="evening")
    harness.decide(match(topic=TRADE))
    made = threading.Thread(target=lambda: make_silence(harness, topic=TRADE))

    def make_and_rank(*arguments: Any) -> list[NotificationItem]:
        made.start()
        made.join(0.3)
        return rank_items(*arguments)

    harness.advance(hours=6)
    with patch.object(digests, "rank_items", make_and_rank):
        harness.store.transact(lambda c: digests.send_due(c, harness.catalog, harness.now))
    made.join(20)
    assert not made.is_alive()
    assert harness.notifications() == []
    assert harness.events()[-1].reason_code == "silenced"


@ON_EVERY_DATABASE
def test_it_is_suppressed_with_an_event_and_in_its_decision(harness: Harness) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE), match(topic=RAIL))
    [(message, _)] = {n.id: (n, d) for n, d in harness.notifications()}.values()
    silence(harness, topic=TRADE)
    run(harness)
    event = harness.events()[-1]
    assert (event.event, event.reason_code) == (AlertEventKind.SUPPRESSED, "silenced")
    assert (event.topic_id, event.notification_id, event.target) == (TRADE, message.id, "console")
    assert event.reason.endswith(": Gipfel")
    with harness.store.read() as connection:
        article = match().article_id
        row = alert_store.find_decision(connection, TRADE, article, 1)
        other = alert_store.find_decision(connection, RAIL, article, 1)
        [item] = notification_items.load_items(connection, message.id)
    assert row is not None
    assert (row.event, row.match_end, row.end_code) == ("suppressed", "suppressed", "silenced")
    assert other is not None
    assert (other.event, other.match_end) == ("opened", "notified")
    assert item.topic_id == RAIL
    assert find_misnamed(harness) == []


@pytest.mark.parametrize("changed", ["the file", "the store"])
def test_a_silence_of_the_file_acts_on_what_waits_like_one_of_the_store(
    harness: Harness, changed: str
) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE))
    if changed == "the file":
        until = NOON + timedelta(hours=2)
        muted = SilenceDefinition({"topic": TRADE}, until, "Gipfel", "", PLACE)
        alerts = replace(harness.catalog.alerts, silences=(muted,))
        harness.catalog = replace(harness.catalog, alerts=alerts)
    else:
        silence(harness, topic=TRADE)
    assert run(harness, minutes=5) == 0
    assert told_topics(harness) == []


def test_the_end_of_a_silence_releases_nothing(harness: Harness) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE))
    silence(harness, topic=TRADE)
    run(harness)
    assert run(harness, hours=2) == 0
    assert harness.notifications() == []


def test_what_was_sent_stays_sent(harness: Harness) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE))
    assert run(harness, minutes=2) == 1
    silence(harness, topic=TRADE)
    run(harness)
    assert [d.state for _, d in harness.notifications()] == ["delivered"]
    assert "silenced" not in {e.reason_code for e in harness.events()}


def test_a_development_that_was_withdrawn_is_still_new_when_the_silence_ends(
    harness: Harness,
) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE, title="Haus in Oslo eingestürzt: drei Tote"))
    run(harness, minutes=2)
    update = match(
        "https://bote.example.org/2",
        topic=TRADE,
        title="Haus in Oslo eingestürzt: 41 Tote",
        text=f"Die Zahl der Toten ist auf 41 gestiegen. {TEXT}",
    )
    assert harness.decide(update) == ["development"]
    silence(harness, topic=TRADE)
    run(harness)
    with harness.store.read() as connection:
        row = story_store.find_article(connection, TRADE, update.article_id)
    assert row is not None
    assert row.role == "minor"


def test_a_preview_counts_the_messages_that_wait(harness: Harness) -> None:
    configure(harness)
    harness.decide(match(topic=TRADE))
    run(harness, minutes=2)
    harness.decide(match("https://bote.example.org/1", topic=TRADE, title="Feuer", text="Feuer."))
    with harness.store.read() as connection:
        catalog, now = harness.catalog, harness.now
        preview = preview_silence(connection, {"topic": TRADE}, catalog, now)
        other = preview_silence(connection, {"topic": RAIL}, catalog, now)
    assert (preview.mutes_now, preview.withdraws, preview.would_have_muted) == (2, 1, 2)
    assert (other.mutes_now, other.withdraws, other.would_have_muted) == (0, 0, 0)
