"""The runs of the nightly job: when the next is due, and what each deleted.

The time at which it is due is a fact about the store (``about``); before the first night it is set
by whoever looks first, so that a new version of the program deletes nothing at its first start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, select

from core.clock import rfc3339
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.engine import about
from core.store.sql import FORGET_LIMIT, delete_rows, insert

DUE = "nightly_due_at"
"""Name of the fact in ``about``."""

ARCHIVE, TEXTS = "archive", "archive texts"
"""What is counted beside the rules: articles that the archive deleted, and revisions of which it
shortened the text."""

nightly_runs = Table(
    "nightly_runs",
    metadata,
    Column("started_at", UtcDateTime, primary_key=True),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("deleted", Text, nullable=False),
    Column("sizes", Text, nullable=False),
    Column("problem", SafeText, nullable=False),
)


@dataclass(frozen=True, slots=True)
class NightlyRun:
    """A run of the nightly job that came to its end.

    Attributes:
        deleted: Rows deleted, by retention rule, and for :data:`ARCHIVE` and
            :data:`TEXTS`; those that deleted none are left out.
        sizes: Bytes of the store, the streams and the archive after it, as far as they are known.
        problem: What failed (:class:`config.i18n.Phrase`, dumped); empty where nothing did.
    """

    started_at: datetime
    ended_at: datetime
    deleted: Mapping[str, int]
    sizes: Mapping[str, int]
    problem: str = ""

    @property
    def total(self) -> int:
        """The number of rows deleted."""
        return sum(self.deleted.values())


def load_due(connection: Connection) -> datetime | None:
    """Return when the nightly job is due; None where that was never set."""
    value = connection.scalar(select(about.c.value).where(about.c.name == DUE))
    return datetime.fromisoformat(value) if value else None


def set_due(connection: Connection, due: datetime) -> None:
    """Set when the nightly job is due next."""
    row = {"name": DUE, "value": rfc3339(due)}
    new = insert(connection, about).values(row)
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))


def add_run(connection: Connection, run: NightlyRun) -> None:
    """Record a run."""
    values = {"started_at": run.started_at, "ended_at": run.ended_at, "problem": run.problem}
    texts = {"deleted": json.dumps(dict(run.deleted)), "sizes": json.dumps(dict(run.sizes))}
    row = insert(connection, nightly_runs).values(values | texts)
    connection.execute(row.on_conflict_do_nothing())


def load_runs(connection: Connection, limit: int = 7) -> list[NightlyRun]:
    """Return the last runs, newest first."""
    query = select(nightly_runs).order_by(nightly_runs.c.started_at.desc()).limit(limit)
    return [
        NightlyRun(
            row.started_at,
            row.ended_at,
            json.loads(row.deleted),
            json.loads(row.sizes),
            row.problem,
        )
        for row in connection.execute(query)
    ]


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete runs that started before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, nightly_runs, nightly_runs.c.started_at < before, limit=limit)
