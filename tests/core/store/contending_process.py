"""A process that leases all it can, again and again; several of them run at once.

For everything it has leased it also takes a lock in a database session of its own, named after it,
until its transaction ends. When it cannot have that lock, another process has the same thing, and
it ends with a message. A feed and a page are locked by their hosts too, a delivery by its target:
one process at a time sends requests to a host, or messages to a target.
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
from core.store import Connection, Store, claims, entries, entry_leases, feeds, leases
from core.store import deliveries as delivery_store

Work = Callable[[Store, Instance], tuple[list[str], Callable[[], None]]]
"""Leases things; returns the names that no other process may have, and what releases them."""


def main() -> None:
    """Lease from a store, with a folder for the instance, for some seconds; print how much."""
    url, folder, seconds = sys.argv[1:]
    store, instance = Store.open(url), Instance.start(Path(folder))
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as session:
        until, leased = time.monotonic() + float(seconds), 0
        while time.monotonic() < until:
            for work in (lease_feeds_and_pages, claim_deliveries):
                leased += work_once(store, instance, session, work)
        print(leased, flush=True)  # noqa: T201
    store.close()
    instance.close()


def work_once(
    store: Store, instance: Instance, session: psycopg.Connection[tuple[object, ...]], work: Work
) -> int:
    names, release = work(store, instance)
    with session.transaction():
        lock(session, names)
        pause()
    release()
    return len(names)


def lock(session: psycopg.Connection[tuple[object, ...]], names: Iterable[str]) -> None:
    for name in names:
        query = "SELECT pg_try_advisory_xact_lock(hashtext(%s), 7)"
        row = session.execute(query, [name]).fetchone()
        if row != (True,):
            sys.exit(f"two processes have {name}")


def pause() -> None:
    """Wait long enough for other processes to interfere, where nothing prevents it."""
    time.sleep(random.uniform(0, 0.01))


def lease_feeds_and_pages(store: Store, instance: Instance) -> tuple[list[str], Callable[[], None]]:
    now = utc_now()

    def lease(connection: Connection) -> list[str]:
        busy = leases.begin_leasing_rows(connection, instance, now, feeds.feeds, entries.entries)
        pause()
        due = feeds.lease_due(connection, instance, now, limit=2, busy=busy)
        busy |= {feed.host for feed in due}
        pages = entry_leases.lease_due(connection, instance, now, limit=4, per_host=2, busy=busy)
        hosts = {feed.host for feed in due} | {page.host for page in pages}
        return [*(f.feed_id for f in due), *(str(p.id) for p in pages), *hosts]

    def release() -> None:
        store.transact(lambda c: leases.release_rows(c, feeds.feeds, instance))
        store.transact(lambda c: leases.release_rows(c, entries.entries, instance))

    return store.transact(lease), release


def claim_deliveries(store: Store, instance: Instance) -> tuple[list[str], Callable[[], None]]:
    now = utc_now()

    def claim(connection: Connection) -> list[claims.ClaimedDelivery]:
        claims.lock_claiming(connection)
        due = claims.find_due(connection, instance, now=now, limit=3)
        pause()
        return claims.claim(connection, due, instance, now=now, ttl=timedelta(seconds=60))

    claimed = store.transact(claim)

    def release() -> None:
        for due in claimed:
            if not store.transact(partial(finish, due=due)):
                sys.exit(f"another process has finished {due.delivery.id}")

    return [name for d in claimed for name in (d.delivery.id, d.delivery.target)], release


def finish(connection: Connection, due: claims.ClaimedDelivery) -> bool:
    """Finish a delivery: it succeeds at the fourth attempt and until then is due again at once."""
    is_done = due.delivery.attempts > 3
    state = delivery_store.DELIVERED if is_done else delivery_store.PENDING
    again = None if is_done else utc_now()
    return claims.finish(
        connection, due.delivery, state=state, now=utc_now(), next_attempt_at=again
    )
