"""Old rows are deleted in short steps, and never what is still needed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select

import core.store
from core.ids import hash_parts
from core.messages import ArticleRevision
from core.processes.instance import Instance
from core.store import (
    Connection,
    Store,
    articles,
    claims,
    entries,
    escalations,
    feed_days,
    feeds,
    hosts,
    outbox,
    separations,
)
from core.store import deliveries as delivery_store
from core.store.alerts import decisions, get_alert
from core.store.column_types import metadata
from core.store.console import actions, story_list
from core.store.console.story_list import StoryFilter
from core.store.entries import DONE, EntryRecord
from core.store.retention import KEPT, RULES, forget_all, forget_stories
from core.store.sightings import add_sighting, sightings
from core.streams.port import NewRecord
from tests.support.records import article_record, entry_record, feed_record
from tests.support.scripted_publisher import MONDAY
from tests.support.stories import add_article, add_delivery

DAY = timedelta(days=1)
OLD = MONDAY - 100 * DAY
BEFORE = MONDAY - 90 * DAY
RECENT = MONDAY - 80 * DAY


def count_rows(store: Store) -> dict[str, int]:
    """Return the number of rows of each table that has any."""
    with store.read() as connection:
        counts = {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }
    return {name: count for name, count in counts.items() if count and name not in KEPT}


def written(store: Store, *changes: Callable[[Connection], object]) -> None:
    with store.write() as connection:
        for change in changes:
            change(connection)


def test_every_table_has_a_rule_or_a_reason_to_be_kept() -> None:
    for module in pkgutil.walk_packages(core.store.__path__, "core.store."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    ruled = [table for rule in RULES.values() for table in rule.tables]
    assert sorted([*ruled, *KEPT]) == sorted(metadata.tables)
    assert all(KEPT.values())


def test_a_rule_is_applied_in_steps_until_nothing_is_left(store: Store) -> None:
    days = [partial(feed_days.count_poll, feed_id=f"f{n}", now=OLD) for n in range(7)]
    written(store, *days, partial(feed_days.count_poll, feed_id="f0", now=RECENT))
    steps = []

    def forget(connection: Connection, before: datetime) -> int:
        steps.append(feed_days.forget(connection, before, limit=3))
        return steps[-1]

    assert forget_all(store, replace(RULES["feed days"], forget=forget), BEFORE) == 7
    assert steps == [3, 3, 1, 0]
    assert count_rows(store) == {"feed_days": 1}


def test_a_writer_commits_between_two_steps(store: Store) -> None:
    written(store, *(partial(feed_days.count_poll, feed_id=f"f{n}", now=OLD) for n in range(4)))

    def forget(connection: Connection, before: datetime) -> int:
        return feed_days.forget(connection, before, limit=2)

    first = store.transact(lambda connection: forget(connection, BEFORE))
    written(store, partial(feed_days.count_poll, feed_id="new", now=RECENT))
    assert first + forget_all(store, replace(RULES["feed days"], forget=forget), BEFORE) == 4
    assert count_rows(store) == {"feed_days": 1}


def test_pauses_and_robots_files_that_are_out_of_use_are_forgotten(store: Store) -> None:
    origins = [("https://old.org", OLD), ("https://new.org", RECENT)]
    written(
        store,
        *(partial(hosts.pause, scope=o, until=at, reason="asked to") for o, at in origins),
        *(
            partial(hosts.save_robots, record=hosts.RobotsRecord(o, "rules", "", OLD, at))
            for o, at in origins
        ),
    )
    assert forget_all(store, RULES["pauses"], BEFORE) == 1
    assert forget_all(store, RULES["robots"], BEFORE) == 1
    with store.read() as connection:
        assert hosts.load_pauses(connection, OLD - DAY) == {"https://new.org": RECENT}
        assert hosts.find_robots(connection, "https://old.org") is None
        assert hosts.find_robots(connection, "https://new.org") is not None


def test_records_that_wait_for_the_streams_are_never_forgotten(store: Store) -> None:
    old = [NewRecord("s", b"k", str(n).encode(), (), OLD) for n in range(3)]
    new = NewRecord("s", b"k", b"new", (), RECENT)
    written(store, partial(outbox.put, records=[*old, new]))
    with store.write() as connection:
        for record in outbox.load_oldest(connection, 9)[::3]:
            outbox.refuse(connection, record, "too large")
    assert forget_all(store, RULES["refused records"], BEFORE) == 1
    with store.read() as connection:
        assert [r.value for r in outbox.load_oldest(connection, 9)] == [b"1", b"2"]
        assert outbox.count_refused(connection) == 1


def test_days_of_topics_are_forgotten_by_their_date(store: Store) -> None:
    with store.write() as connection:
        add_article(connection, "old", OLD, topic="a")
        add_article(connection, "new", RECENT, topic="a")
    assert forget_all(store, RULES["topic days"], BEFORE) == 1
    assert count_rows(store)["topic_days"] == 1


def old_entry(key: str, **values: object) -> EntryRecord:
    values = {"changed_at": OLD, "state": DONE} | values
    return entry_record(key=key, url_key=f"https://a.org/{key}", **values)


def with_entries(store: Store, *records: EntryRecord, shown: str) -> None:
    """Store entries of a feed whose newest document shows those named."""
    with store.write() as connection:
        feeds.sync(connection, [feed_record(feed_id="kurier-1")], MONDAY)
        entries.add(connection, records)
        entries.mark_shown(connection, "kurier-1", list(shown), MONDAY)


def entry_keys(store: Store) -> set[str]:
    with store.read() as connection:
        return set(connection.scalars(select(entries.entries.c.key)))


def test_entries_that_their_feed_no_longer_shows_are_forgotten(store: Store) -> None:
    recent, pending = old_entry("b", changed_at=RECENT), old_entry("c", state="pending")
    with_entries(store, old_entry("a"), recent, pending, old_entry("d"), shown="d")
    assert forget_all(store, RULES["entries"], BEFORE) == 1
    assert entry_keys(store) == {"b", "c", "d"}


def test_an_entry_is_kept_while_its_feed_goes_on_showing_it(store: Store) -> None:
    with_entries(store, old_entry("a"), old_entry("b"), shown="ab")
    for days, shown in ((1, "ab"), (2, "ab"), (4, "a")):
        with store.write() as connection:
            entries.mark_shown(connection, "kurier-1", list(shown), MONDAY + days * DAY)
    assert forget_all(store, RULES["entries"], MONDAY + 4 * DAY) == 1
    assert entry_keys(store) == {"a"}


def test_an_entry_just_gone_from_the_document_is_kept_for_a_day(store: Store) -> None:
    with_entries(store, old_entry("a"), old_entry("b"), shown="ab")
    for hours, forgotten in ((20, 0), (30, 1)):
        with store.write() as connection:
            now = MONDAY + timedelta(hours=hours)
            entries.mark_shown(connection, "kurier-1", ["a"], now)
        assert forget_all(store, RULES["entries"], BEFORE) == forgotten


def test_an_empty_document_says_nothing_about_the_entries(store: Store) -> None:
    with_entries(store, old_entry("a"), shown="a")
    with store.write() as connection:
        entries.mark_shown(connection, "kurier-1", [], MONDAY + 9 * DAY)
    assert forget_all(store, RULES["entries"], MONDAY + 9 * DAY) == 0


def test_entries_of_a_feed_without_a_document_since_the_migration_are_kept(store: Store) -> None:
    with_entries(store, old_entry("a"), shown="")
    with store.write() as connection:
        connection.execute(entries.entries.update().values(shown_at=None))
    assert forget_all(store, RULES["entries"], BEFORE) == 0


def test_entries_are_not_forgotten_while_their_feed_is_polled(
    store: Store, instance: Instance
) -> None:
    with_entries(store, old_entry("a"), old_entry("b"), shown="b")
    with store.write() as connection:
        assert feeds.lease(connection, "kurier-1", instance, MONDAY)
    assert forget_all(store, RULES["entries"], BEFORE) == 0
    with store.write() as connection:
        feeds.release(connection, "kurier-1", instance)
    assert forget_all(store, RULES["entries"], BEFORE) == 1


def test_a_feed_with_a_very_long_document_keeps_its_entries(store: Store) -> None:
    with_entries(store, old_entry("a"), old_entry("b"), shown="b")
    with store.write() as connection:
        many = entries.KNOWN_LIMIT + 1
        feeds.apply_change(connection, "kurier-1", lambda feed: replace(feed, entry_count=many))
    assert forget_all(store, RULES["entries"], BEFORE) == 0


def test_all_entries_of_a_feed_removed_long_ago_are_forgotten(store: Store) -> None:
    with_entries(store, old_entry("a"), old_entry("b"), shown="ab")
    with store.write() as connection:
        feeds.sync(connection, [], OLD)
    assert forget_all(store, RULES["entries"], BEFORE) == 2


def add_old_article(connection: Connection, name: str, at: datetime = OLD) -> None:
    article = article_record(
        article_id=name * 32, url_key=f"https://a.org/{name}", first_seen_at=at, revised_at=at
    )
    for number in (1, 2):
        message = ArticleRevision(
            article_id=article.article_id, revision=number, url=article.url, title=name,
            outlet="kurier", feed_id="kurier-1", language="de", country="DE", first_seen_at=at,
            fetched_at=at,
        )  # fmt: skip
        articles.add_revision(connection, replace(article, revision=number), message)
    add_sighting(connection, article.article_id, "kurier-1", article.url, at)


def test_articles_that_nothing_refers_to_are_forgotten(store: Store) -> None:
    with_entries(store, old_entry("k", article_id="b" * 32), shown="k")
    with store.write() as connection:
        for name in "abd":
            add_old_article(connection, name)
        add_old_article(connection, "c", RECENT)
        add_article(connection, "decided", OLD)
        decided = select(decisions.c.article_id).scalar_subquery()
        for table in (articles.articles, articles.article_revisions, sightings):
            renamed = table.update().where(table.c.article_id == "d" * 32)
            connection.execute(renamed.values(article_id=decided))
    before = count_rows(store)
    assert forget_all(store, RULES["articles"], BEFORE) == 4
    after = count_rows(store)
    assert {t: n - after[t] for t, n in before.items() if n != after[t]} == {
        "articles": 1, "article_revisions": 2, "sightings": 1,
    }  # fmt: skip
    with store.read() as connection:
        assert articles.find(connection, "a" * 32) is None
        assert articles.load_revisions(connection, "b" * 32)


def full_story(
    connection: Connection, name: str, at: datetime = OLD, *, topic: str = "nato"
) -> str:
    """Add a story with rows in every table; its alert is acknowledged."""
    sketch = (name.encode() * 8,)
    alert = add_article(connection, name, at, topic=topic, sketch=sketch)
    add_article(connection, f"{name}-copy", at, topic=topic, story=name, told=False, sketch=sketch)
    add_delivery(connection, alert, "https://a.example", state="delivered", at=at)
    escalations.start(connection, alert, [(at, ["desk"])], {})
    story = get_alert(connection, alert).story_id
    separations.separate(connection, topic, story, hash_parts(name), by="Anna", at=at)
    actions.ack(connection, [alert], by="Anna", at=at)
    return alert


def forget_old_stories(store: Store) -> int:
    return forget_all(store, RULES["stories"], BEFORE)


def test_a_story_is_forgotten_with_everything_about_it(store: Store) -> None:
    with store.write() as connection:
        kept = full_story(connection, "x", RECENT)
    untouched = count_rows(store)
    with store.write() as connection:
        full_story(connection, "y")
    grown = count_rows(store)
    unrelated = {"topic_days", "outbox", "audit_entries"}
    assert set(RULES["stories"].tables) <= {t for t, n in grown.items() if n > untouched[t]}
    assert forget_old_stories(store) == sum(
        n - untouched[t] for t, n in grown.items() if t not in unrelated
    )
    assert {t: n for t, n in count_rows(store).items() if t not in unrelated} == {
        t: n for t, n in untouched.items() if t not in unrelated
    }
    with store.read() as connection:
        cards = story_list.list_stories(connection, StoryFilter(state="all"))
    assert [card.alert_id for card in cards] == [kept]


@pytest.mark.parametrize(
    ("created_at", "state", "deleted"),
    [(OLD, "delivered", 2), (OLD, "failed", 2), (OLD, "pending", 0), (RECENT, "delivered", 0)],
)
def test_a_message_that_tells_of_no_alert_is_forgotten_once_it_has_ended(
    store: Store, created_at: datetime, state: str, deleted: int
) -> None:
    row = delivery_store.Notification("n" * 32, "a" * 32, "mail", "digest", 0, "{}", created_at)
    with store.write() as connection:
        delivery_store.add_notification(connection, row, ["mail"], due=created_at)
        connection.execute(delivery_store.deliveries.update().values(state=state))
        full_story(connection, "x")
    rule = RULES["messages without items"]
    assert forget_all(store, rule, BEFORE) == deleted


def test_a_story_of_another_topic_keeps_its_index_of_the_same_article(store: Store) -> None:
    with store.write() as connection:
        full_story(connection, "x")
        full_story(connection, "x", RECENT, topic="talks")
        full_story(connection, "y", topic="talks")
    assert forget_old_stories(store) > 0
    assert count_rows(store)["story_shingles"] == 2
    assert count_rows(store)["stories"] == 1


def test_a_suppressed_story_is_forgotten_too(store: Store) -> None:
    with store.write() as connection:
        add_article(connection, "x", OLD, told=False, code="too_old")
    assert forget_old_stories(store) == 3 + 2  # a decision, a card, and its three labels
    assert set(count_rows(store)) == {"topic_days"}


@pytest.mark.slow
@pytest.mark.parametrize("state", ["open", "pending", "sending", "unknown", "recent"])
def test_a_story_that_is_still_needed_stays_whole(store: Store, state: str) -> None:
    with store.write() as connection:
        alert = add_article(connection, "x", OLD)
        delivery = state if state in delivery_store.UNFINISHED else "failed"
        add_delivery(connection, alert, "https://a.example", state=delivery, at=OLD)
        if state != "open":
            actions.close(connection, [alert], by="Anna", at=OLD)
        if state == "recent":
            add_article(connection, "y", RECENT, story="x", told=False, code="copy")
    before = count_rows(store)
    assert forget_old_stories(store) == 0
    assert count_rows(store) == before


def test_stories_are_forgotten_in_steps(store: Store) -> None:
    with store.write() as connection:
        for n in range(5):
            full_story(connection, str(n), OLD + n * DAY)
    for left in (3, 1, 0):
        with store.write() as connection:
            assert forget_stories(connection, BEFORE, None, limit=2).deleted > 0
        assert count_rows(store).get("stories", 0) == left


def test_a_story_that_is_told_again_after_it_was_forgotten_is_a_new_one(
    store: Store, instance: Instance
) -> None:
    with store.write() as connection:
        first = full_story(connection, "x")
    forget_old_stories(store)
    with store.write() as connection:
        assert full_story(connection, "x", MONDAY) == first
        assert claims.find_due(connection, instance, now=MONDAY, limit=9) == []
    assert count_rows(store)["stories"] == 1
