"""Exclusive locks on files: how one process proves to the others that it is alive.

The kernel (``flock``) drops a lock when the last process that holds its descriptor ends, however it
ends. A forked child inherits the lock; an executed program does not, because descriptors are opened
with ``O_CLOEXEC``.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW


def acquire(path: Path) -> int | None:
    """Lock a file, which is created where it is missing, without waiting.

    Returns:
        The descriptor that holds the lock until it is closed; None while another process holds it.

    Raises:
        OSError: The file cannot be created or opened, or is a symbolic link.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | _FLAGS, 0o600)
    if _lock(descriptor, fcntl.LOCK_EX) and is_open_at(path, descriptor):
        return descriptor
    os.close(descriptor)
    return None


@contextmanager
def open_if_locked(path: Path) -> Iterator[int | None]:
    """Open a file for reading while some process holds its lock.

    Yields:
        A descriptor; None where the file is missing or not locked.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    except FileNotFoundError:
        yield None
        return
    try:
        yield None if _lock(descriptor, fcntl.LOCK_SH) else descriptor
    finally:
        os.close(descriptor)


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock of a file; a missing file is not locked."""
    with open_if_locked(path) as descriptor:
        return descriptor is not None


def is_open_at(path: Path, descriptor: int) -> bool:
    """Return whether a path still names the open file: it may have been deleted or replaced."""
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
