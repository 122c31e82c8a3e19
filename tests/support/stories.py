"""Rows of stories, as the alerts stage writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from config.i18n import Phrase
from core.ids import alert_id, hash_parts, story_id
from core.messages import Evidence, Field
from core.store import Connection, alert_changes, notification_items
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.deliveries import Notification, add_notification, deliveries, notification_id
from core.store.notification_items import NotificationItem
from core.store.stories import ArticleFacts, Story, StoryArticle
from core.store.told_revisions import ToldRevision, add_told_revision

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def add_article(
    connection: Connection,
    name: str,
    at: datetime = NOON,
    *,
    topic: str = "nato",
    title: str = "",
    outlet: str = "kurier",
    language: str = "de",
    country: str = "DE",
    severity: str = "normal",
    told: bool = True,
    story: str = "",
    code: str = "",
    sentences: tuple[str, ...] = (),
    sketch: tuple[bytes, ...] = (),
) -> str:
    """Add an article with the decision about it. Return the id of its alert.

    Args:
        told: Whether the article opens an alert or joins one; else it is suppressed.
        story: Name of the article that began the story; empty where this one does.
        code: Reason code of the decision.
        sentences: The sentences that matched.
        sketch: Shingle hashes by which copies of the article are found.
    """
    article = hash_parts("article", name)
    story_key = story_id(topic, hash_parts("article", story or name))
    alert, title = alert_id(topic, story_key), title or f"Geschichte {name}"
    event = "opened" if told and not story else "updated" if told else "suppressed"
    url = f"https://{outlet}.example/{name}"
    end = {"opened": "notified", "updated": "joined"}.get(event, "suppressed")
    end = "joined" if code == "copy" else end
    decision = DecisionRow(
        topic, article, 1, "rev", event, code or event, f"It was {event}.", alert, story_key,
        outlet, title, url, at, language, country, severity, 40, "live", end, code or event,
    )  # fmt: skip
    alert_changes.record_decision(connection, decision, sentences)
    if event == "opened":
        story_store.add_story(connection, Story(story_key, topic, title, at, at, 1))
    if told or story:
        role, copy_of = ("copy", hash_parts("article", story)) if story else ("original", None)
        facts = _facts(article, url, title, outlet, language, at).model_dump_json()
        placed = StoryArticle(
            topic, article, 1, story_key, role, copy_of, 1.0, at, at, outlet, "", facts, "", b"",
            outlet,
        )  # fmt: skip
        story_store.put_article(connection, placed, sketch)
    if event == "opened":
        add_told_revision(connection, ToldRevision(topic, article, 1, alert, at, facts))
        alert_changes.open_alert(connection, Alert(
            alert, topic, topic.upper(), story_key, "open", severity, title, "New story.",
            "new_story", article, at, at,
        ))  # fmt: skip
    return alert


def add_delivery(
    connection: Connection, alert: str, *targets: str, state: str = "pending", at: datetime = NOON
) -> str:
    """Add a notification about an alert, with its deliveries. Return the notification's id."""
    notification_key = notification_id(alert, "desk", "new_story", 0)
    notification = Notification(notification_key, alert, "desk", "new_story", 0, "{}", at)
    add_notification(connection, notification, targets, due=at)
    add_item(connection, notification_key, alert, at)
    rows = deliveries.update().where(deliveries.c.notification_id == notification_key)
    connection.execute(rows.values(state=state))
    return notification_key


def add_item(connection: Connection, notification: str, alert: str, at: datetime = NOON) -> None:
    """Add the only item of a notification: an alert."""
    notification_items.add_item(connection, NotificationItem(
        notification, 0, alert, "nato", "NATO", "s" * 32, "a" * 32, 1, "new_story", "normal",
        40, "", Phrase("decision.new_story").dump(), "new_story", "", "", at,
    ))  # fmt: skip


def _facts(
    article: str, url: str, title: str, outlet: str, language: str, at: datetime
) -> ArticleFacts:
    in_title = Evidence(
        field=Field.TITLE, start=0, end=4, surface="NATO", rule="direct", sentence="NATO"
    )
    in_text = Evidence(
        field=Field.TEXT, start=9, end=13, surface="Nato", rule="direct", sentence="Die Nato tagt."
    )
    return ArticleFacts(
        id=article, revision=1, url=url, title=title, outlet=outlet, language=language,
        published_at=None, first_seen_at=at, score=40, rules=("direct",),
        evidence=(in_title, in_text),
    )  # fmt: skip


def add_held(
    connection: Connection, alert: str, receiver: str, at: datetime, until: datetime
) -> None:
    """Add a message about an alert that quiet hours hold until a time."""
    note = Notification("d" * 32, alert, receiver, "digest", 0, "{}", at, "catch_up")
    held = Phrase("plan.held.quiet_hours", until=until).dump()
    add_notification(connection, note, ["host"], due=until, is_held=True)
    notification_items.add_item(connection, NotificationItem(
        note.id, 0, alert, "nato", "NATO", "s" * 32, "a" * 32, 1, "new_story", "normal",
        40, "", Phrase("decision.new_story").dump(), "new_story", "quiet_hours", held, at,
    ))  # fmt: skip
