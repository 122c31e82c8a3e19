from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import StoreError, UsageError
from core.messages import AlertEvent
from core.store import Store, alert_changes, outbox
from core.store import alerts as alert_store
from core.store.alerts import Alert, DecisionRow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_alert(number: int = 0, **values: object) -> Alert:
    given: dict[str, object] = {
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
    return Alert(**given | values)  # type: ignore[arg-type]


def a_decision(**values: object) -> DecisionRow:
    given: dict[str, object] = {
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
    return DecisionRow(**given | values)  # type: ignore[arg-type]


def fill(store: Store, *rows: Alert) -> None:
    with store.write() as connection:
        for row in rows:
            alert_changes.open_alert(connection, row)


def events(store: Store) -> list[AlertEvent]:
    with store.read() as connection:
        return [
            AlertEvent.model_validate_json(r.value or b"")
            for r in outbox.load_oldest(connection, 99)
        ]


def test_an_alert_is_found_by_its_id_or_the_beginning_of_it(store: Store) -> None:
    fill(store, an_alert(1), an_alert(2))
    with store.read() as connection:
        assert alert_store.get_alert(connection, an_alert(1).id) == an_alert(1)
        assert alert_store.get_alert(connection, "00000002").id == an_alert(2).id


@pytest.mark.parametrize(
    "wrong", ["", "0000", "f" * 32, "%" * 8, "_" * 8, "0" * 31 + "'", "\0" * 8]
)
def test_what_is_no_alert_is_wrong_usage(store: Store, wrong: str) -> None:
    fill(store, an_alert(1))
    with store.read() as connection, pytest.raises(UsageError, match="is no alert"):
        alert_store.get_alert(connection, wrong)


def test_an_id_that_is_not_the_only_one_is_wrong_usage(store: Store) -> None:
    fill(store, an_alert(1, id="a" * 32), an_alert(2, id="a" * 31 + "b"))
    with store.read() as connection, pytest.raises(UsageError, match="several"):
        alert_store.get_alert(connection, "a" * 8)


def test_alerts_are_listed_newest_first_and_filtered(store: Store) -> None:
    fill(store, *(an_alert(n, topic_id="rail" if n == 5 else "nato") for n in range(6)))
    with store.write() as connection:
        alert_changes.ack(connection, an_alert(4).id, by="kim", at=NOON)

    def listed(**filters: Any) -> list[str]:
        with store.read() as connection:
            return [a.story_id for a in alert_store.list_alerts(connection, **filters)]

    assert listed() == ["s5", "s4", "s3", "s2", "s1", "s0"]
    assert listed(limit=2) == ["s5", "s4"]
    assert listed(topic_id="rail") == ["s5"]
    assert listed(state="acked") == ["s4"]
    assert listed(topic_id="nato", state="open") == ["s3", "s2", "s1", "s0"]


def test_taking_an_alert_is_kept_and_published_once(store: Store) -> None:
    fill(store, an_alert())
    with store.write() as connection:
        taken = alert_changes.ack(connection, an_alert().id, by="kim", at=NOON)
    assert (taken.state, taken.acked_by, taken.acked_at) == ("acked", "kim", NOON)
    with store.write() as connection:
        again = alert_changes.ack(connection, an_alert().id, by="lee", at=NOON + timedelta(hours=1))
    assert again == taken
    [event] = events(store)
    assert (event.event, event.reason, event.story_id) == ("acked", "acked by kim", "s0")


def test_closing_an_alert_is_kept_and_published_once(store: Store) -> None:
    fill(store, an_alert())
    with store.write() as connection:
        alert_changes.ack(connection, an_alert().id, by="kim", at=NOON)
        closed = alert_changes.close(connection, an_alert().id, by="kim", at=NOON)
        assert alert_changes.close(connection, an_alert().id, by="lee", at=NOON) == closed
        assert alert_changes.ack(connection, an_alert().id, by="lee", at=NOON) == closed
    assert (closed.state, closed.closed_by, closed.acked_by) == ("closed", "kim", "kim")
    assert [e.event for e in events(store)] == ["acked", "closed"]


def test_taking_what_does_not_exist_is_wrong_usage(store: Store) -> None:
    with store.write() as connection, pytest.raises(UsageError):
        alert_changes.ack(connection, "f" * 32, by="kim", at=NOON)
    assert events(store) == []


def test_a_revision_is_decided_once(store: Store) -> None:
    with store.write() as connection:
        alert_changes.record_decision(connection, a_decision())
    with pytest.raises(StoreError), store.write() as connection:
        alert_changes.record_decision(connection, a_decision(event="opened"))
    with store.read() as connection:
        assert alert_store.find_decision(connection, "nato", "a" * 32, 1) == a_decision()


def test_the_newest_other_revision_stands_for_one_not_decided(store: Store) -> None:
    with store.write() as connection:
        for revision in (1, 3, 2):
            alert_changes.record_decision(connection, a_decision(revision=revision))
    with store.read() as connection:
        found = [alert_store.find_decision(connection, "nato", "a" * 32, n) for n in (1, 4)]
        assert [f.revision for f in found if f] == [1, 3]
        assert alert_store.find_decision(connection, "rail", "a" * 32, 1) is None


def test_all_decisions_about_an_alert_are_found_oldest_first(store: Store) -> None:
    later = a_decision(topic_id="rail", decided_at=NOON + timedelta(hours=1))
    first, opened = a_decision(), a_decision(revision=2, event="opened")
    with store.write() as connection:
        for row in (later, opened, first, a_decision(article_id="b" * 32, alert_id="y" * 32)):
            alert_changes.record_decision(connection, row)
    with store.read() as connection:
        assert alert_store.load_decisions(connection, "x" * 32) == [first, opened, later]
