"""The Kafka log: the stream port on Apache Kafka."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import structlog

from core.clock import Clock
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.assigned import AssignedPartitions
from core.streams.kafka.connect import diagnosed
from core.streams.kafka.consumer import KafkaGroupConsumer
from core.streams.kafka.groups import KafkaGroups
from core.streams.kafka.kafka_python import limit_log_rate
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.producer import IdempotentProducer
from core.streams.kafka.reader import read_stream
from core.streams.kafka.records import prepare_record
from core.streams.kafka.streams import KafkaStreams
from core.streams.kafka.transaction import TransactionalProducer
from core.streams.kafka.watchdog import Watchdog, end_process
from core.streams.port import NewRecord, PartitionLag, Record, Start, StreamInfo, StreamSpec
from core.streams.prefix import Prefix

log = structlog.get_logger(__name__)


class KafkaLog:
    """See :class:`core.streams.port.StreamLog`. Thread-safe; must not be used across a fork.

    Args:
        options: How to reach the brokers.
        clock: Gives the present, from which the age of unread records counts.
        prefix: Prefix of every stream and group name.
        end: Ends the process when a transaction hangs.

    Raises:
        SettingsError: The brokers reject the authentication or the security protocol.
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
        limit_log_rate()
        self._options = options
        self._clock = clock
        self._end = end
        self._prefix = Prefix(prefix)
        with diagnosed(options):
            self._admin = KafkaAdmin(options)
        self._streams = KafkaStreams(self._admin, self._prefix)
        self._groups = KafkaGroups(self._admin, options, self._prefix)
        self._producer = IdempotentProducer(options)
        self._consumers: list[KafkaGroupConsumer] = []

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """See the port."""
        self._streams.create(specs)

    def append(self, records: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """See the port. Repeats of an outbox are appended again, with the same ids."""
        del producer
        prepared = [prepare_record(record, self._streams) for record in records]
        if prepared:
            self._producer.append(prepared)

    def consumer(
        self, group: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> KafkaGroupConsumer:
        """See the port. The member joins the group with its first poll."""
        subscription = [self._streams.get(stream) for stream in streams]
        timeouts, instance = self._options.timeouts, self._groups.instance_id(group, slot)
        with ExitStack() as on_failure:
            watchdog = Watchdog(timeouts.transaction + timeouts.grace, self._end)
            producer = TransactionalProducer(self._options, instance, watchdog, self._admin)
            on_failure.callback(producer.close)
            assigned = AssignedPartitions(
                self._options,
                self._groups.group_id(group),
                instance,
                streams=self._streams,
                subscription=subscription,
                start=start,
            )
            on_failure.pop_all()
        consumer = KafkaGroupConsumer(
            assigned,
            producer,
            streams=self._streams,
            stored_name=self._prefix.add,
            leave=self._groups.remove_member,
            commit_seconds=timeouts.request,
            close_seconds=timeouts.closing,
        )
        self._consumers = [*(c for c in self._consumers if not c.closed), consumer]
        return consumer

    def read(
        self,
        name: str,
        /,
        *,
        start: Start = "start",
        follow: Callable[[], bool] | None = None,
    ) -> Iterator[Record]:
        """See the port."""
        stream = self._streams.get(name)
        return read_stream(self._options, self._streams, stream, start, follow)

    def list_streams(self) -> list[StreamInfo]:
        """See the port."""
        return self._streams.describe()

    def lag(self, group: str, streams: Sequence[str], /) -> list[PartitionLag]:
        """See the port."""
        return self._groups.lag(group, [self._streams.get(s) for s in streams], self._clock())

    def list_groups(self) -> list[str]:
        """See the port."""
        return self._groups.list_names()

    def delete_group(self, group: str, /) -> None:
        """See the port."""
        self._groups.delete(group)

    def set_positions(self, group: str, positions: Mapping[tuple[str, int], int], /) -> None:
        """See the port."""
        offsets = {
            self._streams.get(stream).partition_keys[number]: offset
            for (stream, number), offset in positions.items()
        }
        self._groups.set_positions(group, offsets)

    def check_writable(self) -> None:
        """See the port. Does nothing: only an append shows whether the brokers take records."""

    def maintain(self) -> None:
        """See the port. Does nothing: the brokers apply retention themselves."""

    def close(self) -> None:
        """See the port. Members that have not left leave now."""
        for consumer in self._consumers:
            consumer.close()
        self._consumers.clear()
        self._producer.close()
        self._groups.close()
        self._admin.close()
