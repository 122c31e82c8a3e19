"""What a database says when it refuses, in our own words and by what can be done about it.

::

    DBAPIError ─┬─ disk full                                ─▶ StoreFullError      retry
                ├─ deadlock, serialization, lock waited for
                │  too long, a key that another just wrote  ─▶ StoreConflictError  at once again
                ├─ a value or a row it can never take       ─▶ StoreRefusedError   never again
                └─ anything else (connection lost, shutdown) ─▶ StoreError          retry

The classes are those of the SQL standard's SQLSTATE (PostgreSQL's manual, appendix A).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.errors import StoreConflictError, StoreError, StoreFullError, StoreRefusedError

_CONFLICTS = {
    "40001",
    "40P01",
    "55P03",
    "23505",
    "SQLITE_CONSTRAINT_UNIQUE",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
}
_FULL = {"53100"}
_NEVER = (
    "22",  # data exceptions
    "2350",  # a missing value, an unknown row
    "23514",
    "54",  # limits of the program: a row too long for an index
    "SQLITE_CONSTRAINT_NOTNULL",
    "SQLITE_CONSTRAINT_CHECK",
    "SQLITE_CONSTRAINT_FOREIGNKEY",
    "SQLITE_TOOBIG",
)


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise what a database refuses as our own errors.

    Raises:
        StoreError: Or one of its kind.
    """
    try:
        yield
    except DBAPIError as error:
        raise as_store_error(error) from None  # the cause would quote our SQL
    except PoolTimeoutError:
        raise StoreError("Every connection to the store is busy.") from None


def as_store_error(error: DBAPIError) -> StoreError:
    """The error of ours that one of the database's means."""
    original = " ".join(str(error.orig).split())
    state = _state(error)
    if _is_full(original, state):
        return StoreFullError(
            "The disk that holds the store is full.",
            mend="Free space; work goes on from where it stopped.",
        )
    if state in _CONFLICTS:
        return StoreConflictError(f"Another process was at the same rows: {original}")
    if error.connection_invalidated:
        return StoreError(f"The connection to the store was lost: {original}")
    if state is None and isinstance(error, OperationalError):
        return StoreError(f"The store cannot be reached: {original}")
    if isinstance(error, DataError) or (state or "").startswith(_NEVER):
        return StoreRefusedError(f"The store can never take this: {original}")
    return StoreError(f"The store refused: {original}")


def _is_full(original: str, state: str | None) -> bool:
    return state in _FULL or "disk is full" in original or "disk I/O error" in original


def _state(error: DBAPIError) -> str | None:
    """PostgreSQL's SQLSTATE or SQLite's name; None where the driver itself refused or failed."""
    for name in ("sqlstate", "sqlite_errorname"):
        if found := getattr(error.orig, name, None):
            return str(found)
    return None
