"""Re-reads are scheduled for articles that a feed links to, leased one a host, and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from core.processes.instance import Instance
from core.store import Store, articles, entries, rereads
from core.store.leases import ROW_LEASE_TIME
from core.store.rereads import RereadRecord
from tests.support.records import article_record, entry_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def schedule(store: Store, name: str, at: datetime = MONDAY) -> None:
    """Schedule the first re-read of an article a minute from a time."""
    with store.write() as connection:
        rereads.schedule(connection, name, reason=rereads.TOLD, now=at, due_at=at + MINUTE)


def add_article(store: Store, name: str, host: str) -> None:
    url = f"https://{host}/{name}"
    record = article_record(article_id=name, url_key=url, url=url)
    entry = entry_record(key=name, article_id=name, url=url, url_key=url, host=host)
    with store.write() as connection:
        connection.execute(articles.articles.insert().values(
            {column: getattr(record, column) for column in record.__slots__}
        ))  # fmt: skip
        entries.add(connection, [entry])


def lease(store: Store, instance: Instance, at: datetime, **options: object) -> list[RereadRecord]:
    with store.write() as connection:
        return rereads.lease_due(connection, instance, at, **{"limit": 9} | options)  # type: ignore[arg-type]


def find(store: Store, name: str) -> RereadRecord | None:
    with store.read() as connection:
        return rereads.find(connection, name)


def test_what_is_due_is_leased_one_a_host_until_it_is_saved(
    store: Store, instance: Instance, other: Instance
) -> None:
    for name, host in (("one", "a.example"), ("two", "a.example"), ("three", "b.example")):
        add_article(store, name, host)
        schedule(store, name)
    schedule(store, "unknown to ingest")
    assert lease(store, instance, MONDAY) == []
    due = MONDAY + MINUTE
    assert [r.article_id for r in lease(store, instance, due, busy=["b.example"])] == ["one"]
    assert [r.article_id for r in lease(store, instance, due, skip=["one"])] == ["three", "two"]
    assert lease(store, other, due + ROW_LEASE_TIME - MINUTE) == []
    assert len(lease(store, other, due + ROW_LEASE_TIME)) == 2
    assert find(store, "unknown to ingest") is None


def test_the_outcome_of_an_attempt_is_stored_by_the_holder_alone(
    store: Store, instance: Instance, other: Instance
) -> None:
    add_article(store, "one", "a.example")
    schedule(store, "one")
    [record] = lease(store, instance, MONDAY + MINUTE)
    later = replace(record, attempts=1, due_at=MONDAY + 60 * MINUTE, outcome="unchanged")
    with store.write() as connection:
        assert not rereads.is_leased_by(connection, record, other)
        rereads.save(connection, replace(later, outcome="x"), other)
        rereads.finish(connection, record, other)
        assert rereads.is_leased_by(connection, record, instance)
        rereads.save(connection, later, instance)
        assert not rereads.is_leased_by(connection, record, instance)
    assert find(store, "one") == later


def test_an_article_that_is_told_again_during_an_attempt_begins_anew(
    store: Store, instance: Instance
) -> None:
    add_article(store, "one", "a.example")
    for end in (rereads.finish, rereads.save):
        schedule(store, "one")
        [record] = lease(store, instance, MONDAY + MINUTE)
        again = MONDAY + 2 * MINUTE
        schedule(store, "one", at=again)
        with store.write() as connection:
            end(connection, record, instance)
        told_again = find(store, "one")
        assert told_again is not None
        assert (told_again.begun_at, told_again.due_at) == (again, again + MINUTE)
        assert len(lease(store, instance, again + MINUTE)) == 1
        with store.write() as connection:
            rereads.finish(connection, told_again, instance)


def test_rereads_that_were_never_made_are_forgotten(store: Store) -> None:
    add_article(store, "one", "a.example")
    schedule(store, "one")
    with store.write() as connection:
        assert rereads.forget(connection, MONDAY + MINUTE) == 0
        assert rereads.forget(connection, MONDAY + 2 * MINUTE) == 1
