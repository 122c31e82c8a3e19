"""Three brokers of Apache Kafka for the tests of what happens when some of them are lost."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import pytest

from scripts.kafka.broker import Broker
from scripts.kafka.cluster import Cluster
from scripts.kafka.fetch import fetch_jars, kafka_version, unavailable_reason
from tests.support.kafka import VARIABLE, ran

BROKERS = 3

_PROPERTIES = {
    # leadership returns soon to the broker that is to have it
    "leader.imbalance.check.interval.seconds": "2",
    "leader.imbalance.per.broker.percentage": "0",
    "replica.lag.time.max.ms": "5000",
}


class Some:
    """Some brokers of a cluster, as one server that can be killed, stopped and started."""

    def __init__(self, brokers: Sequence[Broker]) -> None:
        self._brokers = brokers

    def kill(self) -> None:
        """Kill all of them at once."""
        self._do(Broker.kill)

    def stop(self) -> None:
        """Stop them in order; each gives its leadership to others before."""
        for broker in self._brokers:
            broker.stop()

    def start(self) -> None:
        """Start all of them; return when they are ready."""
        self._do(Broker.start)

    def _do(self, action: Any) -> None:
        with ThreadPoolExecutor(len(self._brokers)) as pool:
            list(pool.map(action, self._brokers))


@contextmanager
def running_cluster(**options: Any) -> Iterator[Cluster]:
    """Start three brokers; skip the test where Kafka cannot be started."""
    reason = unavailable_reason()
    if reason and os.environ[VARIABLE] != "start":
        pytest.skip(f"needs brokers of its own: {reason}")
    properties = _PROPERTIES | options.pop("properties", {})
    cluster = Cluster(fetch_jars(), BROKERS, properties=properties, **options)
    with closing(cluster):
        cluster.start()
        ran(f"{BROKERS} brokers of Apache Kafka {kafka_version()}")
        yield cluster
