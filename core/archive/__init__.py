"""The archive: every article revision with its enrichment, searchable by its words.

::

    news.articles ─┐                  ┌ revisions     texts, by time
    news.enriched ─┴▶ ArchiveWorker ─▶│ enrichments   language, topics, entities
                                      │ index         the folded words of each revision
                                      └ vocabulary    each word, and in how many articles it is
                                            │
                     processors.archive ◀───┘ the index proposes, the engine decides

The archive is ``archive.db`` in the data folder, or tables in PostgreSQL where the store is there.
The index has no notion of a language: it holds the words as the tokeniser folds them, so that both
databases propose the same revisions.
"""

from core.archive.archive import Archive
from core.archive.index_version import IndexState, Rebuild
from core.archive.proposal import Alternative, Group, IndexTerm, Proposal
from core.archive.revisions import ArchivedRevision, ArchiveFilter

__all__ = [
    "Alternative",
    "Archive",
    "ArchiveFilter",
    "ArchivedRevision",
    "Group",
    "IndexState",
    "IndexTerm",
    "Proposal",
    "Rebuild",
]
