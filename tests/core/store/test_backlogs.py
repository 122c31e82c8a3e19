"""What waits in the store, and when articles were published, seen and told, on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from core.ids import hash_parts
from core.store import Connection, Store, outbox
from core.store.article_times import ArticleTimes, load_article_times
from core.store.articles import articles
from core.store.backlogs import (
    Backlog,
    Undelivered,
    load_outbox_backlog,
    load_page_backlog,
    load_undelivered,
)
from core.store.deliveries import (
    CANARY,
    CANARY_ALERT,
    DELIVERED,
    Notification,
    add_notification,
    deliveries,
)
from core.store.entries import entries
from core.store.notification_items import notification_items
from core.store.size import load_table_sizes
from core.streams.port import NewRecord

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOTHING = Backlog(0, timedelta())


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def add_message(
    connection: Connection, name: str, receiver: str, due: float, alert: str = "", **row: Any
) -> None:
    """Add a message to one target; ``row`` changes its delivery."""
    key = hash_parts(name)
    message = Notification(key, alert or key, receiver, CANARY if alert else "new_story", 0, "{}",
                           ago(due))  # fmt: skip
    add_notification(connection, message, ["https://x.example"], due=ago(due))
    if row:
        changed = deliveries.update().where(deliveries.c.notification_id == key)
        connection.execute(changed.values(**row))


def add_article(
    connection: Connection, name: str, seen: float, origin: str = "live", **entry: Any
) -> None:
    """Add an article with the entry that it was made of."""
    article = hash_parts("article", name)
    url = f"https://kurier.example/{name}"
    connection.execute(articles.insert().values(
        article_id=article, url_key=url, url=url, outlet="kurier", feed_id="kurier-1",
        first_seen_at=ago(seen), origin=origin, revision=1, revised_at=NOW, text_source="page",
        title_hash="", text_hash="",
    ))  # fmt: skip
    connection.execute(entries.insert().values({
        "feed_id": "kurier-1", "key": url, "content_hash": "", "url": url, "url_key": url,
        "host": "kurier.example", "article_id": article, "origin": origin, "state": "done",
        "disposition": "", "first_seen_at": ago(seen), "changed_at": ago(seen),
        "published_at": None, "published_is_day": False, "text_hash": "", "title": "",
        "summary": "", "content": "", "authors": [], "attempts": 0, "next_page_at": ago(seen),
        "page_outcome": "", **entry,
    }))  # fmt: skip


def add_item(connection: Connection, message: str, article: str) -> None:
    """Have a message tell of an article."""
    connection.execute(notification_items.insert().values(
        notification_id=hash_parts(message), number=0, alert_id="a", topic_id="nato",
        topic_title="", story_id="s", article_id=hash_parts("article", article), revision=1,
        kind="new_story", severity="normal", score=1, reason="", reason_code="", added_at=NOW,
    ))  # fmt: skip


def test_what_waits_is_counted_with_its_age(store: Store) -> None:
    with store.write() as connection:
        assert load_undelivered(connection, NOW) == []
        assert load_page_backlog(connection, NOW) == NOTHING
        assert load_outbox_backlog(connection, NOW) == (NOTHING, 0)
        add_message(connection, "late", "desk", 30)
        add_message(connection, "tried", "desk", 10, state="unknown")
        add_message(connection, "bundled", "desk", -10)
        add_message(connection, "capped", "desk", 90, held_until=ago(-1))
        add_message(connection, "in a digest", "desk", 90, replaced_by="x")
        add_message(connection, "told", "desk", 90, state=DELIVERED)
        add_message(connection, "canary", "desk", 90, alert=CANARY_ALERT)
        add_message(connection, "quiet", "night", -60)
        add_article(connection, "read", 90)
        add_article(connection, "unread", 7, state="pending")
        add_article(connection, "later", -7, state="pending")
        records = [NewRecord("s", b"k", b"v", (), at) for at in (ago(9), ago(3), ago(2))]
        outbox.put(connection, records)
        outbox.refuse(connection, outbox.load_oldest(connection, 1)[0], "too large")
    with store.read() as connection:
        assert load_undelivered(connection, NOW) == [
            Undelivered("desk", due=2, held=1, pending=1, age=timedelta(minutes=30)),
            Undelivered("night", due=0, held=0, pending=1, age=timedelta()),
        ]
        assert load_page_backlog(connection, NOW) == Backlog(1, timedelta(minutes=7))
        assert load_outbox_backlog(connection, NOW) == (Backlog(2, timedelta(minutes=3)), 1)
        if store.dialect == "postgresql":
            size, archive = load_table_sizes(connection)
            assert size > 100_000
            assert archive == 0


def test_live_articles_have_the_times_at_which_they_were_published_seen_and_told(
    store: Store,
) -> None:
    with store.write() as connection:
        add_article(connection, "told", 60, published_at=ago(70))
        add_article(connection, "dated", 50, published_at=ago(0), published_is_day=True)
        add_article(connection, "undated", 40)
        add_article(connection, "backfill", 30, "backfill", published_at=ago(90))
        add_article(connection, "yesterday", 2000, published_at=ago(2000))
        for name, minutes in (("second", 10), ("first", 55)):
            at = ago(minutes)
            add_message(
                connection, name, "desk", 58, state=DELIVERED, delivered_at=at, updated_at=at
            )
            add_item(connection, name, "told")
        add_message(connection, "waiting", "desk", 1)
        add_item(connection, "waiting", "undated")
    with store.read() as connection:
        times = load_article_times(connection, ago(24 * 60), limit=10)
        newest = load_article_times(connection, ago(24 * 60), limit=1)
    expected = [
        ArticleTimes("kurier", ago(70), ago(60), ago(55)),
        ArticleTimes("kurier", None, ago(50), None),
        ArticleTimes("kurier", None, ago(40), None),
    ]
    assert sorted(times, key=lambda each: each.first_seen_at) == expected
    assert newest == expected[-1:]
