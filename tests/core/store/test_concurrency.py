"""Processes that share a PostgreSQL exclude each other where they must, and none waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event

import pytest
import sqlalchemy as sa

from config.errors import StoreConflictError
from core.clock import utc_now
from core.messages import ArticleRevision, Origin
from core.processes.instance import Instance
from core.store import (
    Connection,
    Store,
    articles,
    canaries,
    claims,
    entries,
    entry_leases,
    feeds,
    hosts,
    leases,
)
from core.store import deliveries as delivery_store
from core.store.alerts import load_decisions
from core.store.console import actions
from core.store.deliveries import Notification
from core.store.resend import make_due
from core.store.retention import RULES, forget_all
from core.store.sightings import add_sighting, load_sightings
from core.store.stories import lock_topics
from tests.support import fork_server
from tests.support.records import article_record, entry_record, feed_record
from tests.support.scripted_publisher import MONDAY
from tests.support.stories import add_article, add_delivery

MINUTE = timedelta(minutes=1)


@pytest.fixture
def database_url(migrated_postgres: str) -> str:
    return migrated_postgres


def at_once(*works: Callable[[], object]) -> list[object]:
    """Start all functions at the same moment. Return their results, or the errors they raised."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except Exception as error:  # noqa: BLE001 the test looks at it
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def fill(store: Store) -> None:
    now = utc_now() - MINUTE
    with store.write() as connection:
        feeds.sync(
            connection,
            [feed_record(feed_id=f"f{n}", host=f"h{n % 5}", next_due_at=now) for n in range(15)],
            now,
        )
        entries.add(
            connection,
            [
                entry_record(key=str(n), host=f"h{n % 7}", url_key=f"k{n}", next_page_at=now)
                for n in range(60)
            ],
        )
        for n in range(30):
            notification = Notification(f"{n:032}", "a", "desk", "new_story", n, "{}", now)
            delivery_store.add_notification(
                connection, notification, [f"target{n % 6}", "every-time"], due=now
            )


@pytest.mark.processes
def test_no_two_processes_have_the_same_row_host_or_target_at_once(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    fill(store)
    arguments = [database_url, str(tmp_path), "2.0"]
    main = "tests.core.store.contending_process:main"
    processes = [fork_server.start(arguments, main=main) for _ in range(3)]
    ends = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 3
    assert all(int(leased) > 5 for leased in ends)


def test_a_free_lease_is_acquired_by_one_of_two_instances_at_once(
    store: Store, instance: Instance, other: Instance
) -> None:
    def acquire(by: Instance) -> Callable[[], bool]:
        def work(connection: Connection) -> bool:
            return leases.acquire(connection, "job", by, now=MONDAY, ttl=MINUTE)

        return lambda: store.transact(work)

    for _ in range(5):
        assert sorted(map(bool, at_once(acquire(instance), acquire(other)))) == [False, True]
        with store.write() as connection:
            connection.execute(leases.leases.delete())


def test_a_row_that_another_transaction_is_writing_is_skipped(
    store: Store, instance: Instance, other: Instance
) -> None:
    fill(store)
    now = utc_now()
    with store.write() as writing:
        assert feeds.lease(writing, "f0", other, now)
        assert feeds.is_leased_by(writing, "f0", other)
        taken = {e.id for e in entry_leases.lease_due(writing, other, now, limit=3)}
        done = Event()

        def lease(connection: Connection) -> tuple[set[str], set[int]]:
            due = feeds.lease_due(connection, instance, now, limit=9)
            pages = entry_leases.lease_due(connection, instance, now, limit=9)
            done.set()
            return {f.feed_id for f in due}, {e.id for e in pages}

        with ThreadPoolExecutor(1) as pool:
            leased = pool.submit(store.transact, lease)
            assert done.wait(10)
            feed_ids, pages = leased.result(10)
    assert "f0" not in feed_ids
    assert not pages & taken


def test_a_page_that_several_processes_read_becomes_one_revision(store: Store) -> None:
    message = ArticleRevision(
        article_id="a" * 32,
        revision=1,
        url="https://kurier.example.org/a",
        title="Brücke wird saniert",
        text="Text.",
        outlet="kurier",
        feed_id="kurier-1",
        language="de",
        country="DE",
        first_seen_at=MONDAY,
        fetched_at=MONDAY,
        origin=Origin.LIVE,
    )

    def add(revision: int) -> Callable[[], None]:
        def work(connection: Connection) -> None:
            articles.lock_links(connection, article_record().url_key)
            known = articles.find(connection, "a" * 32)
            if (known.revision if known else 0) >= revision:
                return
            record = replace(article_record(), revision=revision)
            changed = message.model_copy(update={"revision": revision})
            articles.add_revision(connection, record, changed)

        return lambda: store.transact(work)

    for revision in (1, 2, 3):
        assert at_once(*[add(revision)] * 4) == [None] * 4
    with store.read() as connection:
        assert [r.revision for r in articles.load_revisions(connection, "a" * 32)] == [1, 2, 3]

    def add_without_lock(connection: Connection) -> None:
        record = replace(article_record(), revision=4)
        articles.add_revision(connection, record, message.model_copy(update={"revision": 4}))
        connection.execute(sa.text("SELECT pg_sleep(0.2)"))

    def write() -> None:
        with store.write() as connection:
            add_without_lock(connection)

    ends = at_once(write, write)
    assert Counter(type(end) for end in ends) == {type(None): 1, StoreConflictError: 1}


def test_a_deadlock_is_a_conflict_after_which_both_transactions_succeed(store: Store) -> None:
    fill(store)
    meet = Barrier(2)
    tries: Counter[str] = Counter()

    def change(first: str, second: str) -> Callable[[], None]:
        def work(connection: Connection) -> None:
            tries[first] += 1
            feeds.apply_change(connection, first, lambda f: replace(f, fail_count=f.fail_count + 1))
            if tries[first] == 1:
                meet.wait(10)
            feeds.apply_change(
                connection, second, lambda f: replace(f, fail_count=f.fail_count + 1)
            )

        return lambda: store.transact(work)

    assert at_once(change("f0", "f1"), change("f1", "f0")) == [None, None]
    assert sum(tries.values()) > 2
    with store.read() as connection:
        assert [feeds.get(connection, f).fail_count for f in ("f0", "f1")] == [2, 2]


def test_rows_that_several_processes_add_at_once_are_added_once(store: Store) -> None:
    robots = hosts.RobotsRecord("https://a.org", "rules", "x", MONDAY, MONDAY)

    def work(n: int) -> Callable[[], None]:
        def write(connection: Connection) -> None:
            feeds.sync(connection, [feed_record(feed_id=f"f{i}") for i in range(20)], MONDAY)
            hosts.pause(connection, "a.org", MONDAY + n * MINUTE, f"{n}")
            hosts.save_robots(connection, robots)
            add_sighting(connection, "a" * 32, "f1", "https://a.org", MONDAY)

        return lambda: store.transact(write)

    assert at_once(*(work(n) for n in range(1, 7))) == [None] * 6
    with store.read() as connection:
        assert hosts.paused_until(connection, ["a.org"], MONDAY) == MONDAY + 6 * MINUTE
        assert len(feeds.load_feed_states(connection, MONDAY)) == 20
        assert len(load_sightings(connection, "a" * 32)) == 1


def test_leasing_waits_for_leasing_and_avoids_the_hosts_and_targets_of_others(
    store: Store, instance: Instance, other: Instance
) -> None:
    fill(store)
    now = utc_now()

    def lease(connection: Connection, by: Instance) -> set[str]:
        busy = leases.begin_leasing_rows(connection, by, now, feeds.feeds, entries.entries)
        due = feeds.lease_due(connection, by, now, limit=1, busy=busy)
        busy |= {feed.host for feed in due}
        pages = entry_leases.lease_due(connection, by, now, limit=1, busy=busy)
        return {feed.host for feed in due} | {page.host for page in pages}

    def claim(connection: Connection, by: Instance) -> set[str]:
        claims.lock_claiming(connection)
        due = claims.find_due(connection, by, now=now, limit=2)
        claimed = claims.claim(connection, due, by, now=now, ttl=MINUTE)
        return {d.delivery.target for d in claimed}

    for work in (lease, claim):
        with ThreadPoolExecutor(1) as pool:
            with store.write() as connection:
                first = work(connection, instance)
                second = pool.submit(store.transact, partial(work, by=other))
                with pytest.raises(TimeoutError):
                    second.result(0.3)
            assert len(first) == len(second.result(20)) == 2
            assert not first & second.result()


def test_the_message_of_a_dead_sender_is_sent_by_one_of_two_instances(
    store: Store, instance: Instance, other: Instance, tmp_path: Path
) -> None:
    dead = Instance.start(tmp_path)
    now = utc_now()
    with store.write() as connection:
        notification = Notification("n" * 32, "a", "desk", "new_story", 0, "{}", now)
        delivery_store.add_notification(connection, notification, ["target"], due=now)
        first = claims.find_due(connection, dead, now=now, limit=9)
        [claimed] = claims.claim(connection, first, dead, now=now, ttl=MINUTE)
    dead.close()
    with store.write() as late:  # the dead one's word comes after all, and in the middle
        due = claims.find_due(late, instance, now=now, limit=9)
        assert [d.id for d in due] == [claimed.delivery.id]
        with store.write() as connection:
            assert claims.finish(connection, claimed.delivery, state="delivered", now=now)
        assert claims.claim(late, due, instance, now=now, ttl=MINUTE) == []


OLD, BEFORE = MONDAY - timedelta(days=100), MONDAY - timedelta(days=90)


def forgets(store: Store, rule: str, meanwhile: Callable[[Connection], object]) -> int:
    """Return how many rows a rule deletes that waits for a transaction which is under way."""
    with ThreadPoolExecutor(1) as pool:
        with store.write() as connection:
            meanwhile(connection)
            forgetting = pool.submit(forget_all, store, RULES[rule], BEFORE)
            with pytest.raises(TimeoutError):
                forgetting.result(0.3)
        return forgetting.result(20)


def test_an_article_that_a_poll_is_linking_to_is_not_forgotten(store: Store) -> None:
    article = article_record(first_seen_at=OLD, revised_at=OLD)

    def link(connection: Connection) -> None:
        ids = articles.find_ids_by_url_keys(connection, [article.url_key])
        entries.add(connection, [entry_record(article_id=ids[article.url_key])])

    with store.write() as connection:
        connection.execute(articles.articles.insert().values(asdict(article)))
    assert forgets(store, "articles", link) == 0
    with store.write() as connection:
        connection.execute(entries.entries.delete())
    assert forget_all(store, RULES["articles"], BEFORE) == 1


def test_a_story_that_is_being_decided_about_is_not_forgotten(store: Store) -> None:
    def decide(connection: Connection) -> None:
        lock_topics(connection, ["nato"])
        add_article(connection, "y", MONDAY, story="x", told=False, code="copy")

    with store.write() as connection:
        alert = add_article(connection, "x", OLD)
        actions.close(connection, [alert], by="Anna", at=OLD)
    assert forgets(store, "stories", decide) == 0
    with store.read() as connection:
        assert len(load_decisions(connection, alert)) == 2


def test_a_story_of_which_a_delivery_is_being_resent_is_not_forgotten(store: Store) -> None:
    def resend(connection: Connection) -> None:
        delivery_id = connection.scalars(sa.select(delivery_store.deliveries.c.id)).one()
        assert make_due(connection, delivery_id, now=MONDAY).is_accepted

    with store.write() as connection:
        alert = add_article(connection, "x", OLD)
        add_delivery(connection, alert, "https://a.example", state="failed", at=OLD)
        actions.close(connection, [alert], by="Anna", at=OLD)
    assert forgets(store, "stories", resend) == 0
    with store.read() as connection:
        assert delivery_store.count_by_state(connection) == {"pending": 1}


def test_of_processes_that_send_a_canary_at_once_one_does(store: Store) -> None:
    now, hour = utc_now(), timedelta(hours=1)

    def send() -> object:
        return store.transact(lambda c: canaries.take_due(c, now, hour))

    assert Counter(at_once(*[send] * 6)) == {now: 1, None: 5}
    later = now + hour
    with store.write() as connection:
        assert canaries.take_due(connection, later, hour) == later
