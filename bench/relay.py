"""How fast the relay moves records from the outbox to the streams: it is one process at a time.

::

    python -P bench/relay.py [--records 5000] [--bytes 7000] [--store sqlite|postgresql]

Records wait in the outbox of a real store; the relay moves them to the embedded log, 200 at a time,
as the program does. Time and CPU of this process and of PostgreSQL, of each round the best. A
broker costs what ``bench/streams.py`` says for producing, instead of what the embedded log costs.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import structlog

from bench._common import INPUT, record_of, start_postgres
from bench.costs import server_seconds
from core.clock import utc_now
from core.processes.instance import Instance
from core.relay import Relay
from core.store import Store, outbox
from core.streams.embedded import EmbeddedLog
from core.streams.port import NewRecord, StreamSpec
from tests.support import postgres

LIMIT = 200
ADDED = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--bytes", type=int, default=7000)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server, url = None, f"sqlite:///{folder / 'store.db'}"
        if options.store == "postgresql":
            server = start_postgres(stack)
            url = stack.enter_context(postgres.database(server.url()))
        store = stack.enter_context(closing(Store.open(url)))
        instance = stack.enter_context(closing(Instance.start(folder)))
        log = stack.enter_context(
            closing(
                EmbeddedLog(
                    folder / "streams.db", clock=utc_now, instance=instance.id, is_alive=bool
                )
            )
        )
        log.create([StreamSpec(INPUT, 12, timedelta(days=1))])
        relay = Relay(store, log, instance, utc_now)
        rounds = [
            one_round(store, relay, options.records, options.bytes, server)
            for _ in range(options.rounds)
        ]
    names = ("time", "CPU here", "CPU of the server")
    for name, each in zip(names, zip(*rounds, strict=True), strict=True):
        print(f"{options.store}: {name}: {min(each) / options.records * 1e6:.0f} us per record")


def one_round(
    store: Store, relay: Relay, count: int, size: int, server: postgres.Server | None
) -> tuple[float, float, float]:
    """Fill the outbox, and return the seconds, the CPU seconds and the server's of emptying it."""
    for first in range(0, count, ADDED):
        records = [new_record(number, size) for number in range(first, min(count, first + ADDED))]
        store.transact(lambda c, records=records: outbox.put(c, records))  # type: ignore[misc]
    began, cpu, served = time.perf_counter(), time.process_time(), server_seconds(server)
    moved = 0
    while some := relay.run_once(LIMIT):
        moved += some
    assert moved == count
    return (
        time.perf_counter() - began,
        time.process_time() - cpu,
        server_seconds(server) - served,
    )


def new_record(number: int, size: int) -> NewRecord:
    record = record_of(number, ("Title", os.urandom(size // 2).hex()))
    return NewRecord(record.stream, record.key, record.value, record.headers, record.time)


if __name__ == "__main__":
    main()
