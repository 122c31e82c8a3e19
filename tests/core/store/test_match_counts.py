"""Matches are counted by how they ended, on every database; old counts are forgotten."""

from __future__ import annotations

from datetime import timedelta

from core.ids import hash_parts
from core.store import Store
from core.store.alerts import load_decisions
from core.store.feedback import load_judged_articles, load_told_stories
from core.store.match_counts import (
    count_decided,
    days_until,
    forget_replay,
    is_replayed,
    load_notified,
    record_replay,
)
from core.store.missed_articles import MissedArticle, list_missed, report_missed
from core.store.retention import RULES, forget_all
from tests.support.stories import NOON, add_article, add_delivery

DAY = timedelta(days=1)
TWO_DAYS = days_until(NOON, 2)


def replay(store: Store, name: str) -> None:
    with store.write() as connection:
        article = hash_parts("article", name)
        record_replay(connection, "nato", article, 1, topic_state="live", at=NOON)


def test_each_match_is_in_one_count(store: Store) -> None:
    with store.write() as connection:
        alert = add_article(connection, "a")
        add_article(connection, "b", NOON - DAY, told=False, code="too_old")
        add_article(connection, "c", NOON - 2 * DAY, told=False, code="too_old")
        add_article(connection, "d", told=False, code="too_old", topic="talks")
        add_delivery(connection, alert, "https://x.example", state="delivered")
    replay(store, "e")
    replay(store, "e")
    with store.read() as connection:
        counts = count_decided(connection, TWO_DAYS, "nato")
        everywhere = count_decided(connection, TWO_DAYS)
        [told] = load_notified(connection, TWO_DAYS)
    assert [(c.day, c.end_code, c.matches) for c in counts] == [
        (TWO_DAYS[0], "too_old", 1),
        (TWO_DAYS[1], "replay", 1),
    ]
    assert {(c.topic_id, c.end_code) for c in everywhere} >= {("talks", "too_old")}
    assert (told.day, told.end_code, told.delivered) == (TWO_DAYS[1], "opened", 0)


def test_a_match_has_as_many_deliveries_as_it_has_targets(store: Store) -> None:
    with store.write() as connection:
        alert = add_article(connection, "a")
        [row] = load_decisions(connection, alert)
        add_delivery(connection, alert, "https://x", "https://y", state="failed")
        connection.exec_driver_sql(f"UPDATE notification_items SET article_id = '{row.article_id}'")
        [match] = load_notified(connection, TWO_DAYS, "nato", row.article_id)
    assert (match.failed, match.delivered, match.waiting) == (2, 0, 0)


def test_a_replayed_match_is_forgotten_when_it_is_decided_or_old(store: Store) -> None:
    replay(store, "a")
    replay(store, "b")
    with store.write() as connection:
        [row] = load_decisions(connection, add_article(connection, "a"))
        forget_replay(connection, row)
        assert not is_replayed(connection, "nato", row.article_id)
        assert is_replayed(connection, "nato", hash_parts("article", "b"))
    assert forget_all(store, RULES["replayed matches"], NOON) == 0
    assert forget_all(store, RULES["replayed matches"], NOON + DAY) == 1


def test_an_article_is_missed_once_under_a_topic(store: Store) -> None:
    with store.write() as connection:
        for outcome, by in (("never_seen", "Anna"), ("not_matched", "Ben")):
            row = MissedArticle("nato", "m" * 32, "https://x", "T", outcome, "", by, NOON)
            report_missed(connection, row)
        [missed] = list_missed(connection, since=NOON - DAY)
        assert list_missed(connection, since=NOON - DAY, topic_id="talks") == []
    assert (missed.outcome, missed.by) == ("not_matched", "Ben")
    assert forget_all(store, RULES["missed articles"], NOON + DAY) == 1


def test_told_stories_have_their_rules_and_verdicts(store: Store) -> None:
    with store.write() as connection:
        alert = add_article(connection, "a")
        add_article(connection, "b", told=False, code="too_old")
        [story] = load_told_stories(connection, since=NOON - DAY, topic_id="nato")
        assert load_judged_articles(connection, "nato", alert) == []
    assert (story.alert_id, story.verdict) == (alert, "")
