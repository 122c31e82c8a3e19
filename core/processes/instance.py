"""Which processes of ours live: a lock file each, held by the kernel until the process ends.

A lease in the store or in the embedded log names the instance that holds it. When that instance
is killed, the kernel drops its lock at once, and others may take the lease without waiting for
its expiry. The expiry remains for other hosts and other data folders, whose locks cannot be seen:
an id names its folder, and of a folder that is not ours nothing is said.

Locks are taken with ``flock``; descriptors are not inherited by executed children, so a pool
worker cannot keep a dead instance alive.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = "instances"
_MARK = ".folder"


def _host() -> str:
    return "".join(c if c.isalnum() else "-" for c in socket.gethostname())[:40]


@dataclass
class Instance:
    """This process, as leases name it.

    Attributes:
        id: ``<host>.<folder>.<pid>.<random>``.
        folder: Where the lock files lie (in the data folder).
    """

    id: str
    folder: Path
    _descriptor: int = field(repr=False)

    @classmethod
    def start(cls, data_dir: Path) -> Instance:
        """Take this process's lock and sweep away the files of dead ones."""
        folder = data_dir / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        _leave_mark(folder)
        name = f"{_family(folder)}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        descriptor = _take(folder / name)
        instance = cls(id=name, folder=folder, _descriptor=descriptor)
        instance._sweep()
        return instance

    def alive(self, other: str) -> bool | None:
        """Whether another instance lives; None where its lock is not in our folder."""
        if other == self.id:
            return True
        try:
            ours = f"{_family(self.folder)}."
        except OSError:  # the folder has gone, its locks with it
            return None
        return _is_locked(self.folder / other) if other.startswith(ours) else None

    def close(self) -> None:
        """Give the lock back. Idempotent."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            (self.folder / self.id).unlink(missing_ok=True)

    def _sweep(self) -> None:
        for path in self.folder.glob(f"{_host()}.*"):
            if path.name != self.id and not _is_locked(path):
                path.unlink(missing_ok=True)


def _family(folder: Path) -> str:
    """``<host>.<folder>``: what the ids of all instances whose locks lie here begin with.

    The folder is known by a random mark in it and by its own number in its file system: neither a
    copy of it nor another one at the same path is taken for it.
    """
    place = folder.stat()
    known = f"{(folder / _MARK).read_text()} {place.st_dev} {place.st_ino}"
    return f"{_host()}.{hashlib.sha256(known.encode()).hexdigest()[:8]}"


def _leave_mark(folder: Path) -> None:
    """The first instance in a folder marks it; of two at once, one does."""
    if (folder / _MARK).exists():
        return
    own = folder / f"{_MARK}-{uuid.uuid4().hex}"
    own.write_text(uuid.uuid4().hex)
    with suppress(FileExistsError):
        (folder / _MARK).hardlink_to(own)
    own.unlink()


def _take(path: Path) -> int:
    """Create and lock under another name first, so that no sweeper sees it unlocked."""
    hidden = path.with_name(f".{path.name}")
    descriptor = os.open(hidden, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    hidden.rename(path)
    return descriptor


def _is_locked(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
