"""Which records of a stream ``streams tail`` shows."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from config.errors import UsageError

if TYPE_CHECKING:
    from core.streams.port import Record

MAX_LAST = 10_000
"""Records that ``--last`` may ask for; they are in memory until the stream's end is reached."""


def select_records(
    records: Iterable[Record], *, topic: str = "", last: int = 0, limit: int = 0
) -> Iterator[Record]:
    """Yield the records of a topic, only the last ones or only the first ones.

    Args:
        records: In order.
        topic: Id of the topic that they are about; empty for any.
        last: How many of the last to yield; 0 for no limit.
        limit: How many to yield at most; 0 for no limit.
    """
    chosen = (record for record in records if not topic or topic in topics_of(record))
    yield from islice(deque(chosen, maxlen=last) if last else chosen, limit or None)


def topics_of(record: Record) -> frozenset[str]:
    """Return the ids of the topics that a record is about; none for one that cannot be read."""
    try:
        value = json.loads(record.value or b"null")
    except ValueError:
        return frozenset()
    if not isinstance(value, dict):
        return frozenset()
    scores = value.get("topics")
    rows = [value, *(scores if isinstance(scores, list) else ())]
    ids = [row.get("topic_id") for row in rows if isinstance(row, dict)]
    return frozenset(topic for topic in ids if isinstance(topic, str))


def check_last(last: int, *, follow: bool) -> None:
    """Check that ``--last`` can be done.

    Raises:
        UsageError: It is combined with ``--follow``, whose stream has no end.
    """
    if last and follow:
        mend = "Write --from 1h --follow, or leave --follow out."
        raise UsageError("--last counts from the end, and --follow has none.", mend=mend)
