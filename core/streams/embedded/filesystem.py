"""Refusing network file systems: WAL needs shared memory and locks of one host."""

from __future__ import annotations

import re
from pathlib import Path

from config.errors import SettingsError

NETWORKED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.s3fs", "davfs"}
)
"""Types on which SQLite's WAL is documented not to work (sqlite.org/wal.html, item 2)."""

_MOUNTS = Path("/proc/mounts")

_ESCAPE = re.compile(r"\\([0-7]{3})")
"""Space, tab, line feed and backslash in a folder's name are written as octal numbers."""


def refuse_networked(path: Path) -> None:
    """Raise where the file would lie on a network file system; quiet where nobody can tell.

    Raises:
        SettingsError: It would.
    """
    mounts = _MOUNTS.read_text(errors="replace") if _MOUNTS.exists() else ""
    if (kind := kind_of(path, mounts)) in NETWORKED:
        raise SettingsError(
            f"The stream file {path} would lie on a network file system ({kind}).",
            mend="Set WIREWATCH_STREAMS_URL to a file on a disk of this host.",
        )


def kind_of(path: Path, mounts: str) -> str | None:
    """Type of the file system that holds ``path``, by a text in the form of ``/proc/mounts``."""
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:  # device, folder, type
            folder = Path(_ESCAPE.sub(lambda m: chr(int(m[1], 8)), fields[1]))
            if path.is_relative_to(folder) and (found is None or len(folder.parts) >= found[0]):
                found = (len(folder.parts), fields[2])
    return found[1] if found else None
