from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from config.errors import StoreError
from core.processes.instance import Instance
from core.store import Store, entries, hosts, leases
from core.store.entries import DONE, EntryRecord
from tests.support.records import entry_record
from tests.support.scripted_publisher import MONDAY

MINUTE = timedelta(minutes=1)


def added(store: Store, *records: EntryRecord) -> None:
    with store.write() as connection:
        entries.add(connection, records)


def waiting(key: str, **values: object) -> EntryRecord:
    return entry_record(
        key=key, url=f"https://a.org/{key}", url_key=f"https://a.org/{key}", **values
    )


def leased(store: Store, me: Instance, now: object = MONDAY, **wanted: object) -> list[str]:
    with store.write() as connection:
        found = entries.lease_due(connection, me, now, **{"limit": 9} | wanted)  # type: ignore[arg-type]
    return [entry.key for entry in found]


def test_an_entry_comes_back_as_it_was_stored(store: Store) -> None:
    record = waiting("k", authors=("A. B.", "C. D."), published_at=MONDAY, content="Ünïcode\nText")
    added(store, record)
    with store.read() as connection:
        found = entries.find_by_keys(connection, "kurier-1", ["k", "other"])
    assert found == {"k": replace(record, id=found["k"].id)}


def test_an_entry_is_stored_once_per_feed(store: Store) -> None:
    added(store, waiting("k"), waiting("k", feed_id="bote-1"))
    with pytest.raises(StoreError):
        added(store, waiting("k"))


def test_live_pages_come_first_and_one_a_host(store: Store, me: Instance) -> None:
    added(
        store,
        waiting("old", origin="backfill", host="a"),
        waiting("new", origin="live", host="a"),
        waiting("more", origin="live", host="a"),
        waiting("other", origin="backfill", host="b"),
    )
    assert leased(store, me) == ["new", "other"]
    assert leased(store, me, busy={"b"}, skip=[2]) == ["more"]


def test_every_hosts_first_page_comes_before_any_second(store: Store, me: Instance) -> None:
    added(store, *(waiting(f"{host}{n}", host=host) for host in "abc" for n in range(3)))
    assert leased(store, me, limit=5, per_host=2) == ["a0", "b0", "c0", "a1", "b1"]


def test_pages_not_due_done_or_paused_are_not_leased(store: Store, me: Instance) -> None:
    added(
        store,
        waiting("later", host="a", next_page_at=MONDAY + MINUTE),
        waiting("done", host="b", state=DONE),
        waiting("paused", host="c"),
        waiting("alone", host="d"),
    )
    with store.write() as connection:
        hosts.pause(connection, "c", MONDAY + MINUTE, "asked to")
        hosts.pause(connection, "https://a.org/alone", MONDAY + MINUTE, "asked to")
    assert leased(store, me) == []
    assert leased(store, me, MONDAY + MINUTE) == ["later", "paused", "alone"]


def test_pages_are_leased_by_one_and_freed_with_the_holder(store: Store, me: Instance) -> None:
    added(store, waiting("k"))
    other = Instance.start(me.folder.parent)
    assert leased(store, other) == ["k"]
    assert leased(store, me) == []
    other.close()
    assert leased(store, me) == ["k"]
    with store.write() as connection:
        assert leases.release_rows(connection, entries.entries, me) == 1
        assert leases.release_rows(connection, entries.entries, me) == 0


def test_a_change_takes_the_entry_from_whoever_reads_its_page(store: Store, me: Instance) -> None:
    added(store, waiting("k"))
    with store.write() as connection:
        [entry] = entries.lease_due(connection, me, MONDAY, limit=1)
        assert entries.is_leased_by(connection, entry.id, me)
        entries.record_change(connection, replace(entry, title="Neu", content_hash="d2"))
        assert not entries.is_leased_by(connection, entry.id, me)
        assert not entries.save(connection, replace(entry, state=DONE), me)
    assert leased(store, me) == ["k"]


def test_an_entry_that_is_done_forgets_its_text(store: Store, me: Instance) -> None:
    added(store, waiting("k", summary="Vorspann", content="Text"))
    with store.write() as connection:
        [entry] = entries.lease_due(connection, me, MONDAY, limit=1)
        assert entries.save(connection, replace(entry, attempts=1), me)
        kept = entries.find_by_keys(connection, "kurier-1", ["k"])["k"]
        assert (kept.summary, kept.content, kept.attempts) == ("Vorspann", "Text", 1)
        [entry] = entries.lease_due(connection, me, MONDAY, limit=1)
        assert entries.save(connection, replace(entry, state=DONE, disposition="known"), me)
        kept = entries.find_by_keys(connection, "kurier-1", ["k"])["k"]
    assert (kept.title, kept.summary, kept.content) == ("Brücke wird saniert", "", "")


def test_thousands_of_keys_and_links_are_looked_up(store: Store) -> None:
    added(store, *(waiting(str(n)) for n in range(1200)))
    with store.read() as connection:
        assert len(entries.find_by_keys(connection, "kurier-1", map(str, range(2000)))) == 1200
        links = [f"https://a.org/{n}" for n in range(2000)]
        assert len(entries.find_by_url_keys(connection, links)) == 1200
        assert entries.find_by_keys(connection, "kurier-1", []) == {}
        assert len(entries.load_content_hashes(connection, "kurier-1")) == 1200


def test_the_newest_content_hashes_are_loaded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "KNOWN_LIMIT", 2)
    added(store, *(waiting(str(n), changed_at=MONDAY + n * MINUTE) for n in range(4)))
    with store.read() as connection:
        assert set(entries.load_content_hashes(connection, "kurier-1")) == {"2", "3"}
