"""What people do at the desk: once, said on the stream, and undone as if it had not been."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from config.errors import NotFoundError, UsageError
from core.ids import alert_id, hash_parts, story_id
from core.store import Connection, Store, alert_changes, outbox
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.console import actions, story_list
from core.store.console.actions import ActionResult
from core.store.console.story_list import StoryFilter

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=8)


def add(connection: Connection, name: str, *, told: bool = True) -> str:
    article = hash_parts("article", name)
    own = story_id("nato", article)
    alert = alert_id("nato", own)
    event = "opened" if told else "suppressed"
    alert_changes.record_decision(connection, DecisionRow(
        "nato", article, 1, "rev", event, event, "Why.", alert, own, "kurier", name,
        "https://kurier.example/", NOW,
    ))  # fmt: skip
    if told:
        story_store.add_story(connection, story_store.Story(own, "nato", name, NOW, NOW, 1))
        alert_changes.open_alert(connection, Alert(
            alert, "nato", "NATO", own, "open", "normal", name, "New.", "new_story", article, NOW,
            NOW,
        ))  # fmt: skip
    return alert


@pytest.fixture
def ids(store: Store) -> list[str]:
    with store.write() as connection:
        return [add(connection, name) for name in ("a", "b", "c")]


def states(store: Store) -> dict[str, tuple[str, str]]:
    with store.read() as connection:
        found = story_list.list_stories(connection, StoryFilter(state="all"))
        alerts = {a.id: a.state for a in alert_store.list_alerts(connection)}
    assert all(alerts.get(c.alert_id, "suppressed") == c.state for c in found)
    return {c.title: (c.state, c.verdict) for c in found}


def said(store: Store) -> list[tuple[str, str]]:
    """Kind and reason code of what the stream is told, by time; every record has its own id."""
    with store.read() as connection:
        records = outbox.load_oldest(connection, 100)
    ids = [dict(r.headers)["ce_id"] for r in records]
    assert len(set(ids)) == len(ids)
    values = [json.loads(r.value or b"{}") for r in records]
    return [(v["event"], v["reason_code"]) for v in values]


def do(store: Store, work: Callable[[Connection], ActionResult]) -> ActionResult:
    with store.write() as connection:
        return work(connection)


def test_many_are_taken_at_once_and_the_stream_is_told_of_each(
    store: Store, ids: list[str]
) -> None:
    done = do(store, lambda c: actions.ack(c, ids[:2], by="Anna", at=NOW))
    assert set(done.alert_ids) == set(ids[:2])
    assert states(store) == {"a": ("acked", ""), "b": ("acked", ""), "c": ("open", "")}
    assert said(store) == [("acked", "acked")] * 2
    again = do(store, lambda c: actions.ack(c, ids, by="Bert", at=NOW))
    assert again.alert_ids == (ids[2],)
    with store.read() as connection:
        assert alert_store.get_alert(connection, ids[0]).acked_by == "Anna"


def test_a_verdict_closes_and_says_why(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.judge(c, ids[:1], verdict="relevant", by="Anna", at=NOW))
    do(
        store,
        lambda c: actions.judge(
            c, ids[1:2], verdict="irrelevant", reason="wrong_actor", by="Anna", at=NOW
        ),
    )
    assert states(store)["a"] == ("closed", "relevant")
    assert states(store)["b"] == ("closed", "irrelevant")
    assert said(store) == [("closed", "relevant"), ("closed", "irrelevant_wrong_actor")]
    with store.read() as connection:
        found = story_list.list_stories(connection, StoryFilter(state="irrelevant"))
    assert [(c.title, c.verdict_reason, c.verdict_by) for c in found] == [
        ("b", "wrong_actor", "Anna")
    ]


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [("irrelevant", ""), ("relevant", "duplicate"), ("irrelevant", "no idea"), ("maybe", "")],
)
def test_a_verdict_or_reason_there_is_none_of_is_refused(
    store: Store, ids: list[str], verdict: str, reason: str
) -> None:
    with store.write() as connection, pytest.raises(UsageError):
        actions.judge(connection, ids, verdict=verdict, reason=reason, by="A", at=NOW)
    assert said(store) == []


def test_what_was_held_back_can_be_judged_but_not_taken(store: Store) -> None:
    with store.write() as connection:
        held = add(connection, "held", told=False)
        assert actions.ack(connection, [held], by="A", at=NOW) == ActionResult("", ())
        done = actions.judge(connection, [held], verdict="relevant", by="A", at=NOW)
    assert done.alert_ids == (held,)
    assert states(store) == {"held": ("suppressed", "relevant")}
    assert said(store) == []
    do(store, lambda c: actions.undo(c, done.action_id, by="A", at=SOON))
    assert states(store) == {"held": ("suppressed", "")}


def test_an_ack_undone_is_open_again_and_the_stream_is_told(store: Store, ids: list[str]) -> None:
    done = do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOW))
    back = do(store, lambda c: actions.undo(c, done.action_id, by="Anna", at=SOON))
    assert back.alert_ids == (ids[0],)
    do(store, lambda c: actions.ack(c, ids[:1], by="Bert", at=SOON))
    assert states(store)["a"] == ("acked", "")
    assert said(store) == [("acked", "acked"), ("updated", "reopened"), ("acked", "acked")]
    with store.read() as connection:
        found = actions.load_actions(connection, ids[0])
        assert alert_store.get_alert(connection, ids[0]).acked_by == "Bert"
    assert [(a.verb, a.by, a.undone_at) for a in found] == [
        ("acked", "Anna", SOON),
        ("acked", "Bert", None),
    ]


def test_a_verdict_undone_leaves_the_ack_before_it(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOW))
    done = do(
        store,
        lambda c: actions.judge(c, ids[:1], verdict="irrelevant", reason="old", by="Bert", at=SOON),
    )
    do(store, lambda c: actions.undo(c, done.action_id, by="Bert", at=SOON))
    assert states(store)["a"] == ("acked", "")
    with store.read() as connection:
        alert = alert_store.get_alert(connection, ids[0])
    assert (alert.acked_by, alert.closed_by, alert.closed_at) == ("Anna", "", None)
    assert [event for event, _ in said(store)] == ["acked", "closed", "acked"]


def test_a_changed_verdict_undone_is_the_one_before(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.judge(c, ids[:1], verdict="relevant", by="Anna", at=NOW))
    done = do(
        store,
        lambda c: actions.judge(
            c, ids[:1], verdict="irrelevant", reason="duplicate", by="Bert", at=SOON
        ),
    )
    do(store, lambda c: actions.undo(c, done.action_id, by="Bert", at=SOON))
    assert states(store)["a"] == ("closed", "relevant")
    assert said(store)[-1] == ("closed", "relevant")


def test_undo_leaves_alone_what_somebody_did_since(store: Store, ids: list[str]) -> None:
    done = do(store, lambda c: actions.ack(c, ids[:2], by="Anna", at=NOW))
    do(store, lambda c: actions.close(c, ids[:1], by="Bert", at=SOON))
    back = do(store, lambda c: actions.undo(c, done.action_id, by="Anna", at=SOON))
    assert back.alert_ids == (ids[1],)
    assert states(store)["a"] == ("closed", "")


def test_undo_is_for_once_and_for_seconds(store: Store, ids: list[str]) -> None:
    done = do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOW))
    late = NOW + timedelta(seconds=16)
    with store.write() as connection, pytest.raises(UsageError, match="too late"):
        actions.undo(connection, done.action_id, by="Anna", at=late)
    do(store, lambda c: actions.undo(c, done.action_id, by="Anna", at=SOON))
    for action in (done.action_id, "0" * 32, "' OR 1=1 --", "\0", "\ud800"):
        with store.write() as connection, pytest.raises(NotFoundError):
            actions.undo(connection, action, by="Anna", at=SOON)


def test_a_name_is_cleaned_before_it_is_kept(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.ack(c, ids[:1], by="A\0\u202e\ud800" + "n" * 200, at=NOW))
    with store.read() as connection:
        by = alert_store.get_alert(connection, ids[0]).acked_by
    assert by.startswith("A")
    assert len(by) <= 80
    assert by.isprintable()


def test_an_unknown_story_among_many_changes_none(store: Store, ids: list[str]) -> None:
    with pytest.raises(NotFoundError), store.write() as connection:
        actions.ack(connection, [*ids, "f" * 32], by="Anna", at=NOW)
    assert {state for state, _ in states(store).values()} == {"open"}
    assert said(store) == []


@pytest.mark.parametrize("number", [0, 201])
def test_one_action_has_bounds(store: Store, number: int) -> None:
    with store.write() as connection, pytest.raises(UsageError, match="at once"):
        actions.ack(connection, ["0" * 32] * number, by="A", at=NOW)


def test_two_who_take_the_same_stories_at_once_take_each_once(store: Store, ids: list[str]) -> None:
    ready, done = Barrier(2), []

    def take(by: str, order: list[str]) -> None:
        ready.wait()
        done.append(store.transact(lambda c: actions.ack(c, order, by=by, at=NOW)))

    threads = [Thread(target=take, args=("A", ids)), Thread(target=take, args=("B", ids[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(i for d in done for i in d.alert_ids) == sorted(ids)
    assert said(store) == [("acked", "acked")] * 3
