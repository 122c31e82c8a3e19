from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.errors import StoreError, UsageError
from core.messages import AlertEvent
from core.store import Store, outbox
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
            alert_store.open_alert(connection, row)


def events(store: Store) -> list[AlertEvent]:
    with store.read() as connection:
        return [
            AlertEvent.model_validate_json(r.value or b"") for r in outbox.oldest(connection, 99)
        ]


def test_an_alert_is_found_by_its_id_or_the_beginning_of_it(store: Store) -> None:
    fill(store, an_alert(1), an_alert(2))
    with store.read() as connection:
        assert alert_store.alert(connection, an_alert(1).id) == an_alert(1)
        assert alert_store.alert(connection, "00000002").id == an_alert(2).id


@pytest.mark.parametrize(
    "wrong", ["", "0000", "f" * 32, "%" * 8, "_" * 8, "0" * 31 + "'", "\0" * 8]
)
def test_what_is_no_alert_is_wrong_usage(store: Store, wrong: str) -> None:
    fill(store, an_alert(1))
    with store.read() as connection, pytest.raises(UsageError, match="is no alert"):
        alert_store.alert(connection, wrong)


def test_an_id_that_is_not_the_only_one_is_wrong_usage(store: Store) -> None:
    fill(store, an_alert(1, id="a" * 32), an_alert(2, id="a" * 31 + "b"))
    with store.read() as connection, pytest.raises(UsageError, match="several"):
        alert_store.alert(connection, "a" * 8)


def test_alerts_are_listed_newest_first_and_filtered(store: Store) -> None:
    fill(store, *(an_alert(n, severity="urgent" if n % 2 else "normal") for n in range(6)))
    with store.read() as connection:
        assert [a.story_id for a in alert_store.list_alerts(connection)] == [
            "s5", "s4", "s3", "s2", "s1", "s0",
        ]  # fmt: skip
        urgent = alert_store.list_alerts(connection, severity="urgent", limit=2, offset=1)
        assert [a.story_id for a in urgent] == ["s3", "s1"]
        since, until = NOON + timedelta(minutes=2), NOON + timedelta(minutes=4)
        assert len(alert_store.list_alerts(connection, since=since, until=until)) == 2
        assert alert_store.list_alerts(connection, topic_id="rail") == []
        assert len(alert_store.list_alerts(connection, topic_id="nato", state="open")) == 6


def test_taking_an_alert_is_kept_and_published_once(store: Store) -> None:
    fill(store, an_alert())
    with store.write() as connection:
        taken = alert_store.ack(connection, an_alert().id, by="kim", at=NOON)
    assert (taken.state, taken.acked_by, taken.acked_at) == ("acked", "kim", NOON)
    with store.write() as connection:
        again = alert_store.ack(connection, an_alert().id, by="lee", at=NOON + timedelta(hours=1))
    assert again == taken
    [event] = events(store)
    assert (event.event, event.reason, event.story_id) == ("acked", "acked by kim", "s0")


def test_closing_an_alert_is_kept_and_published_once(store: Store) -> None:
    fill(store, an_alert())
    with store.write() as connection:
        alert_store.ack(connection, an_alert().id, by="kim", at=NOON)
        closed = alert_store.close(connection, an_alert().id, by="kim", at=NOON)
        assert alert_store.close(connection, an_alert().id, by="lee", at=NOON) == closed
        assert alert_store.ack(connection, an_alert().id, by="lee", at=NOON) == closed
    assert (closed.state, closed.closed_by, closed.acked_by) == ("closed", "kim", "kim")
    assert [e.event for e in events(store)] == ["acked", "closed"]


def test_taking_what_does_not_exist_is_wrong_usage(store: Store) -> None:
    with store.write() as connection, pytest.raises(UsageError):
        alert_store.ack(connection, "f" * 32, by="kim", at=NOON)
    assert events(store) == []


def test_a_revision_is_decided_once(store: Store) -> None:
    with store.write() as connection:
        alert_store.record_decision(connection, a_decision())
    with pytest.raises(StoreError), store.write() as connection:
        alert_store.record_decision(connection, a_decision(event="opened"))
    with store.read() as connection:
        assert alert_store.decision(connection, "nato", "a" * 32, 1) == a_decision()


def test_the_newest_other_revision_stands_for_one_not_decided(store: Store) -> None:
    with store.write() as connection:
        for revision in (1, 3, 2):
            alert_store.record_decision(connection, a_decision(revision=revision))
    with store.read() as connection:
        found = [alert_store.decision(connection, "nato", "a" * 32, n) for n in (1, 4)]
        assert [f.revision for f in found if f] == [1, 3]
        assert alert_store.decision(connection, "rail", "a" * 32, 1) is None


def test_what_people_were_spared_can_be_listed(store: Store) -> None:
    with store.write() as connection:
        alert_store.record_decision(connection, a_decision())
        alert_store.record_decision(connection, a_decision(revision=2, event="opened"))
        later = NOON + timedelta(hours=1)
        alert_store.record_decision(connection, a_decision(topic_id="rail", decided_at=later))
    with store.read() as connection:
        assert [d.topic_id for d in alert_store.suppressed(connection)] == ["rail", "nato"]
        assert len(alert_store.suppressed(connection, topic_id="nato")) == 1
        assert len(alert_store.suppressed(connection, since=NOON + timedelta(minutes=1))) == 1
        assert len(alert_store.decisions_of(connection, "x" * 32)) == 3
