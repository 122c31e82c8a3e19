"""The audit log, and erasing a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from config.errors import UsageError
from config.i18n import Phrase
from core.store import Connection, Store, audit, silences
from core.store.accounts import AccountRole, add_account, remove_account
from core.store.alerts import alerts
from core.store.column_types import metadata
from core.store.console import actions, undo
from core.store.console.saved_views import SavedView, save_view
from core.store.erasure import NAMES, REMOVED, erase_name
from core.store.missed_articles import MissedArticle, report_missed
from tests.support.console import add_story, open_store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

OTHER_THINGS = {
    "deliveries.replaced_by",  # the id of a delivery
    "desk_actions.former",  # emptied as a whole
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store on which Jörg and Ada acted."""
    store = open_store(tmp_path)
    first, second = (add_story(store, name, NOW) for name in ("first", "second"))
    with store.write() as c:
        actions.assign(c, [first], to="JÖRG", by="Ada", at=NOW)
        actions.ack(c, [first], by="Jörg", at=NOW)
        done = actions.judge(
            c, [second], verdict="irrelevant", reason="old", note="Jörg?", by="Jörg", at=NOW
        )
        undo.undo(c, done.action_id, by="Jörg", at=NOW)
        made = silences.add_silence(
            c, {"topic": "x"}, reason="r", author="Jörg", now=NOW, until=NOW + timedelta(days=1)
        )
        silences.end_silence(c, made.id, by="Ada", now=NOW)
        save_view(c, SavedView("Nato", "topic=nato", "Jörg", NOW))
        save_view(c, SavedView("Rail", "topic=rail", "Ada", NOW, owner="jörg"))
        report_missed(c, MissedArticle("nato", "a", "https://x.example/", "", "o", "", "Jörg", NOW))
        split = Phrase("decision.split", by="Jörg").dump()
        c.execute(alerts.update().where(alerts.c.id == second).values(reason=split))
    return store


def everything(connection: Connection) -> str:
    """Return all values of the whole store as one text."""
    tables = [table for table in metadata.tables.values() if table.name != "outbox"]
    return "\n".join(
        str(tuple(row)) for table in tables for row in connection.execute(select(table))
    )


def test_each_action_is_in_the_log_newest_first(store: Store) -> None:
    with store.read() as connection:
        entries = audit.list_entries(connection)
        by_ada = audit.list_entries(connection, by="Ada", limit=1)
        older = audit.list_entries(connection, by="Ada", before=by_ada[0].number)
    assert [(entry.author, entry.action, entry.detail) for entry in entries[::-1]] == [
        ("Ada", "assigned", "JÖRG"),
        ("Jörg", "acked", ""),
        ("Jörg", "irrelevant", "old"),
        ("Jörg", "undone", "irrelevant"),
        ("Jörg", "silenced", "r"),
        ("Ada", "silence_ended", ""),
        ("Jörg", "view_saved", ""),
        ("Ada", "view_saved", ""),
        ("Jörg", "missed", "nato"),
    ]
    actions_by_ada = [entry.action for entry in (*by_ada, *older)]
    assert actions_by_ada == ["view_saved", "silence_ended", "assigned"]
    with store.write() as connection:
        assert audit.forget_entries(connection, NOW) == 0
        assert audit.forget_entries(connection, NOW + timedelta(seconds=1)) == 9


def test_an_erased_name_is_nowhere_but_in_texts_that_people_wrote(store: Store) -> None:
    with store.write() as connection:
        count = erase_name(connection, "jörg", by="Ada", at=NOW)
        left = everything(connection)
        newest = audit.list_entries(connection, limit=1)[0]
    assert (newest.author, newest.action, newest.subject) == ("Ada", "erased", REMOVED)
    assert newest.detail == str(count)
    assert count >= 10
    assert left.lower().count("jörg") == left.count("Jörg?") == 1
    assert "Ada" in left
    assert f'"by":"{REMOVED}"' in left


def test_the_name_of_an_account_is_not_erased(store: Store) -> None:
    with store.write() as connection:
        add_account(connection, "Jörg", AccountRole.OPERATOR, "hash", NOW)
        with pytest.raises(UsageError):
            erase_name(connection, "jörg", by="Ada", at=NOW)
        remove_account(connection, "Jörg")
        assert erase_name(connection, "jörg", by="Ada", at=NOW)
        assert erase_name(connection, "jörg", by="Ada", at=NOW) == 0


def test_every_column_with_a_name_is_erased() -> None:
    columns = [column for table in metadata.tables.values() for column in table.columns]
    names = {
        f"{column.table}.{column.name}"
        for column in columns
        if column.name in ("by", "author", "owner", "former", "assigned_to")
        or column.name.endswith("_by")
    }
    erased = {f"{column.table}.{column.name}" for column in NAMES}
    assert names - erased == OTHER_THINGS
