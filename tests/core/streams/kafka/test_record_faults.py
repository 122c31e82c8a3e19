"""Records that cannot be decoded, are too large, are deleted, or are lost on the network."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import confluent_kafka
import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType

from config.errors import (
    OffsetOutOfRangeError,
    OperatorError,
    RecordTooLargeError,
    StreamError,
    StreamUnavailableError,
)
from core.streams.kafka import KafkaTimeouts
from core.streams.port import Consumer, StreamLog
from tests.core.streams.kafka.faults import (
    SHORT,
    Opener,
    assert_copied_once,
    opening,
    run_loop,
    within,
)
from tests.core.streams.support import eventually, new, numbered, take, unread
from tests.support.kafka import Broker, Listener, StartBroker
from tests.support.proxy import END_TRANSACTION, PRODUCE, Proxy


@pytest.fixture
def open_log(kafka: Broker) -> Iterator[Opener]:
    with opening(kafka.address) as opener:
        yield opener


@pytest.fixture
def admin(open_log: Opener) -> Iterator[KafkaAdminClient]:
    """A client as an operator of the brokers uses it."""
    client = KafkaAdminClient(bootstrap_servers=open_log.address)
    yield client
    client.close()


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Fail if the block uses more CPU time."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def poll_until_error(consumer: Consumer) -> None:
    while True:
        assert not consumer.poll(timeout=1)


# 30: records that cannot be decoded


def test_30_a_record_whose_codec_is_missing_is_reported_and_nothing_is_skipped(
    open_log: Opener,
) -> None:
    log = open_log()
    log.append([new(b"one", b"before")])
    foreign = confluent_kafka.Producer(
        {
            "bootstrap.servers": open_log.address,
            "compression.type": "snappy",
            "partitioner": "murmur2_random",
        }
    )
    for _ in range(50):
        foreign.produce(f"{open_log.prefix}.in", key=b"one", value=b"x" * 500)
    foreign.flush(10)
    consumer = log.consumer("g", ["in"], slot="a")
    assert [r.value for r in take(consumer, 1)] == [b"before"]
    for _ in range(3):
        with within(5), cpu_limit(2), pytest.raises(OperatorError, match="python-snappy"):
            poll_until_error(consumer)
    with within(5), pytest.raises(OperatorError, match="codec that is not installed"):
        list(log.read("in"))
    assert unread(log, "g") == 51


def test_30_a_batch_that_is_damaged_on_the_brokers_disk_is_skipped_within_five_seconds(
    own_broker: Broker,
) -> None:
    with opening(own_broker.address) as open_log:
        log = open_log()
        for value in (b"first", b"DAMAGED" * 50, b"last"):
            log.append([new(b"one", value)])
        number = next(iter(log.read("in"))).partition
        own_broker.stop()
        (segment,) = own_broker.folder.glob(f"log/{open_log.prefix}.in-{number}/*.log")
        _damage(segment)
        own_broker.start()
        log = open_log(timeouts=KafkaTimeouts())  # a broker answers before its coordinators do
        consumer = log.consumer("g", ["in"], slot="a")
        consumer.poll(timeout=5)
        with within(5), cpu_limit(3):
            run_loop(log, consumer)
        assert [r.value for r in log.read("out")] == [b"first", b"last"]
        assert [r.value for r in log.read("in")] == [b"first", b"last"]


def _damage(segment: Path) -> None:
    """Invert one byte in the second of three batches."""
    content = bytearray(segment.read_bytes())
    second = 12 + int.from_bytes(content[8:12], "big")
    content[second + 12 + int.from_bytes(content[second + 8 : second + 12], "big") - 1] ^= 0xFF
    segment.write_bytes(content)


# 8: too large


def test_08_a_lower_limit_of_the_broker_is_reported_like_the_streams_own(
    open_log: Opener, admin: KafkaAdminClient
) -> None:
    log = open_log()
    log.append([new(b"k")])
    _alter(admin, f"{open_log.prefix}.in", "max.message.bytes", "4000")
    with pytest.raises(RecordTooLargeError, match="larger than Kafka accepts"):
        log.append([new(b"k", os.urandom(9_000))])
    with pytest.raises(RecordTooLargeError, match="10,001"):
        log.append([new(b"k", os.urandom(10_001))])
    log.append([new(b"k", b"fits")])
    assert [r.value for r in log.read("in")] == [b"v", b"fits"]


def test_08_a_lower_limit_of_the_broker_fails_one_transaction_and_no_other(
    open_log: Opener, admin: KafkaAdminClient
) -> None:
    log = open_log()
    log.append(numbered(3))
    log.append([new(b"k", b"v", "out")])
    _alter(admin, f"{open_log.prefix}.out", "max.message.bytes", "4000")
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(timeout=10)

    def copy_too_large() -> None:
        with consumer.transaction(batch) as out:
            out.append(new(b"k", os.urandom(9_000), "out"))

    with pytest.raises(RecordTooLargeError):
        copy_too_large()
    assert unread(log, "g") == 3
    run_loop(log, consumer)
    assert len([r for r in log.read("out") if r.header("source")]) == 3


def _alter(client: KafkaAdminClient, topic: str, name: str, value: str) -> None:
    """Change a setting and return once it is in effect.

    A change is visible when it begins, and the next one begins when it is complete.
    """
    configs: dict[str, str] = {}
    for key, wanted in ((name, value), ("segment.jitter.ms", "1")):
        configs[key] = wanted
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs=dict(configs))
        client.alter_configs([resource])
        eventually(partial(_has_setting, client, topic, key, wanted))


def _has_setting(client: KafkaAdminClient, topic: str, name: str, value: str) -> bool:
    query = ConfigResource(ConfigResourceType.TOPIC, topic, configs=None)
    entries = client.describe_configs([query], config_filter="all")["topic"][topic]
    return bool(entries[name]["value"] == value)


# 2, 29: streams and records that are deleted


def test_02_a_stream_that_is_deleted_while_it_is_used_is_reported_within_the_limit(
    open_log: Opener, admin: KafkaAdminClient
) -> None:
    log = open_log()
    log.append(numbered(3))
    consumer = log.consumer("g", ["in"], slot="a")
    consumer.poll(timeout=10)
    admin.delete_topics([f"{open_log.prefix}.in"])
    eventually(
        lambda: f"{open_log.prefix}.in" not in admin.list_topics()
    )  # answered before it is done
    with within(SHORT.delivery + 8), pytest.raises(StreamError):
        log.append(numbered(1))
    with within(8), suppress(StreamError):
        assert not consumer.poll(timeout=1)
    fresh = open_log()  # creates it again
    fresh.append(numbered(2))
    assert len(list(fresh.read("in"))) == 2


def test_29_a_group_that_retention_overtakes_in_the_middle_of_its_work_continues(
    open_log: Opener, admin: KafkaAdminClient
) -> None:
    log = open_log()
    log.append([new(b"one", str(n).encode()) for n in range(100)])
    number = next(iter(log.read("in"))).partition
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(limit=10, timeout=10)
    consumer.commit(batch)
    consumer.close()
    admin.delete_records({TopicPartition(f"{open_log.prefix}.in", number): 60})
    returned = log.consumer("g", ["in"], slot="a")
    with within(20), pytest.raises(OffsetOutOfRangeError, match=rf"in/{number} offsets 10 to 59"):
        poll_until_error(returned)
    result = run_loop(log, returned)
    assert result.records == 40
    assert [r.value for r in log.read("out")] == [str(n).encode() for n in range(60, 100)]


# 12: faults of the network


@pytest.fixture
def proxied(start_broker: StartBroker) -> Iterator[tuple[Proxy, Opener]]:
    with Proxy() as proxy:
        broker = start_broker(listeners=[Listener("PROXIED", advertised=proxy.port)])
        proxy.target = broker.port("PROXIED")
        with opening(f"127.0.0.1:{proxy.port}") as open_log:
            yield proxy, open_log


def test_12_records_are_neither_lost_nor_repeated_when_the_network_loses_delays_and_cuts(
    proxied: tuple[Proxy, Opener],
) -> None:
    proxy, open_log = proxied
    log = open_log()
    log.append(numbered(5))
    proxy.lose_reply_to(PRODUCE)
    log.append(numbered(5))
    assert proxy.lost == 1
    assert _values(log) == sorted([str(n).encode() for n in range(5)] * 2)

    consumer = log.consumer("g", ["in"], slot="a")
    for request in (PRODUCE, END_TRANSACTION):
        proxy.lose_reply_to(request)
        run_loop(log, consumer)
        assert_copied_once(log)
        log.append(numbered(5))
    assert proxy.lost == 3

    proxy.delay = 0.3
    run_loop(log, consumer)
    assert_copied_once(log)
    proxy.delay = 0.0

    log.append(numbered(5))
    proxy.refusing = True
    proxy.cut()
    with within(SHORT.delivery + 10), pytest.raises(StreamUnavailableError):
        log.append(numbered(1, "out"))
    proxy.refusing = False
    run_loop(log, consumer)
    sources = [r.header("source") for r in log.read("out") if r.header("source")]
    assert len(sources) == len(set(sources)) == len(list(log.read("in")))


def _values(log: StreamLog) -> list[bytes]:
    return sorted(r.value or b"" for r in log.read("in"))
