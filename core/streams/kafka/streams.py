"""What streams the brokers have: making them, knowing them by name, telling what differs.

::

    StreamSpec ──missing──▶ created, with the settings of `configs`
        └──────exists────▶ `differences`: partitions raise, the rest is a warning with the mend

The size limit of a stream is the brokers' ``max.message.bytes`` less :data:`ROOM`, so that every
process reads the same limit of values from them, and a whole batch of a producer always fits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from kafka import errors as theirs
from kafka.admin import ConfigResource, ConfigResourceType

from config.errors import SettingsError, StreamError, StreamMismatchError, UnknownStreamError
from core.streams.kafka.admin import KafkaAdmin
from core.streams.port import StreamSpec
from core.streams.prefix import Prefix

ROOM = 262_144
"""Bytes a message may be larger than the largest value: key and headers, or other records of the
batch."""

NEVER = 2**63 - 1

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KafkaStream:
    """A stream as the brokers have it.

    Attributes:
        name: Without prefix.
        stored: With prefix.
        partitions: How many.
        replication: Copies of each.
        retention: Records older than this may go.
        max_record_bytes: Largest value taken.
    """

    name: str
    stored: str
    partitions: int
    replication: int
    retention: timedelta
    max_record_bytes: int


def configs(spec: StreamSpec) -> dict[str, str]:
    """How a stream is set up on the brokers."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(spec.retention // timedelta(milliseconds=1)),
        "max.message.bytes": str(spec.max_record_bytes + ROOM),
        "min.insync.replicas": str(max(1, spec.replication - 1)),
        "message.timestamp.type": "CreateTime",
        # 4.x refuses records an hour ahead; one clock that is wrong must not stop the outbox
        "message.timestamp.after.max.ms": str(NEVER),
    }


def differences(spec: StreamSpec, topic: KafkaStream) -> list[str]:
    """How a stream that exists differs from what is asked for, each as a sentence with a mend.

    Raises:
        StreamMismatchError: In its partitions, which no program may change.
    """
    if topic.partitions != spec.partitions:
        raise StreamMismatchError(
            f"The stream {spec.name!r} has {topic.partitions} partitions, not {spec.partitions}.",
            mend="Partitions are fixed for a stream's life: set the old number again.",
        )
    asked = configs(spec)
    found = []
    if topic.retention != spec.retention:
        found.append(_altered(topic, "retention.ms", _ms(topic.retention), asked))
    if topic.max_record_bytes != spec.max_record_bytes:
        found.append(
            _altered(topic, "max.message.bytes", str(topic.max_record_bytes + ROOM), asked)
        )
    if topic.replication != spec.replication:
        found.append(
            f"has {topic.replication} copies, not {spec.replication}:"
            " kafka-reassign-partitions changes that"
        )
    return found


def _altered(topic: KafkaStream, name: str, now: str, asked: Mapping[str, str]) -> str:
    return (
        f"{name} is {now}, not {asked[name]}: kafka-configs --bootstrap-server BROKER --alter"
        f" --entity-type topics --entity-name {topic.stored} --add-config {name}={asked[name]}"
    )


def _ms(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))


class KafkaStreams:
    """The streams under a prefix. Thread-safe: a stream once seen is taken to stay as it is."""

    def __init__(self, admin: KafkaAdmin, prefix: Prefix) -> None:
        self._admin = admin
        self._prefix = prefix
        self._known: dict[str, KafkaStream] = {}
        self._told: set[tuple[str, ...]] = set()
        self._lock = threading.Lock()

    def get(self, name: str) -> KafkaStream:
        """The stream of that name.

        Raises:
            UnknownStreamError: It was never created.
            StreamUnavailableError: Kafka is away.
        """
        found = self._known.get(name)
        if found is None:
            found = self.look([self._prefix.on(name)]).get(name)
        if found is None:
            raise UnknownStreamError(
                f"There is no stream {name!r}.", mend="`wirewatch streams list` names them all."
            )
        return found

    def name(self, stored: str) -> str:
        """A stream's name without the prefix."""
        name = self._prefix.off(stored)
        return stored if name is None else name

    def create(self, specs: Sequence[StreamSpec]) -> None:
        """Make what is missing; tell what differs.

        Raises:
            StreamMismatchError: A stream exists with other partitions; nothing was made.
            SettingsError: The brokers cannot make one as it is asked for.
        """
        there = self.look([self._prefix.on(spec.name) for spec in specs])
        for spec in specs:
            if (topic := there.get(spec.name)) is not None:
                self._compare(spec, topic)
        missing = [spec for spec in specs if spec.name not in there]
        if missing:
            self._make(missing)
            made = self.look([self._prefix.on(spec.name) for spec in missing])
            for spec in missing:  # another process may have made it otherwise at this moment
                if (topic := made.get(spec.name)) is not None:
                    self._compare(spec, topic)

    def look(self, stored: Iterable[str] | None = None) -> dict[str, KafkaStream]:
        """The streams of these names that exist, or all, as they are now; by name."""
        wanted = None if stored is None else list(stored)
        described = self._admin.run("Asking about streams", lambda a: a.describe_topics(wanted))
        ours = {
            t["name"]: t
            for t in described
            if not t["error_code"] and not t["is_internal"] and self._prefix.off(t["name"])
        }
        settings = self._settings(list(ours))
        topics = [self._topic(name, t, settings.get(name, {})) for name, t in ours.items()]
        found = {topic.name: topic for topic in topics}
        with self._lock:
            self._known |= found
        return found

    def _topic(
        self, stored: str, shape: Mapping[str, Any], settings: Mapping[str, Any]
    ) -> KafkaStream:
        partitions = shape["partitions"]
        retention = int(settings.get("retention.ms", -1))
        return KafkaStream(
            name=self.name(stored),
            stored=stored,
            partitions=len(partitions),
            replication=max((len(p["replica_nodes"]) for p in partitions), default=0),
            retention=timedelta.max if retention < 0 else _span(retention),
            max_record_bytes=max(0, int(settings.get("max.message.bytes", 2**31)) - ROOM),
        )

    def _settings(self, stored: list[str]) -> dict[str, dict[str, str]]:
        if not stored:
            return {}
        keys = {"retention.ms": None, "max.message.bytes": None}
        asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs=keys) for name in stored]
        answer = self._admin.run(
            "Asking how streams are set up",
            lambda a: a.describe_configs(asked, config_filter="all"),
        )
        return {
            name: {key: entry["value"] for key, entry in entries.items()}
            for name, entries in answer.get("topic", {}).items()
        }

    def _make(self, specs: Sequence[StreamSpec]) -> None:
        wanted = {
            self._prefix.on(spec.name): {
                "num_partitions": spec.partitions,
                "replication_factor": spec.replication,
                "configs": configs(spec),
            }
            for spec in specs
        }
        answer = self._admin.run(
            "Creating streams", lambda a: a.create_topics(wanted, raise_errors=False)
        )
        for topic in answer["topics"]:
            self._judge(topic["name"], theirs.for_code(topic["error_code"]), topic)
        self._admin.run("Creating streams", lambda a: a.wait_for_topics(list(wanted)))
        log.info("streams_created", streams=sorted(spec.name for spec in specs))

    def _judge(self, stored: str, error: type[Exception], answer: Mapping[str, Any]) -> None:
        if error in (theirs.NoError, theirs.TopicAlreadyExistsError):
            return
        name, said = self.name(stored), str(answer.get("error_message") or error.__name__)
        if issubclass(error, theirs.AuthorizationError):
            raise SettingsError(
                f"Kafka does not let this user create the stream {name!r}.",
                mend="docs/streams.md lists the rights that are needed, and how to create streams"
                " by hand.",
            )
        if error in (
            theirs.InvalidReplicationFactorError,
            theirs.InvalidReplicationAssignmentError,
        ):
            raise SettingsError(
                f"Kafka cannot keep the stream {name!r} as often as asked: {said}",
                mend="WIREWATCH_STREAMS_REPLICATION is at most the number of brokers.",
            )
        if issubclass(error, theirs.RetriableError):
            raise error(said)
        raise StreamError(f"Kafka refuses to create the stream {name!r}: {said}")

    def _compare(self, spec: StreamSpec, topic: KafkaStream) -> None:
        for difference in differences(spec, topic):
            with self._lock:
                new = (topic.stored, difference) not in self._told
                self._told.add((topic.stored, difference))
            if new:
                log.warning("stream_differs", stream=topic.name, difference=difference)


def _span(milliseconds: int) -> timedelta:
    try:
        return timedelta(milliseconds=milliseconds)
    except OverflowError:
        return timedelta.max
