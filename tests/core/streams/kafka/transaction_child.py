"""A process that keeps a transaction open: ``transaction_child.py ADDRESS PREFIX``.

Prints ``holding N`` once it has polled N records, and waits for a line before it commits.
"""

from __future__ import annotations

import sys

from config.settings import Settings
from core.clock import utc_now
from core.streams.kafka import KafkaLog, client_options
from tests.core.streams.kafka.faults import SHORT


def main(address: str, prefix: str) -> None:
    options = client_options(address, Settings(), client_id="child", timeouts=SHORT)
    log = KafkaLog(options, clock=utc_now, prefix=prefix)
    consumer = log.consumer("g", ["in"], slot="a")
    while not (batch := consumer.poll(limit=20)):
        pass
    with consumer.transaction(batch):
        sys.stdout.write(f"holding {len(batch.records)}\n")
        sys.stdout.flush()
        sys.stdin.readline()
    sys.stdout.write("committed\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
