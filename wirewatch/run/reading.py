"""Open stored data for commands that only read it: nothing is created where data is missing.

A folder without data is the usual sign of a wrong working directory or setting. A missing file is
therefore named on stderr, and an empty one in a temporary folder is read in its place, so that
every command answers as it does where nothing has happened yet.

::

    settings ─▶ the file is there? ──yes─▶ open it
                                   └─no──▶ name it on stderr ─▶ open an empty one, then delete it
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from config.errors import UsageError
from wirewatch.run.bootstrap import open_archive, open_instance, open_store, open_stream_log

if TYPE_CHECKING:
    from config.settings import Settings
    from core.archive import Archive
    from core.store import Store
    from core.streams.port import StreamLog

_FILE = "sqlite:///"
_MEND = (
    "`wirewatch run` creates it. If it is elsewhere, set WIREWATCH_DATA_DIR, or change to the "
    "working directory of `wirewatch run`."
)


def describe_location(url: str) -> str:
    """Return where a store or the streams are, without a password: an absolute path, or a URL."""
    if url.startswith(_FILE):
        return str(Path(url.removeprefix(_FILE)).absolute())
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def describe_archive(settings: Settings) -> str:
    """Return where the archive is, as :func:`describe_location` does."""
    from core.archive.open import FILE

    if settings.database_location.startswith("sqlite:"):
        return str((settings.data_dir / FILE).absolute())
    return describe_location(settings.database_location)


def require_existing(url: str) -> None:
    """Refuse to create a store or streams for a command that changes what is stored.

    Args:
        url: The location in the settings.

    Raises:
        UsageError: It is a file that does not exist.
    """
    file = _missing_file(url)
    if file is not None:
        raise UsageError(_missing(file), mend=_MEND)


@contextmanager
def read_store(settings: Settings) -> Iterator[Store]:
    """Open the store, or an empty one where its file is missing."""
    file = _missing_file(settings.database_location)
    if file is None:
        with open_store(settings) as store:
            yield store
        return
    from core.store import Store

    _report_missing(file)
    with TemporaryDirectory(prefix="wirewatch-") as folder:
        store = Store.open_temporary(Path(folder))
        try:
            yield store
        finally:
            store.close()


@contextmanager
def read_archive(settings: Settings, *, has_substitute: bool = False) -> Iterator[Archive]:
    """Open the archive, or an empty one where its file is missing.

    Args:
        settings: Name the data folder and the database.
        has_substitute: The caller reads the store where the archive is empty, so that a missing
            archive is not reported.
    """
    from core.archive.open import FILE

    file = settings.data_dir / FILE
    if not settings.database_location.startswith("sqlite:") or file.exists():
        with open_archive(settings) as archive:
            yield archive
        return
    if not has_substitute:
        _report_missing(file)
    with _empty_data(settings) as empty, open_archive(empty) as archive:
        yield archive


@contextmanager
def read_streams(settings: Settings) -> Iterator[StreamLog]:
    """Open the streams, or an engine without streams where their file is missing."""
    file = _missing_file(settings.streams_location)
    if file is not None:
        _report_missing(file)
        with _empty_data(settings) as empty, _open_streams(empty, empty) as log:
            yield log
    elif settings.data_dir.exists():
        with _open_streams(settings, settings) as log:
            yield log
    else:  # the streams are elsewhere; only the lock file of this process needs a folder
        with _empty_data(settings) as empty, _open_streams(settings, empty) as log:
            yield log


@contextmanager
def change_streams(settings: Settings) -> Iterator[StreamLog]:
    """Open the streams for a command that writes to them.

    Raises:
        UsageError: They are a file that does not exist.
    """
    require_existing(settings.streams_location)
    with _open_streams(settings, settings) as log:
        yield log


@contextmanager
def _open_streams(settings: Settings, of_instance: Settings) -> Iterator[StreamLog]:
    with open_instance(of_instance) as instance, open_stream_log(settings, instance) as log:
        yield log


@contextmanager
def _empty_data(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with a temporary data folder, in which all files are."""
    with TemporaryDirectory(prefix="wirewatch-") as folder:
        elsewhere = {"data_dir": Path(folder), "database_url": "", "streams_url": ""}
        yield settings.model_copy(update=elsewhere)


def _missing_file(url: str) -> Path | None:
    """Return the file that a URL names if it does not exist; None for a server too."""
    if not url.startswith(_FILE):
        return None
    file = Path(url.removeprefix(_FILE))
    return None if file.exists() else file


def _missing(file: Path) -> str:
    return f"There is no {file.name} in {file.absolute().parent}."


def _report_missing(file: Path) -> None:
    sys.stderr.write(f"wirewatch: {_missing(file)} {_MEND}\n")
