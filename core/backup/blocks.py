"""Copy a SQLite file that has a rollback journal, while others write it.

Such a file has no snapshots: a reader keeps every writer from committing. So the file is copied as
bytes without any lock, which gives a copy that may be torn, and then compared with its copy while
the write lock is held. Comparing reads both from memory, which is many times faster than writing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BLOCK_BYTES = 1 << 17
"""Two of them fit into a core's cache."""
SYNC_BLOCKS = 256
"""Blocks after which the copy is written to the disk, so that the running program's own writes
never wait for a large amount of it."""

FEW_BLOCKS = 64
MOST_ROUNDS = 5
"""Rounds without the lock end when fewer blocks than that have changed, or after so many."""

Report = Callable[[int], None]
"""Called with the number of bytes that were looked at since the last call."""


class BlockCopy:
    """A copy of a file that is brought up to date block by block.

    The source stays open until :meth:`close`: closing a file drops the locks that this process has
    on it through SQLite (POSIX, fcntl).

    Args:
        source: The file.
        target: Created by this; must not exist.

    Raises:
        OSError: One of them cannot be opened.
    """

    def __init__(self, source: Path, target: Path) -> None:
        self._source = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._target = os.open(target, flags, 0o600)
        except OSError:
            os.close(self._source)
            raise

    def approach(self, report: Report) -> None:
        """Copy what differs, until little changes between two rounds. Takes no lock."""
        for _ in range(MOST_ROUNDS):
            if self._copy_changed(self._offsets(), report, syncs=True) < FEW_BLOCKS:
                break

    def complete(self) -> None:
        """Copy what still differs, with two threads. Nothing may write the source meanwhile."""
        offsets = self._offsets()
        middle = len(offsets) // 2
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._copy_changed, (offsets[:middle], offsets[middle:])))
        size = os.fstat(self._source).st_size
        if os.fstat(self._target).st_size > size:
            os.ftruncate(self._target, size)

    def _offsets(self) -> range:
        return range(0, os.fstat(self._source).st_size, BLOCK_BYTES)

    def _copy_changed(
        self, offsets: range, report: Report = lambda _: None, *, syncs: bool = False
    ) -> int:
        """Copy the blocks that differ. Return how many.

        Args:
            offsets: Where the blocks begin.
            report: Is told the progress.
            syncs: Whether to write the copy to the disk in steps.
        """
        buffers, changed = (bytearray(BLOCK_BYTES), bytearray(BLOCK_BYTES)), 0
        for offset in offsets:
            if self._copy_block(offset, *buffers):
                changed += 1
                if syncs and changed % SYNC_BLOCKS == 0:
                    os.fdatasync(self._target)
            report(BLOCK_BYTES)
        if syncs:
            os.fdatasync(self._target)
        return changed

    def close(self) -> None:
        """Write the copy to the disk and close both files."""
        try:
            os.fsync(self._target)
        finally:
            os.close(self._target)
            os.close(self._source)

    def _copy_block(self, offset: int, new: bytearray, old: bytearray) -> bool:
        """Copy a block where it differs, through two buffers. Return whether it did."""
        length = os.preadv(self._source, [new], offset)
        if os.preadv(self._target, [old], offset) == length and _are_equal(new, old, length):
            return False
        written = 0
        while written < length:
            written += os.pwrite(self._target, memoryview(new)[written:length], offset + written)
        return True


def _are_equal(one: bytearray, other: bytearray, length: int) -> bool:
    return one == other if length == BLOCK_BYTES else one[:length] == other[:length]
