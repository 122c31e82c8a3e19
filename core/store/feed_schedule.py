"""Due times after a pause of the program, and after the clock was set.

::

    start, or no tick for minutes ──▶ spread_overdue   overdue feeds, over some minutes
    the clock was set back ─────────▶ follow_clock     what was due by the old clock

Due times are otherwise never changed by a start: a feed is due when its last poll said.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from config.i18n import Phrase
from core.store.entries import PENDING, entries
from core.store.feeds import feeds

SPREAD = timedelta(minutes=10)
"""Feeds that are overdue for longer are spread over this time, or over their interval in
sources.yaml if that is shorter."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""How far the clocks of the machines of an installation may differ."""


def spread_overdue(connection: Connection, now: datetime, rng: random.Random) -> int:
    """Spread feeds that are overdue for long over the next minutes. Return how many there are.

    Feeds that were never requested stay due at once. A feed that is spread is not overdue for long
    when the program starts again, so that it is not put off time after time.
    """
    query = select(feeds.c.feed_id, feeds.c.every_s).where(
        feeds.c.next_due_at < now - SPREAD,
        feeds.c.last_attempt_at.is_not(None),
        feeds.c.lease_holder.is_(None),
        feeds.c.removed_at.is_(None),
        feeds.c.gone_at.is_(None),
    )
    reason = Phrase("feed.due.catch_up").dump()
    overdue = connection.execute(query).all()
    for feed_id, every_s in overdue if len(overdue) > 1 else ():
        width = SPREAD if every_s is None else min(SPREAD, timedelta(seconds=every_s))
        due = {"next_due_at": now + width * rng.random(), "due_reason": reason}
        connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(due))
    return len(overdue)


def follow_clock(connection: Connection, now: datetime) -> int:
    """Bring due times forward that were set while the clock was ahead. Return how many there are.

    Without this, feeds and pages would wait until the clock has caught up.
    """
    limit = now + CLOCK_TOLERANCE
    columns = (feeds.c.feed_id, feeds.c.last_attempt_at, feeds.c.next_due_at)
    ahead = connection.execute(select(*columns).where(feeds.c.last_attempt_at > limit)).all()
    for feed_id, attempted_at, due_at in ahead:
        values = {"last_attempt_at": now, "next_due_at": due_at - (attempted_at - now)}
        connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(values))
    pages = entries.update().where(
        entries.c.state == PENDING, entries.c.changed_at > limit, entries.c.next_page_at > now
    )
    return len(ahead) + connection.execute(pages.values(next_page_at=now)).rowcount
