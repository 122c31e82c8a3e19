"""Decide which editions to publish now. Pure.

An edition is due at its second of the timetable, once Wirewatch has processed those it comes
``after``: an outlet that rewrites an agency's text has read it. If that takes too long, the edition
is published all the same, and the comparison at the end shows the consequences.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from wirewatch.demo.newsroom import Edition, Newsroom

PATIENCE = 60.0
"""Seconds that an edition waits for those before it; a busy machine takes twenty."""


def due(
    newsroom: Newsroom,
    published: Collection[str],
    second: float,
    seconds_late: Callable[[Edition], float],
    is_processed: Callable[[str], bool],
) -> list[Edition]:
    """Return the editions to publish, in order.

    Args:
        newsroom: All editions.
        published: Names of the editions that are published.
        second: The present second of the timetable.
        seconds_late: Returns the real seconds since an edition was due.
        is_processed: Returns whether Wirewatch has processed the edition of a name.
    """
    return [
        edition
        for edition in newsroom.editions
        if edition.name not in published
        and edition.at <= second
        and (all(map(is_processed, edition.after)) or seconds_late(edition) > PATIENCE)
    ]
