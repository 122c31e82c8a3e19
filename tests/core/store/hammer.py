"""A process that leases all it can, over and over: there to be run several times at once.

Whatever it holds it locks by a session's lock of its own, by its name: who cannot have that lock
has been given what another holds, and says so. A feed and a page are locked by their hosts too, a
delivery by its target: one is asked, or told, by one process at a time.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

import psycopg

from core.clock import utc_now
from core.processes.instance import Instance
from core.store import Connection, Store, claims, entries, feeds, leases
from core.store import deliveries as delivery_store

Lease = Callable[[Connection], list[tuple[str, str]]]
"""Leases something: pairs of its name and the name of what it must have to itself."""


def main(url: str, folder: str, seconds: float) -> None:
    store, me = Store.open(url), Instance.start(Path(folder))
    with psycopg.connect(url, autocommit=True) as judge:
        print("ready", flush=True)  # noqa: T201
        sys.stdin.readline()
        until, held = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            for kind in (pages_and_feeds, messages):
                held += once(store, me, judge, kind)
        print(held, flush=True)  # noqa: T201
    store.close()
    me.close()


def once(
    store: Store,
    me: Instance,
    judge: psycopg.Connection[tuple[object, ...]],
    kind: Callable[[Store, Instance], tuple[list[str], Callable[[], None]]],
) -> int:
    names, give_back = kind(store, me)
    lock(judge, names)
    dawdle()
    judge.execute("SELECT pg_advisory_unlock_all()")
    give_back()
    return len(names)


def lock(judge: psycopg.Connection[tuple[object, ...]], names: Iterable[str]) -> None:
    for name in names:
        row = judge.execute("SELECT pg_try_advisory_lock(hashtext(%s), 7)", [name]).fetchone()
        if row != (True,):
            sys.exit(f"two hold {name}")


def dawdle() -> None:
    """Long enough for the others to come in between, where nothing keeps them out."""
    time.sleep(random.uniform(0, 0.01))


def pages_and_feeds(store: Store, me: Instance) -> tuple[list[str], Callable[[], None]]:
    now = utc_now()

    def lease(connection: Connection) -> list[str]:
        busy = leases.begin_leasing_rows(connection, me, now, feeds.feeds, entries.entries)
        dawdle()
        due = feeds.lease_due(connection, me, now, limit=2, busy=busy)
        busy |= {feed.host for feed in due}
        pages = entries.lease_due(connection, me, now, limit=4, per_host=2, busy=busy)
        hosts = {feed.host for feed in due} | {page.host for page in pages}
        return [*(f.feed_id for f in due), *(str(p.id) for p in pages), *hosts]

    def give_back() -> None:
        store.transact(lambda c: leases.release_rows(c, feeds.feeds, me))
        store.transact(lambda c: leases.release_rows(c, entries.entries, me))

    return store.transact(lease), give_back


def messages(store: Store, me: Instance) -> tuple[list[str], Callable[[], None]]:
    now = utc_now()

    def claim(connection: Connection) -> list[claims.ClaimedDelivery]:
        claims.lock_claiming(connection)
        due = claims.find_due(connection, me, now=now, limit=3)
        dawdle()
        return claims.claim(connection, due, me, now=now, ttl=timedelta(seconds=60))

    claimed = store.transact(claim)

    def give_back() -> None:
        for due in claimed:
            if not store.transact(partial(end, due=due)):
                sys.exit(f"somebody else has finished {due.delivery.id}")

    return [name for d in claimed for name in (d.delivery.id, d.delivery.target)], give_back


def end(connection: Connection, due: claims.ClaimedDelivery) -> bool:
    """Delivered at the fourth attempt, until then due again at once."""
    over = due.delivery.attempts > 3
    state = delivery_store.DELIVERED if over else delivery_store.PENDING
    again = None if over else utc_now()
    return claims.finish(
        connection, due.delivery, state=state, now=utc_now(), next_attempt_at=again
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
