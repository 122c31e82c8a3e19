"""SQLite's errors in the words of our own tree."""

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
_AWAY = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
    apsw.IOError,
    apsw.NoMemError,
    apsw.InterruptError,
    apsw.CantOpenError,
)


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what happens to the file at ``path`` as an error of :mod:`config.errors`."""
    try:
        yield
    except apsw.Error as error:
        raise in_our_words(error, path) from error


def in_our_words(error: apsw.Error, path: Path) -> WirewatchError:
    """The error of ours that says what ``error`` means for the operator."""
    if isinstance(error, apsw.FullError) or _no_space(error):
        return StreamFullError(
            f"The disk that holds the stream file {path} is full; nothing of this step was kept.",
            mend="Free space; work goes on from where it stopped.",
        )
    if isinstance(error, _DAMAGED):
        return OperatorError(
            f"{path} is not a stream file, or it is damaged.",
            mend="Stop the program and put a backup there, or move the file away to begin anew.",
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.PermissionsError | apsw.AuthError):
        return SettingsError(
            f"The stream file {path} cannot be written.",
            mend="Give this user the right to write the file and its folder.",
        )
    if isinstance(error, _AWAY):
        return StreamUnavailableError(f"The stream file {path} is busy or away.")
    if isinstance(error, apsw.ConnectionClosedError):
        return StreamError("The stream log is closed.")
    return StreamError(f"The stream file {path} refused.")


def _no_space(error: apsw.Error) -> bool:
    """Some file systems answer a write to a full disk (or over quota) with a plain I/O error."""
    return isinstance(error, apsw.IOError) and getattr(error, "extendedresult", 0) in {
        apsw.SQLITE_IOERR_WRITE,
        apsw.SQLITE_IOERR_SHMSIZE,
    }
