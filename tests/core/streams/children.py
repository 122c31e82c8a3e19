"""Processes that the contract tests start and kill. Settings come from the environment.

append STREAM COUNT        append records one by one; print "acked N" after each
hold GROUP STREAM SLOT     poll until there is a batch, print its size, and keep it for ever
work GROUP IN OUT SLOT SECONDS   copy IN to OUT, one output per record, until SIGTERM; SECONDS per
                           batch; print "ready" at the start and "done N" at the end
store GROUP IN FILE SLOT SECONDS   write keys to a database of its own, and commit SECONDS later
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


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
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


def copy(
    log: StreamLog, group: str, source_stream: str, target: str, slot: str, seconds: str
) -> None:
    consumer = log.consumer(group, [source_stream], slot=slot)

    def handle(batch: Batch) -> None:
        with consumer.transaction(batch) as out:
            for r in batch.records:
                out.append(NewRecord(target, r.key, r.value, (("source", source(r)),), r.time))
            time.sleep(float(seconds))

    _loop(consumer, handle)


def store(
    log: StreamLog, group: str, source_stream: str, file: str, slot: str, seconds: str
) -> None:
    consumer = log.consumer(group, [source_stream], slot=slot)
    database = sqlite3.connect(file, timeout=20, isolation_level=None)
    database.execute("CREATE TABLE IF NOT EXISTS seen (source TEXT PRIMARY KEY, times INTEGER)")

    def handle(batch: Batch) -> None:
        database.execute("BEGIN IMMEDIATE")
        for r in batch.records:
            database.execute(
                "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
                (source(r).decode(),),
            )
        database.execute("COMMIT")
        time.sleep(float(seconds))  # a kill in this gap makes a repeat
        consumer.commit(batch)

    _loop(consumer, handle)


def _loop(consumer: Consumer, handle: Callable[[Batch], None]) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    say("ready")
    result = consume(
        consumer,
        handle,
        stage="processors",
        clock=utc_now,
        dispositions=Dispositions(),
        stop=stopped.is_set,
        pause=stopped.wait,
        policy=ConsumePolicy(batch_size=20, poll_seconds=0.2),
    )
    consumer.close()
    say(f"done {result.records}")


def main() -> None:
    """Run the command that the command line names."""
    settings = load_settings()
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    commands: dict[str, Callable[..., None]] = {
        "append": append,
        "hold": hold,
        "work": copy,
        "store": store,
    }
    commands[sys.argv[1]](log, *sys.argv[2:])
    log.close()
    instance.close()
