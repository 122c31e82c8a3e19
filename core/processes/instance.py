"""Instances: which processes of this program are alive, by a lock file for each.

A lease in the store or in the embedded log names the instance that holds it. When that process is
killed, the kernel drops its lock at once, and another process can take the lease over without
waiting for it to expire. Expiry is still needed for processes on other hosts and with other data
folders, whose locks this process cannot see. An id therefore names its folder, and for an id of
another folder :meth:`Instance.alive` answers None.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from core import private_files
from core.processes import file_lock

_FOLDER = "instances"
_MARK = ".folder"


@dataclass
class Instance:
    """This process, as leases name it.

    Attributes:
        id: ``<host>.<folder>.<pid>.<random>``.
        folder: The folder of the lock files, in the data folder.
    """

    id: str
    folder: Path
    _descriptor: int = field(repr=False)

    @classmethod
    def start(cls, data_dir: Path) -> Instance:
        """Lock this process's file and delete the files of dead processes."""
        folder = data_dir / _FOLDER
        private_files.make_folder(folder)
        _mark(folder)
        name = f"{_id_prefix(folder)}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        instance = cls(id=name, folder=folder, _descriptor=_create_locked(folder / name))
        instance._delete_dead()
        return instance

    def alive(self, other: str) -> bool | None:
        """Return whether an instance is alive; None where its lock is in another folder."""
        if other == self.id:
            return True
        try:
            prefix = f"{_id_prefix(self.folder)}."
        except OSError:  # the folder was deleted, and the locks with it
            return None
        return file_lock.is_locked(self.folder / other) if other.startswith(prefix) else None

    def close(self) -> None:
        """Release the lock and delete its file. Idempotent."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            (self.folder / self.id).unlink(missing_ok=True)

    def _delete_dead(self) -> None:
        for path in self.folder.glob(f"{_host()}.*"):
            if path.name != self.id and not file_lock.is_locked(path):
                path.unlink(missing_ok=True)


def _host() -> str:
    return "".join(c if c.isalnum() else "-" for c in socket.gethostname())[:40]


def _id_prefix(folder: Path) -> str:
    """Return ``<host>.<folder>``, with which the ids of all instances of a folder begin.

    A random mark in the folder and its number in the file system identify it, so neither a copy nor
    another folder at the same path is mistaken for it.
    """
    stat = folder.stat()
    identity = f"{(folder / _MARK).read_text()} {stat.st_dev} {stat.st_ino}"
    return f"{_host()}.{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


def _mark(folder: Path) -> None:
    """Write the mark of a new folder. Of several processes at once, exactly one does."""
    if (folder / _MARK).exists():
        return
    temporary = folder / f"{_MARK}-{uuid.uuid4().hex}"
    private_files.make_file(temporary)
    temporary.write_text(uuid.uuid4().hex)
    with suppress(FileExistsError):
        (folder / _MARK).hardlink_to(temporary)
    temporary.unlink()


def _create_locked(path: Path) -> int:
    """Create and lock a file under a hidden name first, so that nobody deletes it as unlocked."""
    hidden = path.with_name(f".{path.name}")
    descriptor = file_lock.acquire(hidden)
    if descriptor is None:
        raise FileExistsError(f"{hidden} is locked by another process")
    hidden.rename(path)
    return descriptor
