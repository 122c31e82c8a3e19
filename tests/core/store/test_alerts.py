"""Alerts are found, listed, acknowledged and closed; article revisions are decided once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from config.errors import NotFoundError, StoreError, UsageError
from core.messages import AlertEvent
from core.store import Store, alert_changes, outbox
from core.store import alerts as alert_store
from core.store.alert_pages import scan_alerts
from core.store.alerts import Alert, DecisionRow
from tests.support.postgres import ON_EVERY_DATABASE

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_alert(number: int = 0, **values: object) -> Alert:
    defaults: dict[str, object] = {
        "id": f"{number:08d}" * 4,
        "topic_id": "nato",
        "topic_title": "NATO",
        "story_id": f"s{number}",
        "state": alert_store.OPEN,
        "severity": "normal",
        "title": f"Titel {number}",
        "reason": "New story.",
        "reason_code": "new_story",
        "article_id": "a" * 32,
        "opened_at": NOON + timedelta(minutes=number),
        "updated_at": NOON + timedelta(minutes=number),
    }
    return Alert(**defaults | values)  # type: ignore[arg-type]


def make_decision(**values: object) -> DecisionRow:
    defaults: dict[str, object] = {
        "topic_id": "nato",
        "article_id": "a" * 32,
        "revision": 1,
        "topic_revision": "r1",
        "event": "suppressed",
        "reason_code": "copy",
        "reason": "A copy.",
        "alert_id": "x" * 32,
        "story_id": "s",
        "outlet": "kurier",
        "title": "Titel",
        "url": "https://kurier.example.org/",
        "decided_at": NOON,
    }
    return DecisionRow(**defaults | values)  # type: ignore[arg-type]


def open_alerts(store: Store, *rows: Alert) -> None:
    with store.write() as connection:
        for row in rows:
            alert_changes.open_alert(connection, row)


def events(store: Store) -> list[AlertEvent]:
    with store.read() as connection:
        return [
            AlertEvent.model_validate_json(r.value or b"")
            for r in outbox.load_oldest(connection, 99)
        ]


def test_an_alert_is_found_by_its_id_or_a_prefix(store: Store) -> None:
    open_alerts(store, make_alert(1), make_alert(2))
    with store.read() as connection:
        assert alert_store.get_alert(connection, make_alert(1).id) == make_alert(1)
        assert alert_store.get_alert(connection, "00000002").id == make_alert(2).id


def test_an_id_of_no_alert_is_an_error(store: Store, subtests: pytest.Subtests) -> None:
    open_alerts(store, make_alert(1))
    for alert_id in ("", "0000", "f" * 32, "%" * 8, "_" * 8, "0" * 31 + "'", "\0" * 8):
        with (
            subtests.test(alert_id=alert_id),
            store.read() as connection,
            pytest.raises(NotFoundError, match="is no alert"),
        ):
            alert_store.get_alert(connection, alert_id)


def test_a_prefix_of_several_ids_is_an_error(store: Store) -> None:
    open_alerts(store, make_alert(1, id="a" * 32), make_alert(2, id="a" * 31 + "b"))
    with store.read() as connection, pytest.raises(UsageError, match="several"):
        alert_store.get_alert(connection, "a" * 8)


def test_alerts_are_listed_newest_first_and_filtered(store: Store) -> None:
    open_alerts(store, *(make_alert(n, topic_id="rail" if n == 5 else "nato") for n in range(6)))
    with store.write() as connection:
        alert_changes.ack(connection, make_alert(4).id, by="kim", at=NOON)

    def listed(**filters: Any) -> list[str]:
        with store.read() as connection:
            return [a.story_id for a in alert_store.list_alerts(connection, **filters)]

    assert listed() == ["s5", "s4", "s3", "s2", "s1", "s0"]
    assert listed(limit=2) == ["s5", "s4"]
    assert listed(topic_id="rail") == ["s5"]
    assert listed(state="acked") == ["s4"]
    assert listed(topic_id="nato", state="open") == ["s3", "s2", "s1", "s0"]


def test_a_writer_commits_while_alerts_are_listed_in_pages(store: Store) -> None:
    same = NOON + timedelta(minutes=3)  # three of the same moment, over the end of a page
    open_alerts(
        store, *(make_alert(n, opened_at=min(same, make_alert(n).opened_at)) for n in range(6))
    )
    scan = scan_alerts(store, limit=5, page=2)
    first, _ = next(scan)
    open_alerts(store, make_alert(9))
    assert [a.story_id for a in (first, *(alert for alert, _ in scan))] == [
        "s5",
        "s4",
        "s3",
        "s2",
        "s1",
    ]


@ON_EVERY_DATABASE
def test_a_page_of_a_list_is_read_along_an_index_and_nothing_is_sorted(store: Store) -> None:
    open_alerts(store, *(make_alert(n, topic_id=f"topic-{n}") for n in range(40)))
    with store.write() as connection:  # PostgreSQL chooses by what it knows of the table
        connection.exec_driver_sql("ANALYZE")
    plans = {
        name: plan_of(store, **filters)
        for name, filters in (
            ("first page", {}),
            ("later page", {"after": make_alert(3)}),
            ("of a topic", {"topic_id": "nato", "after": make_alert(3)}),
            ("open ones", {"state": "open", "after": make_alert(3)}),
        )
    }
    assert {name: plan for name, plan in plans.items() if re.search("sort|order by", plan)} == {}
    indexes = {name: re.findall(r"ix_alerts_(\w+)", plan) for name, plan in plans.items()}
    assert indexes == {
        "first page": ["newest"], "later page": ["newest"], "of a topic": ["topic"],
        "open ones": ["newest"],
    }  # fmt: skip


def plan_of(store: Store, **filters: Any) -> str:
    """Return the database's plan of a list in lower case, as if the table were large."""
    statements: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        statements.append((statement, values))

    with store.write() as connection:
        event.listen(connection, "before_cursor_execute", remember)
        alert_store.list_alerts(connection, **filters)
        [(statement, values)] = statements
        explain = "EXPLAIN QUERY PLAN"
        if connection.dialect.name == "postgresql":
            for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            explain = "EXPLAIN"
        rows = connection.exec_driver_sql(f"{explain} {statement}", values).all()
    return "\n".join(str(row[-1]) for row in rows).lower()


def test_acknowledging_an_alert_is_stored_and_announced_once(store: Store) -> None:
    open_alerts(store, make_alert())
    with store.write() as connection:
        acked = alert_changes.ack(connection, make_alert().id, by="kim", at=NOON)
    assert (acked.state, acked.acked_by, acked.acked_at) == ("acked", "kim", NOON)
    with store.write() as connection:
        again = alert_changes.ack(
            connection, make_alert().id, by="lee", at=NOON + timedelta(hours=1)
        )
    assert again == acked
    [event] = events(store)
    assert (event.event, event.reason, event.story_id) == ("acked", "acked by kim", "s0")


def test_closing_an_alert_is_stored_and_announced_once(store: Store) -> None:
    open_alerts(store, make_alert())
    with store.write() as connection:
        alert_changes.ack(connection, make_alert().id, by="kim", at=NOON)
        closed = alert_changes.close(connection, make_alert().id, by="kim", at=NOON)
        assert alert_changes.close(connection, make_alert().id, by="lee", at=NOON) == closed
        assert alert_changes.ack(connection, make_alert().id, by="lee", at=NOON) == closed
    assert (closed.state, closed.closed_by, closed.acked_by) == ("closed", "kim", "kim")
    assert [e.event for e in events(store)] == ["acked", "closed"]


def test_acknowledging_an_unknown_alert_is_an_error(store: Store) -> None:
    with store.write() as connection, pytest.raises(UsageError):
        alert_changes.ack(connection, "f" * 32, by="kim", at=NOON)
    assert events(store) == []


def test_an_article_revision_is_decided_once(store: Store) -> None:
    with store.write() as connection:
        alert_changes.record_decision(connection, make_decision())
    with pytest.raises(StoreError), store.write() as connection:
        alert_changes.record_decision(connection, make_decision(event="opened"))
    with store.read() as connection:
        assert alert_store.find_decision(connection, "nato", "a" * 32, 1) == make_decision()


def test_the_decision_about_the_newest_revision_is_found_for_one_not_decided(store: Store) -> None:
    with store.write() as connection:
        for revision in (1, 3, 2):
            alert_changes.record_decision(connection, make_decision(revision=revision))
    with store.read() as connection:
        rows = [alert_store.find_decision(connection, "nato", "a" * 32, n) for n in (1, 4)]
        assert [row.revision for row in rows if row] == [1, 3]
        assert alert_store.find_decision(connection, "rail", "a" * 32, 1) is None


def test_all_decisions_about_an_alert_are_found_oldest_first(store: Store) -> None:
    later = make_decision(topic_id="rail", decided_at=NOON + timedelta(hours=1))
    first, opened = make_decision(), make_decision(revision=2, event="opened")
    with store.write() as connection:
        for row in (later, opened, first, make_decision(article_id="b" * 32, alert_id="y" * 32)):
            alert_changes.record_decision(connection, row)
    with store.read() as connection:
        assert alert_store.load_decisions(connection, "x" * 32) == [first, opened, later]
