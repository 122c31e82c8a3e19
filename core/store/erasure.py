"""Erasing a name: wherever it is the author of something, ``removed`` takes its place.

Left alone are texts that people wrote (notes, reasons of silences), which the records of a stream
repeat too: a record cannot be changed, and is deleted when its retention ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Table, or_, select

from config.errors import UsageError
from config.i18n import Phrase
from core.store import audit
from core.store.accounts import account_id, find_account
from core.store.alerts import alerts, decisions
from core.store.audit import audit_entries
from core.store.cards import cards
from core.store.console.history import NO_UNDO, story_actions
from core.store.console.saved_views import saved_views
from core.store.missed_articles import missed_articles
from core.store.separations import story_separations
from core.store.silences import silences

REMOVED = "removed"
"""What stands in place of a name."""

ERASED = "erased"
"""Action of the audit log; its subject is what replaced the name."""

NAMES: tuple[Column[str], ...] = (
    alerts.c.acked_by,
    alerts.c.closed_by,
    alerts.c.assigned_to,
    cards.c.verdict_by,
    story_actions.c.by,
    missed_articles.c.by,
    story_separations.c.by,
    silences.c.author,
    saved_views.c.saved_by,
    saved_views.c.owner,
    audit_entries.c.author,
    audit_entries.c.subject,
    story_actions.c.detail,
    audit_entries.c.detail,
)
"""Columns that hold a name, or (the last ones) a name or something else. A test finds new ones."""

PHRASES: tuple[Column[str], ...] = (alerts.c.reason, decisions.c.reason, cards.c.reason)
"""Columns with phrases of which a parameter may be a name."""


def erase_name(connection: Connection, name: str, *, by: str, at: datetime) -> int:
    """Replace a name, whatever its case, everywhere, and record that somebody was erased.

    Args:
        connection: A write transaction.
        name: The name of an account that was removed, or one that was typed.
        by: Who erases it.
        at: The present moment.

    Returns:
        How many values were replaced.

    Raises:
        UsageError: It is the name of an account.
    """
    if find_account(connection, account_id(name)):
        mend = "Remove the account first: `wirewatch users remove NAME`."
        raise UsageError(f"There is an account {name!r}.", mend=mend)
    spellings = {name}
    for column in NAMES:
        values = connection.scalars(select(column).where(column.is_not(None)).distinct())
        spellings |= {value for value in values if account_id(value) == account_id(name)}
    count = sum(_replace(connection, column, spellings) for column in NAMES)
    count += sum(_replace_in_phrases(connection, column, spellings) for column in PHRASES)
    _end_undo(connection, spellings)
    audit.record(connection, ERASED, REMOVED, by=by, at=at, detail=str(count))
    return count


def _replace(connection: Connection, column: Column[str], spellings: Iterable[str]) -> int:
    table = _table(column)
    change = table.update().where(column.in_(list(spellings))).values({column.name: REMOVED})
    return connection.execute(change).rowcount


def _replace_in_phrases(connection: Connection, column: Column[str], spellings: set[str]) -> int:
    """Replace the name where it is a parameter of a stored phrase."""
    table = _table(column)
    stored = set(connection.scalars(select(column).where(_has_string(column, spellings))))
    for text in stored:
        change = table.update().where(column == text)
        connection.execute(change.values({column.name: _without(text, spellings)}))
    return len(stored)


def _without(text: str, spellings: set[str]) -> str:
    phrase = Phrase.load(text)
    params = {
        key: REMOVED if isinstance(value, str) and value in spellings else value
        for key, value in phrase.params.items()
    }
    return Phrase(phrase.code, **params).dump()


def _end_undo(connection: Connection, spellings: set[str]) -> None:
    """Delete the former states in which the name is: they serve undo, which lasts seconds."""
    has_name = _has_string(story_actions.c.former, spellings)
    connection.execute(story_actions.update().where(has_name).values(former=NO_UNDO))


def _has_string(column: Column[str], spellings: set[str]) -> ColumnElement[bool]:
    """Return whether one of the names is a string in a column of JSON, escaped or not."""
    strings = {
        json.dumps(name, ensure_ascii=escape) for name in spellings for escape in (False, True)
    }
    return or_(*(column.contains(string, autoescape=True) for string in strings))


def _table(column: Column[str]) -> Table:
    table = column.table
    assert isinstance(table, Table)  # noqa: S101  # the columns above are those of tables
    return table
