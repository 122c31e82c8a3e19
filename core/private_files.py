"""Files and folders that only this user can read: they hold what people were told, and by whom.

::

    make_folder, make_file   before a database is opened: 0700, 0600, whatever the umask is
    tighten                  what an earlier version, or a person, left open to others

SQLite gives its journals the mode of their database, so they need no care of their own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_JOURNALS = ("", "-wal", "-shm", "-journal")
_FOLDERS = ("instances",)


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents for this user alone; leave an existing one as it is.

    Raises:
        OSError: It cannot be created, or is no folder.
    """
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path) -> None:
    """Create an empty file for this user alone; leave an existing one as it is.

    An existing file is not opened: closing it would drop the locks that another connection of this
    process has on it (POSIX, fcntl). Where none can be created, whoever opens it next says why.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))


def tighten(
    data_dir: Path, databases: Iterable[Path], *, never: Path, user: int | None = None
) -> list[Path]:
    """Take away what others may do with this program's own data.

    Only what this user owns is changed, and only the data folder, its lock files and the databases
    with their journals. A folder that many share (``/tmp``) or that contains the operator's files
    keeps its mode, and so do symbolic links.

    Args:
        data_dir: The data folder.
        databases: Database files, wherever they are.
        never: The folder with the operator's files.
        user: Id of this user; by default that of the process.

    Returns:
        What was changed.
    """
    user = os.geteuid() if user is None else user
    data_dir = data_dir.resolve()  # the data folder itself may be a link of the operator's
    folders = [] if never.resolve().is_relative_to(data_dir) else [data_dir]
    files = [path.with_name(path.name + end) for path in databases for end in _JOURNALS]
    own = [*folders, *files, *_in_folders(data_dir)]
    return [path for path in dict.fromkeys(own) if _take_from_others(path, user)]


def _in_folders(data_dir: Path) -> Iterator[Path]:
    for folder in (data_dir / name for name in _FOLDERS):
        if folder.is_dir() and not folder.is_symlink():
            yield folder
            yield from folder.iterdir()


def _take_from_others(path: Path, user: int) -> bool:
    """Return whether the mode was wider than it should be; it no longer is."""
    try:
        status = path.lstat()
        is_kind = stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)
        is_shared = bool(status.st_mode & stat.S_ISVTX)
        if not is_kind or is_shared or status.st_uid != user or not status.st_mode & _OTHERS:
            return False
        path.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
    except FileNotFoundError:  # another process has deleted its lock file
        return False
    return True
