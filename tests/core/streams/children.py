"""Processes the contract tests start and kill. Settings come by environment, as in production.

append STREAM COUNT        append one record at a time, a line "acked N" after each
hold GROUP STREAM SLOT     poll until there is a batch, say so, and hang with it
work GROUP IN OUT SLOT PAUSE   copy IN to OUT, one output per input, until SIGTERM; PAUSE seconds
                           a batch; "ready" at start, "done N" at the end
store GROUP IN FILE SLOT PAUSE   the other shape: write keys to a database of its own, commit
                           PAUSE seconds later
"""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable

from config.settings.load import load_settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.consume_loop import ConsumePolicy, consume
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamLog


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def source(record: Record) -> bytes:
    return f"{record.partition}:{record.offset}".encode()


def append(log: StreamLog, stream: str, count: str) -> None:
    for number in range(int(count)):
        key = str(number).encode()
        log.append([NewRecord(stream, key, key, (), utc_now())])
        say(f"acked {number}")


def hold(log: StreamLog, group: str, stream: str, slot: str) -> None:
    consumer = log.consumer(group, [stream], slot=slot)
    while not (batch := consumer.poll(timeout=0.2)):
        pass
    say(f"holding {len(batch.records)}")
    time.sleep(600)


def copy(log: StreamLog, group: str, come: str, go: str, slot: str, pause: str) -> None:
    consumer = log.consumer(group, [come], slot=slot)

    def attempt(batch: Batch) -> None:
        with consumer.transaction(batch) as out:
            for r in batch.records:
                out.append(NewRecord(go, r.key, r.value, (("source", source(r)),), r.time))
            time.sleep(float(pause))

    _loop(consumer, attempt)


def store(log: StreamLog, group: str, come: str, file: str, slot: str, pause: str) -> None:
    consumer = log.consumer(group, [come], slot=slot)
    database = sqlite3.connect(file, timeout=20, isolation_level=None)
    database.execute("CREATE TABLE IF NOT EXISTS seen (source TEXT PRIMARY KEY, times INTEGER)")

    def attempt(batch: Batch) -> None:
        database.execute("BEGIN IMMEDIATE")
        for r in batch.records:
            database.execute(
                "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
                (source(r).decode(),),
            )
        database.execute("COMMIT")
        time.sleep(float(pause))  # the gap in which a kill makes a repeat
        consumer.commit(batch)

    _loop(consumer, attempt)


def _loop(consumer: Consumer, attempt: Callable[[Batch], None]) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    say("ready")
    done = consume(
        consumer,
        attempt,
        stage="processors",
        clock=utc_now,
        dispositions=Dispositions(),
        stop=stopped.is_set,
        pause=stopped.wait,
        policy=ConsumePolicy(batch=20, wait=0.2),
    )
    consumer.close()
    say(f"done {done.records}")


def main() -> None:
    settings = load_settings()
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    verbs: dict[str, Callable[..., None]] = {
        "append": append,
        "hold": hold,
        "work": copy,
        "store": store,
    }
    verbs[sys.argv[1]](log, *sys.argv[2:])
    log.close()
    instance.close()


if __name__ == "__main__":
    main()
