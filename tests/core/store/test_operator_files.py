from __future__ import annotations

from datetime import UTC, datetime, timedelta

from config.catalog.last_good import GoodFile
from core.store import Store
from core.store.operator_files import StoredFiles

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
BYTES = bytes(range(256))


def test_the_files_that_were_saved_last_are_loaded_and_no_others(store: Store) -> None:
    stored = StoredFiles(store)
    assert stored.load() == {}
    first = {"topics/a.yaml": GoodFile(BYTES, NOON), "topics/b.yaml": GoodFile(b"b", NOON)}
    stored.save(first)
    assert StoredFiles(store).load() == first
    later = NOON + timedelta(hours=1)
    second = {"topics/a.yaml": GoodFile(b"a", later), "topics/c.yaml": GoodFile(b"", later)}
    stored.save(second)
    stored.save(second)
    assert StoredFiles(store).load() == second
    stored.save({})
    assert stored.load() == {}
