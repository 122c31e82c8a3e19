"""Translate SQLite's errors into those of :mod:`config.errors`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from config.errors import (
    OperatorError,
    SettingsError,
    StreamError,
    StreamFullError,
    StreamUnavailableError,
    WirewatchError,
)

_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)
_UNAVAILABLE = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
    apsw.IOError,
    apsw.NoMemError,
    apsw.InterruptError,
    apsw.CantOpenError,
)


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's errors about the file at ``path`` as errors of :mod:`config.errors`."""
    try:
        yield
    except apsw.Error as error:
        raise to_stream_error(error, path) from error


def to_stream_error(error: apsw.Error, path: Path) -> WirewatchError:
    """Return the error that says what ``error`` means for the operator."""
    if isinstance(error, apsw.FullError) or _is_no_space(error):
        return StreamFullError(
            f"The disk of the stream file {path} is full; nothing of this step was written.",
            mend="Free space; work continues from where it stopped.",
        )
    if isinstance(error, _DAMAGED):
        return OperatorError(
            f"{path} is not a stream file, or it is damaged.",
            mend="Stop the program and restore a backup, or move the file away to start a new one.",
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.PermissionsError | apsw.AuthError):
        return SettingsError(
            f"The stream file {path} cannot be written.",
            mend="Give this user the right to write the file and its folder.",
        )
    if isinstance(error, _UNAVAILABLE):
        return StreamUnavailableError(f"The stream file {path} is busy or cannot be read.")
    if isinstance(error, apsw.ConnectionClosedError):
        return StreamError("The stream log is closed.")
    return StreamError(f"SQLite refused an operation on the stream file {path}.")


def _is_no_space(error: apsw.Error) -> bool:
    """Return whether an I/O error means a full disk or an exceeded quota.

    Some file systems report those as a plain error of a write.
    """
    return isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) in {
        apsw.SQLITE_IOERR_WRITE,
        apsw.SQLITE_IOERR_SHMSIZE,
    }
