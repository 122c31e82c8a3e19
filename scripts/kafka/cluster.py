"""Several brokers that replace each other, for tests: each is broker and controller (KRaft).

::

    Cluster(jars, 3) ──start──▶ broker 1, 2, 3 ──▶ kill, stop, start of each

The groups' positions and the transactions are on all brokers too, or the loss of the one that has
them would stop everything. https://kafka.apache.org/documentation/#kraft
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.kafka.broker import HOST, Broker, Listener, free_ports
from scripts.kafka.quorum import Quorum, Voter, new_id

_HEAP = "256m"


class Cluster:
    """Brokers with temporary data. See :class:`scripts.kafka.broker.Broker`.

    Args:
        jars: What Kafka needs.
        count: How many brokers.
        listeners: Additional listeners of each.
        properties: Additional properties of each.

    Attributes:
        brokers: The brokers, by number less one.
    """

    def __init__(
        self,
        jars: Path,
        count: int,
        *,
        listeners: Sequence[Listener] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        ports = free_ports(count)
        voters = [Voter(n + 1, f"{HOST}:{ports[n]}", new_id()) for n in range(count)]
        identity = new_id()
        copies = {
            "offsets.topic.replication.factor": str(count),
            "transaction.state.log.replication.factor": str(count),
            "transaction.state.log.min.isr": str(max(1, count - 1)),
        }
        self.brokers: list[Broker] = []
        try:
            for voter in voters:
                self.brokers.append(
                    Broker(
                        jars,
                        listeners=listeners,
                        properties=copies | dict(properties or {}),
                        quorum=Quorum(identity, voter, voters),
                        heap=_HEAP,
                    )
                )
        except BaseException:
            self.close()
            raise

    @property
    def addresses(self) -> str:
        """The ``host:port`` of each broker, separated by commas."""
        return self.addresses_of("PLAINTEXT")

    def addresses_of(self, listener: str) -> str:
        """Return the ``host:port`` of a listener of each broker, separated by commas."""
        return ",".join(broker.address_of(listener) for broker in self.brokers)

    def start(self) -> None:
        """Start all brokers; one alone is not ready, because most must vote."""
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(Broker.start, self.brokers))

    def close(self) -> None:
        """Stop all brokers and remove their folders. Idempotent."""
        for broker in self.brokers:
            broker.kill()
            broker.close()
