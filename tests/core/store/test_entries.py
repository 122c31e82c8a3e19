"""Entries are stored once, leased for their pages, and looked up by key and link."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.errors import StoreError
from core.processes.instance import Instance
from core.store import Store, entries, entry_leases, feeds, hosts, leases
from core.store.entries import DONE, EntryRecord
from tests.support.records import entry_record, feed_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def add(store: Store, *records: EntryRecord) -> None:
    with store.write() as connection:
        entries.add(connection, records)


def pending(key: str, **values: object) -> EntryRecord:
    return entry_record(
        key=key, url=f"https://a.org/{key}", url_key=f"https://a.org/{key}", **values
    )


def lease_due(
    store: Store, instance: Instance, now: object = MONDAY, **options: object
) -> list[str]:
    with store.write() as connection:
        records = entry_leases.lease_due(connection, instance, now, **{"limit": 9} | options)  # type: ignore[arg-type]
    return [entry.key for entry in records]


def test_an_entry_is_read_back_as_it_was_stored(store: Store) -> None:
    record = pending("k", authors=("A. B.", "C. D."), published_at=MONDAY, content="Ünïcode\nText")
    add(store, record)
    with store.read() as connection:
        stored = entries.find_by_keys(connection, "kurier-1", ["k", "other"])
    assert stored == {"k": replace(record, id=stored["k"].id)}


def test_an_entry_is_stored_once_for_each_feed(store: Store) -> None:
    add(store, pending("k"), pending("k", feed_id="bote-1"))
    with pytest.raises(StoreError):
        add(store, pending("k"))


def test_live_pages_are_leased_first_and_one_for_each_host(
    store: Store, instance: Instance
) -> None:
    add(
        store,
        pending("old", origin="backfill", host="a"),
        pending("new", origin="live", host="a"),
        pending("more", origin="live", host="a"),
        pending("other", origin="backfill", host="b"),
    )
    assert lease_due(store, instance) == ["new", "other"]
    assert lease_due(store, instance, busy={"b"}, skip=[2]) == ["more"]


def test_the_first_page_of_every_host_comes_before_any_second_one(
    store: Store, instance: Instance
) -> None:
    add(store, *(pending(f"{host}{n}", host=host) for host in "abc" for n in range(3)))
    assert lease_due(store, instance, limit=5, per_host=2) == ["a0", "b0", "c0", "a1", "b1"]


def test_pages_that_are_not_due_done_or_paused_are_not_leased(
    store: Store, instance: Instance
) -> None:
    add(
        store,
        pending("later", host="a", next_page_at=MONDAY + MINUTE),
        pending("done", host="b", state=DONE),
        pending("paused", host="c"),
        pending("alone", host="d"),
    )
    with store.write() as connection:
        hosts.pause(connection, "c", MONDAY + MINUTE, "asked to")
        hosts.pause(connection, "https://a.org/alone", MONDAY + MINUTE, "asked to")
    assert lease_due(store, instance) == []
    assert lease_due(store, instance, MONDAY + MINUTE) == ["later", "paused", "alone"]


def test_a_page_is_leased_by_one_instance_until_it_dies(
    store: Store, instance: Instance, other: Instance
) -> None:
    add(store, pending("k"))
    assert lease_due(store, other) == ["k"]
    assert lease_due(store, instance) == []
    other.close()
    assert lease_due(store, instance) == ["k"]
    with store.write() as connection:
        assert leases.release_rows(connection, entries.entries, instance) == 1
        assert leases.release_rows(connection, entries.entries, instance) == 0


def test_a_changed_entry_is_taken_from_the_holder_of_its_lease(
    store: Store, instance: Instance
) -> None:
    add(store, pending("k"))
    with store.write() as connection:
        [entry] = entry_leases.lease_due(connection, instance, MONDAY, limit=1)
        assert entry_leases.is_leased_by(connection, entry.id, instance)
        entries.record_change(connection, replace(entry, title="Neu", content_hash="d2"))
        assert not entry_leases.is_leased_by(connection, entry.id, instance)
        assert not entry_leases.save(connection, replace(entry, state=DONE), instance)
    assert lease_due(store, instance) == ["k"]


def test_the_text_of_an_entry_is_deleted_when_it_is_done(store: Store, instance: Instance) -> None:
    add(store, pending("k", summary="Vorspann", content="Text"))
    with store.write() as connection:
        [entry] = entry_leases.lease_due(connection, instance, MONDAY, limit=1)
        assert entry_leases.save(connection, replace(entry, attempts=1), instance)
        stored = entries.find_by_keys(connection, "kurier-1", ["k"])["k"]
        assert (stored.summary, stored.content, stored.attempts) == ("Vorspann", "Text", 1)
        [entry] = entry_leases.lease_due(connection, instance, MONDAY, limit=1)
        assert entry_leases.save(
            connection, replace(entry, state=DONE, disposition="known"), instance
        )
        stored = entries.find_by_keys(connection, "kurier-1", ["k"])["k"]
    assert (stored.title, stored.summary, stored.content) == ("Brücke wird saniert", "", "")


@pytest.mark.slow
def test_thousands_of_keys_and_links_can_be_looked_up(store: Store) -> None:
    add(store, *(pending(str(n)) for n in range(1200)))
    with store.read() as connection:
        assert len(entries.find_by_keys(connection, "kurier-1", map(str, range(2000)))) == 1200
        links = [f"https://a.org/{n}" for n in range(2000)]
        assert len(entries.find_by_url_keys(connection, links)) == 1200
        assert entries.find_by_keys(connection, "kurier-1", []) == {}
        assert len(entries.load_content_hashes(connection, "kurier-1")) == 1200


def test_content_hashes_of_entries_no_longer_shown_are_looked_up_and_not_loaded(
    store: Store,
) -> None:
    add(store, *(pending(str(n)) for n in range(3)))
    with store.write() as connection:
        feeds.sync(connection, [feed_record(feed_id="kurier-1")], MONDAY)
        entries.mark_shown(connection, "kurier-1", ["0", "1", "2"], MONDAY)
        entries.mark_shown(connection, "kurier-1", ["1"], MONDAY + timedelta(hours=30))
    with store.read() as connection:
        assert set(entries.load_content_hashes(connection, "kurier-1")) == {"1"}
        content_hash = pending("0").content_hash
        keys = entries.find_keys_by_content(connection, "kurier-1", [content_hash, "another"])
    assert keys == {content_hash: ["0", "1", "2"]}


def test_the_newest_content_hashes_are_loaded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "KNOWN_LIMIT", 2)
    add(store, *(pending(str(n), changed_at=MONDAY + n * MINUTE) for n in range(4)))
    with store.read() as connection:
        assert set(entries.load_content_hashes(connection, "kurier-1")) == {"2", "3"}
