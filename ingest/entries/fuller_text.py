"""Does an entry bring much more of an article than the feed that announced it first? Pure.

An aggregator, or a section, may announce with one sentence what the outlet's own feed has in full.
Where the page cannot be read, the fuller text is the next revision of the article.
"""

from __future__ import annotations

from core.store.entries import EntryRecord

TIMES_LONGER = 2
MORE_CHARACTERS = 200


def brings_more(entry: EntryRecord, size: int | None) -> bool:
    """Return whether the text of an entry is much longer than an article.

    Args:
        entry: The entry, with its text.
        size: Characters of the article; None if its page was read.
    """
    own = max(len(entry.summary), len(entry.content))
    return size is not None and own >= TIMES_LONGER * size + MORE_CHARACTERS
