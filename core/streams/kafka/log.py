"""The Kafka log: the stream port on Apache Kafka."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import structlog

from core.clock import Clock
from core.streams.kafka.assigned import AssignedPartitions
from core.streams.kafka.connect import connect
from core.streams.kafka.consumer import KafkaGroupConsumer
from core.streams.kafka.groups import KafkaGroups
from core.streams.kafka.infos import infos
from core.streams.kafka.noise import calm_down
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.producer import Appender
from core.streams.kafka.reader import tail
from core.streams.kafka.records import place
from core.streams.kafka.streams import KafkaStreams
from core.streams.kafka.transaction import Transactions
from core.streams.kafka.watchdog import Watchdog, end_process
from core.streams.port import NewRecord, PartitionLag, Record, Start, StreamInfo, StreamSpec
from core.streams.prefix import Prefix

log = structlog.get_logger(__name__)


class KafkaLog:
    """See :class:`core.streams.port.StreamLog`. Thread-safe; not to be used across a fork.

    Args:
        options: How to reach the brokers.
        clock: Tells the age of what is unread.
        prefix: Of every stream and group name.
        end: Ends the process when a transaction hangs.

    Raises:
        SettingsError: The brokers refuse who we are or how we speak.
        OperatorError: A package is missing, or the brokers are too old.
        StreamUnavailableError: No broker answers.
    """

    def __init__(
        self,
        options: KafkaOptions,
        *,
        clock: Clock,
        prefix: str = "",
        end: Callable[[], None] = end_process,
    ) -> None:
        calm_down()
        self._options = options
        self._clock = clock
        self._end = end
        self._prefix = Prefix(prefix)
        self._admin = connect(options)
        self._topics = KafkaStreams(self._admin, self._prefix)
        self._groups = KafkaGroups(self._admin, options, self._prefix)
        self._appender = Appender(options)
        self._members: list[KafkaGroupConsumer] = []

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """See the port."""
        self._topics.create(specs)

    def append(self, records: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """See the port. A repeat of an outbox is appended again, with the same ids."""
        del producer
        placed = [place(record, self._topics) for record in records]
        if placed:
            self._appender.append(placed)

    def consumer(
        self, group: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> KafkaGroupConsumer:
        """See the port. The member joins with its first poll."""
        reads = [self._topics.get(stream) for stream in streams]
        times, instance = self._options.times, self._groups.instance(group, slot)
        with ExitStack() as made:
            watchdog = Watchdog(times.transaction + times.grace, self._end)
            transactions = Transactions(self._options, instance, watchdog, self._admin)
            made.callback(transactions.close)
            held = AssignedPartitions(
                self._options,
                self._groups.stored(group),
                instance,
                topics=self._topics,
                reads=reads,
                start=start,
            )
            made.pop_all()
        member = KafkaGroupConsumer(
            held,
            transactions,
            topics=self._topics,
            stored=self._prefix.on,
            leave=self._groups.leave,
            commit_seconds=times.request,
            close_seconds=times.closing,
        )
        self._members = [*(m for m in self._members if not m.closed), member]
        return member

    def read(
        self,
        stream: str,
        /,
        *,
        start: Start = "start",
        follow: Callable[[], bool] | None = None,
    ) -> Iterator[Record]:
        """See the port."""
        topic = self._topics.get(stream)
        return tail(self._options, self._topics, topic, start, follow)

    def streams(self) -> list[StreamInfo]:
        """See the port."""
        return infos(self._admin, list(self._topics.look().values()))

    def lag(self, group: str, streams: Sequence[str], /) -> list[PartitionLag]:
        """See the port."""
        return self._groups.lag(group, [self._topics.get(s) for s in streams], self._clock())

    def groups(self) -> list[str]:
        """See the port."""
        return self._groups.names()

    def forget(self, group: str, /) -> None:
        """See the port."""
        self._groups.forget(group)

    def maintain(self) -> None:
        """See the port. Nothing is to be done: the brokers apply retention themselves."""

    def close(self) -> None:
        """See the port. Members that have not left leave now."""
        for member in self._members:
            member.close()
        self._members.clear()
        self._appender.close()
        self._groups.close()
        self._admin.close()
