"""The streams on the brokers: create them, find them by name, describe them, report differences.

::

    StreamSpec ──missing──▶ created with the settings of `stream_config`
        └──────exists────▶ `differences`: other partitions raise; anything else is a warning that
                           names the command

A stream's size limit is its ``max.message.bytes`` on the brokers less :data:`HEADROOM`. So every
process reads the same limit for values from the brokers, and any batch of a producer fits.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.structs import TopicPartition

from config.errors import SettingsError, StreamError, StreamMismatchError, UnknownStreamError
from core.clock import from_ms
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.denied import MEND, withheld
from core.streams.port import StreamInfo, StreamSpec
from core.streams.prefix import Prefix

HEADROOM = 262_144
"""Bytes by which a message may exceed the largest value: for key and headers, or for the other
records of its batch."""

NEVER = 2**63 - 1
"""The largest time span that Kafka's settings accept, in milliseconds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KafkaStream:
    """A stream as the brokers have it.

    Attributes:
        name: Without prefix.
        stored: The name on the brokers, with prefix.
        partitions: Number of partitions.
        replication: Number of copies of each partition.
        retention: Records older than this may be deleted.
        max_record_bytes: Size of the largest value it accepts.
        min_insync: Copies that must have a record before it is acknowledged.
    """

    name: str
    stored: str
    partitions: int
    replication: int
    retention: timedelta
    max_record_bytes: int
    min_insync: int = 1

    @property
    def partition_keys(self) -> list[Any]:
        """kafka-python's TopicPartition for each partition, in order."""
        return [TopicPartition(self.stored, number) for number in range(self.partitions)]


def stream_config(spec: StreamSpec) -> dict[str, str]:
    """Return the settings of a stream on the brokers."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": _in_ms(spec.retention),
        "max.message.bytes": str(spec.max_record_bytes + HEADROOM),
        "min.insync.replicas": str(spec.min_insync or max(1, spec.replication - 1)),
        "message.timestamp.type": "CreateTime",
        # 4.x rejects records an hour ahead; a wrong clock must not block the outbox
        "message.timestamp.after.max.ms": str(NEVER),
    }


def differences(spec: StreamSpec, stream: KafkaStream) -> list[str]:
    """Return how an existing stream differs from its spec, each with the command that changes it.

    Raises:
        StreamMismatchError: It has another number of partitions, which cannot be changed.
    """
    if stream.partitions != spec.partitions:
        raise StreamMismatchError(
            f"The stream {spec.name!r} has {stream.partitions} partitions, not {spec.partitions}.",
            mend="The number of partitions is fixed for a stream's life: set the old one again.",
        )
    wanted = stream_config(spec)
    texts = []
    if stream.retention != spec.retention:
        texts.append(_difference(stream, "retention.ms", _in_ms(stream.retention), wanted))
    if stream.max_record_bytes != spec.max_record_bytes:
        current = str(stream.max_record_bytes + HEADROOM)
        texts.append(_difference(stream, "max.message.bytes", current, wanted))
    if stream.replication != spec.replication:
        texts.append(
            f"has {stream.replication} copies, not {spec.replication}:"
            " kafka-reassign-partitions changes that"
        )
    elif str(stream.min_insync) != wanted["min.insync.replicas"]:
        texts.append(_difference(stream, "min.insync.replicas", str(stream.min_insync), wanted))
    return texts


def _difference(stream: KafkaStream, key: str, current: str, wanted: Mapping[str, str]) -> str:
    return (
        f"{key} is {current}, not {wanted[key]}: kafka-configs --bootstrap-server BROKER --alter"
        f" --entity-type topics --entity-name {stream.stored} --add-config {key}={wanted[key]}"
    )


class KafkaStreams:
    """The streams under a prefix. Thread-safe.

    A stream that was found once is assumed to stay as it is.
    """

    def __init__(self, admin: KafkaAdmin, prefix: Prefix) -> None:
        self._admin = admin
        self._prefix = prefix
        self._known: dict[str, KafkaStream] = {}
        self._reported: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def get(self, name: str) -> KafkaStream:
        """Return the stream of a name.

        Raises:
            UnknownStreamError: It was never created.
            StreamUnavailableError: Kafka is unavailable.
        """
        stream = self._known.get(name)
        if stream is None:
            stream = self._load([self._prefix.add(name)]).get(name)
        if stream is None:
            raise UnknownStreamError(
                f"There is no stream {name!r}.", mend="`wirewatch streams list` names them all."
            )
        return stream

    def name_of(self, stored: str) -> str:
        """Return a stream's name without the prefix."""
        name = self._prefix.strip(stored)
        return stored if name is None else name

    def create(self, specs: Sequence[StreamSpec]) -> None:
        """Create the streams that are missing; log how existing ones differ.

        Raises:
            StreamMismatchError: A stream exists with another number of partitions.
            SettingsError: The brokers cannot create a stream as specified.
        """
        existing = self._load([self._prefix.add(spec.name) for spec in specs])
        self._compare(specs, existing)
        missing = [spec for spec in specs if spec.name not in existing]
        if missing:
            self._create_missing(missing)
            # another process may have created one with other settings at the same moment
            self._compare(missing, self._load([self._prefix.add(spec.name) for spec in missing]))

    def describe(self) -> list[StreamInfo]:
        """Return every stream as it is now, by name."""
        streams = list(self._load().values())
        if not streams:
            return []
        keys = [key for stream in streams for key in stream.partition_keys]
        offsets = self._admin.run("Describing streams", lambda a: _list_offsets(a, keys))
        sizes = self._admin.run("Measuring streams", lambda a: _list_sizes(a, streams))
        infos = (_info(stream, offsets, sizes) for stream in streams)
        return sorted(infos, key=lambda info: info.name)

    def _load(self, stored: Iterable[str] | None = None) -> dict[str, KafkaStream]:
        """Return the existing streams among these stored names, or all, by name."""
        wanted = None if stored is None else list(stored)
        topics = self._admin.run("Describing streams", lambda a: a.describe_topics(wanted))
        for topic in topics if wanted else ():
            if topic["error_code"] == kafka_errors.TopicAuthorizationFailedError.errno:
                raise withheld("Describing streams", "DESCRIBE", "stream", topic["name"])
        descriptions = {
            topic["name"]: topic
            for topic in topics
            if not topic["error_code"]
            and not topic["is_internal"]
            and self._prefix.strip(topic["name"])
        }
        configs = self._load_configs(list(descriptions))
        self._refuse_unreadable([stored for stored in descriptions if not configs.get(stored)])
        streams = [
            self._parse(stored, description, configs[stored])
            for stored, description in descriptions.items()
            if configs.get(stored)
        ]
        by_name = {stream.name: stream for stream in streams}
        with self._lock:
            self._known |= by_name
        return by_name

    def _parse(
        self, stored: str, description: Mapping[str, Any], config: Mapping[str, Any]
    ) -> KafkaStream:
        partitions = description["partitions"]
        retention = int(config.get("retention.ms", -1))
        return KafkaStream(
            name=self.name_of(stored),
            stored=stored,
            partitions=len(partitions),
            replication=max((len(p["replica_nodes"]) for p in partitions), default=0),
            retention=timedelta.max if retention < 0 else _span(retention),
            max_record_bytes=max(0, int(config.get("max.message.bytes", 2**31)) - HEADROOM),
            min_insync=int(config.get("min.insync.replicas", 1)),
        )

    def _load_configs(self, stored: list[str]) -> dict[str, dict[str, str]]:
        if not stored:
            return {}
        keys = dict.fromkeys(("retention.ms", "max.message.bytes", "min.insync.replicas"))
        query = [ConfigResource(ConfigResourceType.TOPIC, name, configs=keys) for name in stored]
        answer = self._admin.run(
            "Reading the settings of streams",
            lambda a: a.describe_configs(query, config_filter="all"),
        )
        return {
            name: {key: entry["value"] for key, entry in entries.items()}
            for name, entries in answer.get("topic", {}).items()
        }

    def _refuse_unreadable(self, stored: list[str]) -> None:
        """Raise where a stream without settings still exists: its settings are withheld."""
        if not stored:
            return
        for topic in self._admin.run("Describing streams", lambda a: a.describe_topics(stored)):
            if topic["error_code"] != kafka_errors.UnknownTopicOrPartitionError.errno:
                action = "Reading the settings of streams"
                raise withheld(action, "DESCRIBE_CONFIGS", "stream", topic["name"])

    def _create_missing(self, specs: Sequence[StreamSpec]) -> None:
        topics = {
            self._prefix.add(spec.name): {
                "num_partitions": spec.partitions,
                "replication_factor": spec.replication,
                "configs": stream_config(spec),
            }
            for spec in specs
        }
        answer = self._admin.run(
            "Creating streams", lambda a: a.create_topics(topics, raise_errors=False)
        )
        for topic in answer["topics"]:
            error = kafka_errors.for_code(topic["error_code"])
            if error in _TOO_FEW_BROKERS:
                raise _too_many_copies(self.name_of(topic["name"]), self._count_brokers())
            _check_created(self.name_of(topic["name"]), error, topic.get("error_message"))
        self._admin.run("Creating streams", lambda a: a.wait_for_topics(list(topics)))
        log.info("streams_created", streams=sorted(spec.name for spec in specs))

    def _count_brokers(self) -> int:
        cluster = self._admin.run("Describing the brokers", lambda a: a.describe_cluster())
        return len(cluster["brokers"])

    def _compare(self, specs: Iterable[StreamSpec], streams: Mapping[str, KafkaStream]) -> None:
        """Log each difference once.

        Raises:
            StreamMismatchError: See :func:`differences`.
        """
        for spec in specs:
            stream = streams.get(spec.name)
            for difference in differences(spec, stream) if stream else ():
                with self._lock:
                    is_new = (spec.name, difference) not in self._reported
                    self._reported.add((spec.name, difference))
                if is_new:
                    log.warning("stream_differs", stream=spec.name, difference=difference)


_TOO_FEW_BROKERS = (
    kafka_errors.InvalidReplicationFactorError,
    kafka_errors.InvalidReplicationAssignmentError,
)


def _too_many_copies(name: str, brokers: int) -> SettingsError:
    return SettingsError(
        f"Kafka cannot keep as many copies of the stream {name!r} as configured: it has"
        f" {brokers} broker{'s' if brokers != 1 else ''} at this moment.",
        mend="Set WIREWATCH_STREAMS_REPLICATION to the number of brokers at most, or start those"
        " that are missing.",
    )


def _check_created(name: str, error: type[Exception], message: str | None) -> None:
    """Raise unless a stream was created, or existed before."""
    if error in (kafka_errors.NoError, kafka_errors.TopicAlreadyExistsError):
        return
    reason = message or error.__name__
    if issubclass(error, kafka_errors.AuthorizationError):
        raise SettingsError(
            f"Kafka does not allow this user CREATE on the stream {name!r}, which does not exist.",
            mend=f"{MEND} Streams can be created by hand, too.",
        )
    if issubclass(error, kafka_errors.RetriableError):
        raise error(reason)
    raise StreamError(f"Kafka refuses to create the stream {name!r}: {reason}")


@dataclass(frozen=True, slots=True)
class _Offsets:
    """By TopicPartition: the oldest and the next offset, and the newest record."""

    oldest: Mapping[Any, Any]
    ends: Mapping[Any, Any]
    newest: Mapping[Any, Any]


def _list_offsets(client: Any, keys: Sequence[Any]) -> _Offsets:
    specs = (OffsetSpec.EARLIEST, OffsetSpec.LATEST, OffsetSpec.MAX_TIMESTAMP)
    return _Offsets(*(client.list_partition_offsets(dict.fromkeys(keys, spec)) for spec in specs))


def _list_sizes(client: Any, streams: Sequence[KafkaStream]) -> dict[str, int]:
    """Return bytes on the brokers' disks by stored name, all copies together.

    Brokers that this user may not ask are left out.
    """
    wanted = {stream.stored: list(range(stream.partitions)) for stream in streams}
    sizes: defaultdict[str, int] = defaultdict(int)
    for broker in client.describe_log_dirs(wanted):
        for folder in broker["log_dirs"]:
            for topic in folder["topics"]:
                sizes[topic["name"]] += sum(p["partition_size"] for p in topic["partitions"])
    return sizes


def _info(stream: KafkaStream, offsets: _Offsets, sizes: Mapping[str, int]) -> StreamInfo:
    keys = stream.partition_keys
    newest = max((offsets.newest[key].timestamp for key in keys), default=-1)
    return StreamInfo(
        name=stream.name,
        partitions=stream.partitions,
        records=sum(max(0, offsets.ends[k].offset - offsets.oldest[k].offset) for k in keys),
        bytes=sizes.get(stream.stored, 0),
        retention=stream.retention,
        newest=from_ms(newest) if newest >= 0 else None,
        max_record_bytes=stream.max_record_bytes,
        replication=stream.replication,
    )


def _in_ms(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))


def _span(milliseconds: int) -> timedelta:
    try:
        return timedelta(milliseconds=milliseconds)
    except OverflowError:
        return timedelta.max
