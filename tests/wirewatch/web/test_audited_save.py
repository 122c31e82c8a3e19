"""An operator file and its entry in the audit log are saved together or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.errors import StoreConflictError, StoreError
from core.store import Connection, Store
from core.store.audit import list_entries
from tests.support.schemas import new_sqlite
from wirewatch.web.audited_save import SaveEntry, SaveOutcome, save_with_entry
from wirewatch.web.operator_files import SaveRefusal, read_file

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(new_sqlite(tmp_path))
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources.yaml"
    path.write_text("old\n")
    return path


def save(store: Store, file: Path, text: str = "new\n") -> SaveOutcome:
    entry = SaveEntry("feed_changed", "kurier", "Ada", NOW, "every")
    return save_with_entry(store, entry, read_file(file), text, file.parent)


def details(store: Store) -> list[str]:
    with store.read() as connection:
        return [entry.detail for entry in list_entries(connection)]


def fail_before(_work: Callable[[Connection], Any]) -> None:
    raise StoreError("The store is away.")


def test_a_file_is_saved_with_its_entry_and_a_refused_one_has_none(
    store: Store, file: Path
) -> None:
    assert save(store, file) == SaveOutcome(notice="feed_changed")
    [detail] = details(store)
    assert detail.startswith("every · sources.yaml ")
    changed = read_file(file)
    file.write_text("of an editor\n")
    entry = SaveEntry("feed_changed", "kurier", "Ada", NOW)
    outcome = save_with_entry(store, entry, changed, "x", file.parent)
    assert outcome == SaveOutcome(SaveRefusal.CHANGED)
    assert file.read_text() == "of an editor\n"
    assert details(store) == [detail]


def test_a_store_that_takes_no_entry_leaves_the_file_as_it_was(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "transact", fail_before)
    assert save(store, file) == SaveOutcome(SaveRefusal.UNRECORDED)
    assert file.read_text() == "old\n"


def test_a_commit_that_fails_after_the_file_was_saved_leaves_the_entry_in_the_program_s_log(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_after(work: Callable[[Connection], Any]) -> None:
        with store.write() as connection:
            work(connection)
            raise StoreError("The connection was lost.")

    monkeypatch.setattr(store, "transact", fail_after)
    with capture_logs() as logs:
        assert save(store, file) == SaveOutcome(notice="saved_unrecorded")
    assert file.read_text() == "new\n"
    [line] = logs
    assert (line["event"], line["action"]) == ("file_saved_unrecorded", "feed_changed")
    assert (line["by"], line["subject"]) == ("Ada", "kurier")
    assert line["detail"].startswith("every · sources.yaml ")


def test_a_transaction_that_is_repeated_saves_the_file_once(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    transact = store.transact

    def conflict_once(work: Callable[[Connection], Any]) -> None:
        failures = iter([StoreConflictError("Another process was first.")])

        def work_and_fail(connection: Connection) -> None:
            work(connection)
            for failure in failures:
                raise failure

        transact(work_and_fail)

    monkeypatch.setattr(store, "transact", conflict_once)
    assert save(store, file) == SaveOutcome(notice="feed_changed")
    assert file.read_text() == "new\n"
    assert len(details(store)) == 1
