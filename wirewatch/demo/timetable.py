"""Which editions are to be published now: a pure decision.

An edition is due at its second, once Wirewatch has read those it comes ``after``: an outlet
that takes over an agency's text has read it before. Where reading takes too long, it is published
all the same, and what comes of that shows in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from wirewatch.demo.room import Edition, Newsroom

PATIENCE = 60.0
"""Seconds an edition waits for those before it; a machine under load takes twenty."""


def due(
    newsroom: Newsroom,
    out: Collection[str],
    second: float,
    late: Callable[[Edition], float],
    is_read: Callable[[str], bool],
) -> list[Edition]:
    """The editions to publish, in order.

    Args:
        newsroom: All editions.
        out: Names of those that are published.
        second: Of the timetable.
        late: Real seconds since an edition was due.
        is_read: Whether Wirewatch has dealt with an edition of this name.
    """
    return [
        edition
        for edition in newsroom.editions
        if edition.name not in out
        and edition.at <= second
        and (all(map(is_read, edition.after)) or late(edition) > PATIENCE)
    ]
