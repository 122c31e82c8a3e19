"""Actions on stories change each once, are announced, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from config.errors import NotFoundError, UsageError
from core.store import Connection, Store, alert_changes, escalations, outbox
from core.store import alerts as alert_store
from core.store.audit import list_entries
from core.store.cards import ToldDevelopment
from core.store.console import actions, history, story_card, story_list, undo
from core.store.console.actions import ActionResult
from core.store.console.story_list import StoryFilter
from core.store.inactivity import close_inactive
from tests.support.stories import NOON, add_article

SOON = NOON + timedelta(seconds=8)


@pytest.fixture
def ids(store: Store) -> list[str]:
    """The alert ids of three open stories: a, b and c."""
    with store.write() as connection:
        return [add_article(connection, name, title=name) for name in ("a", "b", "c")]


def states(store: Store) -> dict[str, tuple[str, str]]:
    """Return state and verdict of every story by title; cards and alerts agree about the state."""
    with store.read() as connection:
        cards = story_list.list_stories(connection, StoryFilter(state="all"))
        alerts = {a.id: a.state for a in alert_store.list_alerts(connection)}
    assert all(alerts.get(c.alert_id, "suppressed") == c.state for c in cards)
    return {c.title: (c.state, c.verdict) for c in cards}


def announced(store: Store) -> list[tuple[str, str]]:
    """Return event and reason code of the announced changes; every record has its own id."""
    with store.read() as connection:
        records = outbox.load_oldest(connection, 100)
    ids = [dict(r.headers)["ce_id"] for r in records]
    assert len(set(ids)) == len(ids)
    values = [json.loads(r.value or b"{}") for r in records]
    return [(v["event"], v["reason_code"]) for v in values]


def do(store: Store, action: Callable[[Connection], ActionResult]) -> ActionResult:
    with store.write() as connection:
        return action(connection)


def test_several_stories_are_acknowledged_at_once_and_each_is_announced(
    store: Store, ids: list[str]
) -> None:
    result = do(store, lambda c: actions.ack(c, ids[:2], by="Anna", at=NOON))
    assert set(result.alert_ids) == set(ids[:2])
    assert states(store) == {"a": ("acked", ""), "b": ("acked", ""), "c": ("open", "")}
    assert announced(store) == [("acked", "acked")] * 2
    again = do(store, lambda c: actions.ack(c, ids, by="Bert", at=NOON))
    assert again.alert_ids == (ids[2],)
    with store.read() as connection:
        assert alert_store.get_alert(connection, ids[0]).acked_by == "Anna"


def test_a_verdict_closes_the_story_and_is_announced_with_its_reason(
    store: Store, ids: list[str]
) -> None:
    do(store, lambda c: actions.judge(c, ids[:1], verdict="relevant", by="Anna", at=NOON))
    irrelevant = {"verdict": "irrelevant", "reason": "wrong_actor"}
    do(store, lambda c: actions.judge(c, ids[1:2], **irrelevant, by="Anna", at=NOON))
    assert states(store)["a"] == ("closed", "relevant")
    assert states(store)["b"] == ("closed", "irrelevant")
    assert announced(store) == [("closed", "relevant"), ("closed", "irrelevant_wrong_actor")]
    with store.read() as connection:
        (card,) = story_list.list_stories(connection, StoryFilter(state="irrelevant"))
    assert (card.title, card.verdict_reason, card.verdict_by) == ("b", "wrong_actor", "Anna")


def test_an_unknown_verdict_or_reason_is_refused(store: Store, ids: list[str]) -> None:
    for verdict, reason in (
        ("irrelevant", ""),
        ("relevant", "duplicate"),
        ("irrelevant", "no idea"),
        ("maybe", ""),
    ):
        with store.write() as connection, pytest.raises(UsageError):
            actions.judge(connection, ids, verdict=verdict, reason=reason, by="A", at=NOON)
    assert announced(store) == []


def test_a_suppressed_story_can_be_judged_but_not_acknowledged(store: Store) -> None:
    with store.write() as connection:
        alert = add_article(connection, "x", title="x", told=False)
        assert actions.ack(connection, [alert], by="A", at=NOON) == ActionResult("", ())
        result = actions.judge(connection, [alert], verdict="relevant", by="A", at=NOON)
    assert result.alert_ids == (alert,)
    assert states(store) == {"x": ("suppressed", "relevant")}
    assert announced(store) == []
    do(store, lambda c: undo.undo(c, result.action_id, by="A", at=SOON))
    assert states(store) == {"x": ("suppressed", "")}


def test_undoing_an_acknowledgement_opens_the_alert_again(store: Store, ids: list[str]) -> None:
    result = do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOON))
    undone = do(store, lambda c: undo.undo(c, result.action_id, by="Anna", at=SOON))
    assert undone.alert_ids == (ids[0],)
    do(store, lambda c: actions.ack(c, ids[:1], by="Bert", at=SOON))
    assert states(store)["a"] == ("acked", "")
    assert announced(store) == [("acked", "acked"), ("updated", "reopened"), ("acked", "acked")]
    with store.read() as connection:
        actions_made = history.load_actions(connection, ids[0])
        assert alert_store.get_alert(connection, ids[0]).acked_by == "Bert"
    assert [(a.verb, a.by, a.undone_at) for a in actions_made] == [
        ("acked", "Anna", SOON),
        ("acked", "Bert", None),
    ]


def test_undoing_a_verdict_leaves_the_acknowledgement_before_it(
    store: Store, ids: list[str]
) -> None:
    do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOON))
    old = {"verdict": "irrelevant", "reason": "old"}
    result = do(store, lambda c: actions.judge(c, ids[:1], **old, by="Bert", at=SOON))
    do(store, lambda c: undo.undo(c, result.action_id, by="Bert", at=SOON))
    assert states(store)["a"] == ("acked", "")
    with store.read() as connection:
        alert = alert_store.get_alert(connection, ids[0])
    assert (alert.acked_by, alert.closed_by, alert.closed_at) == ("Anna", "", None)
    assert [event for event, _ in announced(store)] == ["acked", "closed", "acked"]


def test_undoing_a_changed_verdict_brings_back_the_one_before(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.judge(c, ids[:1], verdict="relevant", by="Anna", at=NOON))
    copy = {"verdict": "irrelevant", "reason": "duplicate"}
    result = do(store, lambda c: actions.judge(c, ids[:1], **copy, by="Bert", at=SOON))
    do(store, lambda c: undo.undo(c, result.action_id, by="Bert", at=SOON))
    assert states(store)["a"] == ("closed", "relevant")
    assert announced(store)[-1] == ("closed", "relevant")


def test_undo_leaves_alone_what_somebody_has_changed_since(store: Store, ids: list[str]) -> None:
    result = do(store, lambda c: actions.ack(c, ids[:2], by="Anna", at=NOON))
    do(store, lambda c: actions.close(c, ids[:1], by="Bert", at=SOON))
    undone = do(store, lambda c: undo.undo(c, result.action_id, by="Anna", at=SOON))
    assert undone.alert_ids == (ids[1],)
    assert states(store)["a"] == ("closed", "")


def test_an_action_can_be_undone_once_and_within_seconds(store: Store, ids: list[str]) -> None:
    result = do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOON))
    late = NOON + timedelta(seconds=16)
    with store.write() as connection, pytest.raises(UsageError, match="too late"):
        undo.undo(connection, result.action_id, by="Anna", at=late)
    do(store, lambda c: undo.undo(c, result.action_id, by="Anna", at=SOON))
    for action_id in (result.action_id, "0" * 32, "' OR 1=1 --", "\0", "\ud800"):
        with store.write() as connection, pytest.raises(NotFoundError):
            undo.undo(connection, action_id, by="Anna", at=SOON)


def test_a_name_is_cleaned_and_shortened_before_it_is_stored(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.ack(c, ids[:1], by="A\0\u202e\ud800" + "n" * 200, at=NOON))
    with store.read() as connection:
        name = alert_store.get_alert(connection, ids[0]).acked_by
    assert name.startswith("A")
    assert len(name) <= 80
    assert name.isprintable()


def test_one_unknown_story_among_several_keeps_all_unchanged(store: Store, ids: list[str]) -> None:
    with pytest.raises(NotFoundError), store.write() as connection:
        actions.ack(connection, [*ids, "f" * 32], by="Anna", at=NOON)
    assert {state for state, _ in states(store).values()} == {"open"}
    assert announced(store) == []


def test_an_action_on_no_or_on_too_many_stories_is_refused(store: Store) -> None:
    for number in (0, 201):
        with store.write() as connection, pytest.raises(UsageError, match="at once"):
            actions.ack(connection, ["0" * 32] * number, by="A", at=NOON)


def test_two_people_who_acknowledge_the_same_stories_at_once_change_each_once(
    store: Store, ids: list[str]
) -> None:
    start, results = Barrier(2), []

    def ack(by: str, order: list[str]) -> None:
        start.wait()
        results.append(store.transact(lambda c: actions.ack(c, order, by=by, at=NOON)))

    threads = [Thread(target=ack, args=("A", ids)), Thread(target=ack, args=("B", ids[::-1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(i for result in results for i in result.alert_ids) == sorted(ids)
    assert announced(store) == [("acked", "acked")] * 3


ACTIONS = [  # what is done, what is published, what the alert says, what undoing publishes
    ("assign", {"to": "Bert"}, "assigned", ("Bert", None), "unassigned"),
    ("snooze", {"until": NOON + timedelta(hours=4)}, "snoozed", ("", NOON + timedelta(hours=4)),
     "snooze_ended"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "code", "shown", "undone"), ACTIONS)
def test_assigning_and_snoozing_are_announced_and_undone(
    store: Store,
    ids: list[str],
    name: str,
    values: dict[str, object],
    code: str,
    shown: tuple[str, object],
    undone: str,
) -> None:
    action = getattr(actions, name)
    result = do(store, lambda c: action(c, ids[:1], **values, by="Anna", at=NOON))
    again = do(store, lambda c: action(c, ids[:1], **values, by="Bert", at=NOON))
    assert (result.alert_ids, again.alert_ids) == ((ids[0],), ())
    with store.read() as connection:
        alert = alert_store.get_alert(connection, ids[0])
        (card,) = story_card.load_cards(connection, ids[:1])
    assert (alert.assigned_to, alert.snoozed_until) == shown
    assert (card.assigned_to, card.snoozed_until) == shown
    do(store, lambda c: undo.undo(c, result.action_id, by="Anna", at=SOON))
    with store.read() as connection:
        alert = alert_store.get_alert(connection, ids[0])
    assert (alert.assigned_to, alert.snoozed_until) == ("", None)
    assert announced(store) == [("updated", code), ("updated", undone)]


def test_a_snooze_can_be_ended_and_is_at_most_thirty_days(store: Store, ids: list[str]) -> None:
    until = NOON + timedelta(hours=4)
    do(store, lambda c: actions.snooze(c, ids[:1], until=until, by="Anna", at=NOON))
    ended = do(store, lambda c: actions.snooze(c, ids[:1], until=SOON, by="Anna", at=SOON))
    again = do(store, lambda c: actions.snooze(c, ids[:1], until=SOON, by="Anna", at=SOON))
    assert (ended.alert_ids, again.alert_ids) == ((ids[0],), ())
    assert [code for _, code in announced(store)] == ["snoozed", "snooze_ended"]
    late = NOON + timedelta(days=31)
    with store.write() as connection, pytest.raises(UsageError, match="too long"):
        actions.snooze(connection, ids, until=late, by="Anna", at=NOON)


def test_a_note_explains_a_verdict_and_a_second_one_replaces_it(
    store: Store, ids: list[str]
) -> None:
    minor = {"verdict": "irrelevant", "reason": "too_minor", "by": "Anna"}
    for note, at in (("a cat", NOON), ("", SOON), ("two cats", SOON)):
        with store.write() as connection:
            actions.judge(connection, ids[:1], **minor, note=note, at=at)
    with store.read() as connection:
        (card,) = story_card.load_cards(connection, ids[:1])
        actions_made = history.load_actions(connection, ids[0])
    assert card.verdict_note == "two cats"
    assert [action.detail for action in actions_made] == ["a cat", "two cats"]


def test_undo_of_an_assignment_leaves_alone_what_somebody_has_changed_since(
    store: Store, ids: list[str]
) -> None:
    result = do(store, lambda c: actions.assign(c, ids[:1], to="Bert", by="Anna", at=NOON))
    do(store, lambda c: actions.assign(c, ids[:1], to="Cleo", by="Bert", at=SOON))
    assert do(store, lambda c: undo.undo(c, result.action_id, by="A", at=SOON)).alert_ids == ()
    with store.read() as connection:
        assert alert_store.get_alert(connection, ids[0]).assigned_to == "Cleo"


def test_a_closed_alert_is_neither_assigned_nor_snoozed(store: Store, ids: list[str]) -> None:
    do(store, lambda c: actions.close(c, ids[:1], by="Anna", at=NOON))
    until = NOON + timedelta(hours=4)
    for result in (
        do(store, lambda c: actions.assign(c, ids[:1], to="Bert", by="Anna", at=NOON)),
        do(store, lambda c: actions.snooze(c, ids[:1], until=until, by="Anna", at=NOON)),
    ):
        assert result == ActionResult("", ())


def test_a_story_without_a_new_article_for_72_hours_is_closed_once(
    store: Store, ids: list[str]
) -> None:
    with store.write() as connection:
        add_article(connection, "d", NOON + timedelta(hours=2), title="d")
        until = NOON + timedelta(hours=80)
        actions.snooze(connection, ids[:1], until=until, by="Anna", at=NOON)
    now = NOON + timedelta(hours=73)
    assert store.transact(lambda c: close_inactive(c, now)) == 2
    assert store.transact(lambda c: close_inactive(c, now)) == 0
    assert {name for name, (state, _) in states(store).items() if state == "closed"} == {"b", "c"}
    assert announced(store)[1:] == [("closed", "inactive")] * 2


# ── reopening ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def closed(store: Store, ids: list[str]) -> list[str]:
    """The alert ids of a and b, which Anna has closed, a after she had acknowledged it."""
    do(store, lambda c: actions.ack(c, ids[:1], by="Anna", at=NOON))
    do(store, lambda c: actions.close(c, ids[:2], by="Anna", at=NOON))
    return ids[:2]


LATER = NOON + timedelta(hours=1)


def test_closed_stories_are_reopened_once_and_nobody_has_acknowledged_them_since(
    store: Store, ids: list[str], closed: list[str]
) -> None:
    before = len(announced(store))
    result = do(store, lambda c: actions.reopen(c, ids, by="Bert", at=LATER))
    again = do(store, lambda c: actions.reopen(c, ids, by="Cleo", at=LATER))
    assert (set(result.alert_ids), again.alert_ids) == (set(closed), ())
    assert set(states(store).values()) == {("open", "")}
    assert announced(store)[before:] == [("updated", "reopened")] * 2
    with store.read() as connection:
        alert = alert_store.get_alert(connection, ids[0])
        verbs = [action.verb for action in history.load_actions(connection, ids[0])]
        newest = list_entries(connection, by="Bert")
    assert (alert.acked_by, alert.acked_at, alert.closed_by, alert.closed_at) == ("", None) * 2
    assert sorted(verbs) == ["acked", "closed", "reopened"]
    assert {(entry.action, entry.subject) for entry in newest} == {("reopened", i) for i in closed}


def test_a_story_that_the_program_has_closed_is_reopened_and_stays_open(
    store: Store, ids: list[str]
) -> None:
    now = NOON + timedelta(hours=80)
    store.transact(lambda c: close_inactive(c, now))
    do(store, lambda c: actions.reopen(c, ids[:1], by="Anna", at=now))
    assert store.transact(lambda c: close_inactive(c, now + timedelta(hours=71))) == 0
    assert states(store)["a"] == ("open", "")


def test_a_reopened_story_keeps_its_verdict_its_person_and_its_stopped_escalation(
    store: Store, ids: list[str]
) -> None:
    old = {"verdict": "irrelevant", "reason": "old"}
    with store.write() as connection:
        escalations.start(connection, ids[0], [(LATER, ["phone"])], {})
        actions.assign(connection, ids[:1], to="Bert", by="Anna", at=NOON)
        actions.judge(connection, ids[:1], **old, by="Anna", at=NOON)
        actions.reopen(connection, ids[:1], by="Cleo", at=LATER)
    with store.read() as connection:
        assert alert_store.get_alert(connection, ids[0]).assigned_to == "Bert"
        assert escalations.load_waiting(connection, ids[0]) == []
    assert states(store)["a"] == ("open", "irrelevant")


def test_undoing_a_reopening_closes_the_story_as_it_was(store: Store, closed: list[str]) -> None:
    with store.read() as connection:
        before = [alert_store.get_alert(connection, i) for i in closed]
    result = do(store, lambda c: actions.reopen(c, closed, by="Bert", at=LATER))
    soon = LATER + timedelta(seconds=8)
    assert do(store, lambda c: undo.undo(c, result.action_id, by="Bert", at=soon)).alert_ids
    with store.read() as connection:
        after = [alert_store.get_alert(connection, i) for i in closed]
    assert [replace(alert, updated_at=NOON) for alert in after] == [
        replace(alert, updated_at=NOON) for alert in before
    ]
    assert announced(store)[-2:] == [("closed", "closed")] * 2


def test_undoing_a_reopening_closes_nothing_about_which_people_were_told_something_new(
    store: Store, closed: list[str]
) -> None:
    result = do(store, lambda c: actions.reopen(c, closed, by="Bert", at=LATER))
    soon = LATER + timedelta(seconds=8)
    told = ToldDevelopment("more", "0" * 32, "", "development", soon)
    with store.write() as connection:
        alert_changes.tell_development(connection, closed[0], told)
        undone = undo.undo(connection, result.action_id, by="Bert", at=soon)
    assert undone.alert_ids == (closed[1],)


def test_people_who_reopen_and_acknowledge_the_same_stories_at_once_change_each_once(
    store: Store, closed: list[str]
) -> None:
    before = len(announced(store))
    start, results = Barrier(3), []

    def act(name: str, by: str, order: list[str]) -> None:
        start.wait()
        action = getattr(actions, name)
        results.append(store.transact(lambda c: action(c, order, by=by, at=LATER)))

    people = (("reopen", "A", closed), ("reopen", "B", closed[::-1]), ("ack", "C", closed))
    threads = [Thread(target=act, args=each) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [code for _, code in announced(store)[before:]]
    assert codes.count("reopened") == 2
    acked = sum(state == "acked" for state, _ in states(store).values())
    assert codes.count("acked") == acked
    assert sum(len(result.alert_ids) for result in results) == len(codes)
