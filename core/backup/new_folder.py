"""A folder that appears under its name only when it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import BackupError, UsageError
from core import private_files
from core.processes import file_lock


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a hidden folder beside ``path``, which is renamed to it when the block ends.

    After an exception it is deleted. What a killed process left is deleted by the next one.

    Args:
        path: Must not exist, or be an empty folder.

    Raises:
        UsageError: It exists.
        BackupError: It cannot be created, or another process is creating it.
    """
    path = path.absolute()
    refuse_existing(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    lock = path.with_name(f".{path.name}.lock")
    try:
        private_files.make_folder(path.parent)
        descriptor = file_lock.acquire(lock)
    except OSError as error:
        raise BackupError(f"{path} cannot be created: {error.strerror}.") from None
    if descriptor is None:
        raise BackupError(f"Another process is writing {path}.")
    try:
        shutil.rmtree(unfinished, ignore_errors=True)
        private_files.make_folder(unfinished)
        yield unfinished
        _sync_tree(unfinished)
        refuse_existing(path)
        unfinished.rename(path)
        _sync(path.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        lock.unlink(missing_ok=True)
        os.close(descriptor)


def refuse_existing(path: Path) -> None:
    """Check that nothing would be overwritten.

    Raises:
        UsageError: The path names a file, or a folder that is not empty.
    """
    if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path} exists; nothing is overwritten.", mend="Name a folder that does not exist."
        )


def _sync_tree(folder: Path) -> None:
    for root, _, files in os.walk(folder):
        for name in files:
            _sync(Path(root, name))
        _sync(Path(root))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
