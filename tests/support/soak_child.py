"""A process that runs the processors' worker with a slot, to be killed. Arguments: SLOT BATCH."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from config.catalog.load import load_partly
from config.logs import set_up_logs
from config.settings.load import load_settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.consume_loop import ConsumePolicy
from core.streams.port import Batch, Consumer, Outputs
from processors.worker import GROUP, STREAMS, ProcessorsWorker

READY = "ready"


class KillableConsumer:
    """A consumer whose process can be told to die in its next commit."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._commit_seconds = 0.01
        self.dies_in_commit = False

    @contextmanager
    def transaction(self, batch: Batch) -> Iterator[Outputs]:
        with self._consumer.transaction(batch) as out:
            yield out
            began = time.monotonic()
            if self.dies_in_commit:
                threading.Thread(target=self._die, daemon=True).start()
        self._commit_seconds = time.monotonic() - began

    def _die(self) -> None:
        time.sleep(random.uniform(0, 1.2 * self._commit_seconds))
        os.kill(os.getpid(), signal.SIGKILL)

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        return self._consumer.poll(limit=limit, timeout=timeout)

    def commit(self, batch: Batch) -> None:
        self._consumer.commit(batch)

    def rewind(self) -> None:
        self._consumer.rewind()

    def close(self) -> None:
        self._consumer.close()


def main() -> None:
    slot, batch = sys.argv[1:]
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    settings = load_settings()
    set_up_logs(settings)
    catalog, _ = load_partly(settings.config_dir, os.environ)
    worker = ProcessorsWorker(lambda: catalog, settings.language_codes, utc_now, Dispositions())
    me = Instance.start(settings.data_dir)
    with (
        closing(me),
        closing(open_streams(settings, instance=me, clock=utc_now)) as log,
        closing(KillableConsumer(log.consumer(GROUP, STREAMS, slot=slot))) as member,
    ):
        signal.signal(signal.SIGUSR1, lambda *_: setattr(member, "dies_in_commit", True))
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
        worker.run(
            member,
            stop=stopped.is_set,
            pause=stopped.wait,
            policy=ConsumePolicy(batch_size=int(batch), poll_seconds=0.2),
        )


if __name__ == "__main__":
    main()
