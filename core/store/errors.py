"""Translate the errors of a database into those of the program, by what can be done about them.

::

    DBAPIError ─┬─ disk full                                  ─▶ StoreFullError      retry later
                ├─ deadlock, serialization failure, lock
                │  timeout, unique key just written           ─▶ StoreConflictError  retry at once
                ├─ a value or row that can never be stored    ─▶ StoreRefusedError   do not retry
                └─ anything else (connection lost, shutdown)  ─▶ StoreError          retry later

Codes are SQLSTATE classes (PostgreSQL's manual, appendix A) and SQLite's names of result codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from config.errors import StoreConflictError, StoreError, StoreFullError, StoreRefusedError
from core.text import foreign_text

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
    """Raise the database's errors within the block as errors of the program.

    Raises:
        StoreError: Or a subclass.
    """
    try:
        yield
    except DBAPIError as error:
        raise as_store_error(error) from None  # the cause would quote SQL and its values
    except PoolTimeoutError:
        raise StoreError("Every connection to the store is busy.") from None


def as_store_error(error: DBAPIError) -> StoreError:
    """Return the error of the program for an error of the database."""
    original = foreign_text(str(error.orig), limit=500)
    state = _state(error)
    if _is_full(original, state):
        return StoreFullError(
            "The disk that holds the store is full.",
            mend="Free space; work continues where it stopped.",
        )
    if state in _CONFLICTS:
        return StoreConflictError(f"Another process wrote the same rows: {original}")
    if error.connection_invalidated:
        return StoreError(f"The connection to the store was lost: {original}")
    if state is None and isinstance(error, OperationalError):
        return StoreError(f"The store cannot be reached: {original}")
    if isinstance(error, DataError) or (state or "").startswith(_NEVER):
        return StoreRefusedError(f"The store can never take this value: {original}")
    return StoreError(f"The store refused: {original}")


def _is_full(original: str, state: str | None) -> bool:
    return state in _FULL or "disk is full" in original or "disk I/O error" in original


def _state(error: DBAPIError) -> str | None:
    """Return the SQLSTATE or SQLite's name of the error; None for an error of the driver."""
    for name in ("sqlstate", "sqlite_errorname"):
        if code := getattr(error.orig, name, None):
            return str(code)
    return None
