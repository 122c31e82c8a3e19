"""What keeps each table of the archive from growing without end; a test compares the tables."""

from __future__ import annotations

OWNERS = {
    "archive_about": "a row for each fact about the archive itself",
    "archive_revisions": "Archive.forget deletes articles past their retention",
    "archive_enrichments": "deleted with their article",
    "archive_vocabulary": "a word that no article has any more is deleted",
    "archive_tokens": "the words of a revision are deleted with it",
}
"""By table; ``archive_tokens`` exists in SQLite only."""
