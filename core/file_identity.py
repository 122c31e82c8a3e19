"""Whether a path still names the file that was opened: it may have been deleted or replaced."""

from __future__ import annotations

import os
from pathlib import Path


class FileIdentity:
    """The file at a path, as it is now.

    Args:
        path: A file that exists.

    Raises:
        OSError: It cannot be examined.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._status = path.stat()

    def is_in_place(self) -> bool:
        """Return whether the path still names the same file."""
        try:
            return os.path.samestat(self.path.stat(), self._status)
        except OSError:
            return False
