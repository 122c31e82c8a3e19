"""Temporary folders of the tests in memory, where this machine has room for them.

The store and the stream log wait for the disk after every transaction. Tests make thousands of
transactions, and none of them cuts off the power: in memory they need not wait.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

FOLDER = Path("/dev/shm")
ROOM = 2 << 30
"""Bytes that must be free. A run leaves some 200 MB; a container often has 64 MB in all."""


def use_memory() -> None:
    """Put temporary folders into memory, unless ``TMPDIR`` names another place."""
    if "TMPDIR" in os.environ or not _has_room():
        return
    os.environ["TMPDIR"] = str(FOLDER)  # for the processes that tests start, too
    tempfile.tempdir = None


def _has_room() -> bool:
    """Return whether the folder can be written, has room, and may contain programs."""
    if not os.access(FOLDER, os.W_OK):
        return False
    system = os.statvfs(FOLDER)
    return system.f_bavail * system.f_frsize >= ROOM and not system.f_flag & os.ST_NOEXEC
