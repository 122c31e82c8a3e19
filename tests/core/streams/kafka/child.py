"""A process that holds a transaction open until it is told to go on: ``child.py ADDRESS PREFIX``.

Says ``holding N`` once it has N records in hand, and waits for a line before it commits.
"""

from __future__ import annotations

import sys

from config.settings import Settings
from core.clock import utc_now
from core.streams.kafka import KafkaLog, options
from tests.core.streams.kafka.weather import QUICK


def main(address: str, prefix: str) -> None:
    how = options(address, Settings(), client="child", times=QUICK)
    log = KafkaLog(how, clock=utc_now, prefix=prefix)
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
