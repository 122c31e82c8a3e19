"""Open the archive that the settings name."""

from __future__ import annotations

from config.settings import Settings
from core.archive.archive import Archive
from core.archive.database import ArchiveDatabase
from core.archive.revisions import ArticleWords

FILE = "archive.db"
"""Name of the file in the data folder."""


def open_archive(settings: Settings, words_of: ArticleWords) -> Archive:
    """Open the archive; where it is missing, create it.

    It is in PostgreSQL where the store is there, else in a file of the data folder.

    Args:
        settings: Name the folder and the database.
        words_of: Returns the words of an article.

    Raises:
        SettingsError: The file or database cannot be used.
        StoreError: PostgreSQL is unreachable.
        ArchiveError: The archive is damaged, busy, or the disk is full.
    """
    archive = Archive(_open_database(settings), words_of)
    archive.name_version()
    return archive


def _open_database(settings: Settings) -> ArchiveDatabase:
    if settings.database_location.startswith("sqlite:"):
        from core.archive.sqlite import SqliteArchive

        return SqliteArchive(settings.data_dir / FILE)
    from core.archive.postgres import PostgresArchive

    return PostgresArchive(settings.database_location)
