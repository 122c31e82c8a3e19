"""The entries of a feed of alerts, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.store import Connection, Store
from core.store.deliveries import deliveries
from core.store.feed_addresses import EntryFilter, list_entries
from tests.support.stories import NOON, add_article, add_delivery

MINUTE = timedelta(minutes=1)


@pytest.fixture
def names(store: Store) -> dict[str, str]:
    """Names of three notifications by id: an old one, a new one, and one that waits."""
    with store.write() as connection:
        return {
            _add(connection, "old", "delivered", 0): "old",
            _add(connection, "new", "delivered", 1): "new",
            _add(connection, "waiting", "pending", 2): "waiting",
        }


def _add(connection: Connection, name: str, state: str, minutes: int) -> str:
    at = NOON + minutes * MINUTE
    alert = add_article(connection, name, at)
    notification = add_delivery(connection, alert, "feed", state=state, at=at)
    row = deliveries.update().where(deliveries.c.notification_id == notification)
    connection.execute(row.values(updated_at=at, delivered_at=at if state == "delivered" else None))
    return notification


WANTED: list[tuple[EntryFilter, int, list[str]]] = [
    (EntryFilter(), 10, ["new", "old"]),
    (EntryFilter(), 1, ["new"]),
    (EntryFilter(topic=frozenset({"nato", "rail"})), 10, ["new", "old"]),
    (EntryFilter(topic=frozenset({"rail"})), 10, []),
    (EntryFilter(severity=frozenset({"urgent"})), 10, []),
    (EntryFilter(severity=frozenset({"normal"}), kind=frozenset({"new_story"})), 1, ["new"]),
    (EntryFilter(kind=frozenset({"update"})), 10, []),
]


def test_a_feed_has_what_was_delivered_and_is_wanted(store: Store, names: dict[str, str]) -> None:
    with store.read() as connection:
        for wanted, limit, entries in WANTED:
            found = list_entries(connection, ["desk"], wanted, limit=limit)
            assert [names[entry.notification_id] for entry in found] == entries
        assert list_entries(connection, ["other"], EntryFilter(), limit=9) == []


def test_what_a_digest_told_instead_is_not_in_the_feed(store: Store, names: dict[str, str]) -> None:
    old = next(id_ for id_, name in names.items() if name == "old")
    with store.write() as connection:
        row = deliveries.update().where(deliveries.c.notification_id == old)
        connection.execute(row.values(replaced_by="d" * 32))
        found = list_entries(connection, ["desk"], EntryFilter(), limit=9)
    assert [names[entry.notification_id] for entry in found] == ["new"]
