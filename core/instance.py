"""Which processes of ours live: a lock file each, held by the kernel until the process ends.

A lease in the store or in the embedded log names the instance that holds it. When that instance
is killed, the kernel drops its lock at once, and others may take the lease without waiting for
its expiry. The expiry remains for other hosts, whose locks cannot be seen.

Locks are taken with ``flock``; descriptors are not inherited by executed children, so a pool
worker cannot keep a dead instance alive.
"""

from __future__ import annotations

import fcntl
import os
import socket
import uuid
from dataclasses import dataclass, field
from pathlib import Path

_FOLDER = "instances"


def _host() -> str:
    return "".join(c if c.isalnum() else "-" for c in socket.gethostname())[:40]


@dataclass
class Instance:
    """This process, as leases name it.

    Attributes:
        id: ``<host>.<pid>.<random>``.
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
        name = f"{_host()}.{os.getpid()}.{uuid.uuid4().hex[:8]}"
        descriptor = _take(folder / name)
        instance = cls(id=name, folder=folder, _descriptor=descriptor)
        instance._sweep()
        return instance

    def alive(self, other: str) -> bool | None:
        """Whether another instance lives; None where this host cannot know (another host's)."""
        if other == self.id:
            return True
        if not other.startswith(f"{_host()}."):
            return None
        return _is_locked(self.folder / other)

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
