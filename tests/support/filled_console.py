"""A console that has something of everything."""

from __future__ import annotations

from datetime import datetime, timedelta

from config.faults import Fault
from core.store.alerts import decisions
from core.store.cards import cards
from core.store.deliveries import deliveries
from core.store.feeds import feeds
from tests.support.console import Console, add_delivery, add_feeds, add_story
from tests.support.stories import add_held

TEXTS = ("Die Nato tagt in Paris.", "Die Nato tagt in Rom. Friedensgespräche folgen.")


def fill(console: Console, now: datetime) -> None:
    """Add stories, feeds, deliveries and faults in every state; texts of theirs are in German."""
    store = console.store
    add_feeds(store, console.catalog, now)
    first = add_story(store, "Rom", now, copies=2, texts=TEXTS)
    for n, severity in enumerate(("low", "normal", "high", "urgent")):
        add_story(store, severity, now - timedelta(hours=n), severity=severity)
    add_story(store, "Zurückgehalten", now, alerted=False)
    with store.write() as connection:
        add_held(connection, first, "desk", now, now + timedelta(hours=8))
    for state in ("delivered", "failed", "unknown", "pending", "sending"):
        add_delivery(store, first, f"{state}.beispiel", state, now)
    console.submit("/act", [("act", "ack"), ("pick", first)])
    console.submit("/act", [("one", f"relevant:{first}")])
    console.submit(
        "/act", [("act", "irrelevant"), ("pick", add_story(store, "x", now)), ("reason", "old")]
    )
    with store.write() as connection:
        outlet = feeds.c.outlet == "courier"
        connection.execute(feeds.update().where(outlet).values(fail_count=3, fail_since=now))
        connection.execute(cards.update().values(reason="Grund."))
        connection.execute(decisions.update().values(reason="Grund."))
        connection.execute(feeds.update().values(due_reason="Grund.", last_error="Grund."))
        connection.execute(deliveries.update().values(last_error="Grund."))
    path = str(console.settings.config_dir / "topics" / "nato.yaml")
    console.faults[:] = [
        Fault(file=path, line=6, column=3, code="W201", message="Hinweis.", mend="Löschen."),
        Fault(file=path, line=7, column=3, code="E201", message="Hinweis.", mend="Löschen."),
    ]
