"""How much space the data takes, and how much its disk has."""

from __future__ import annotations

import shutil
from pathlib import Path

from config.settings import Settings
from core.archive.open import FILE as ARCHIVE_FILE
from core.store import Store
from core.store.size import load_table_sizes

_SQLITE = "sqlite:///"


def measure_storage(settings: Settings, store: Store) -> dict[str, int]:
    """Return the bytes of ``store`` and ``archive``, and of ``streams`` where they are a file.

    A broker's streams are on its own disks; it has metrics of its own.

    Raises:
        StoreError: PostgreSQL is unreachable.
    """
    sizes = {}
    if store.dialect == "sqlite":
        sizes["store"] = size_of(settings.database_location)
        sizes["archive"] = size_of(f"{_SQLITE}{settings.data_dir / ARCHIVE_FILE}")
    else:
        with store.read() as connection:
            sizes["store"], sizes["archive"] = load_table_sizes(connection)
    if settings.streams_location.startswith(_SQLITE):
        sizes["streams"] = size_of(settings.streams_location)
    return sizes


def size_of(location: str) -> int:
    """Return the bytes of an SQLite database and its journal; 0 where it does not exist."""
    file = location.removeprefix(_SQLITE)
    return sum(
        path.stat().st_size for suffix in ("", "-wal") if (path := Path(file + suffix)).exists()
    )


def measure_disk(folder: Path) -> tuple[int, int]:
    """Return the size and the free bytes of the disk that a folder is on.

    Raises:
        OSError: The folder does not exist.
    """
    usage = shutil.disk_usage(folder)
    return usage.total, usage.free
