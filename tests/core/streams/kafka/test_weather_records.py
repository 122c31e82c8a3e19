"""Bad weather: records that cannot be read, are too large, are gone, or get lost on their way."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
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
from tests.core.streams.kafka.weather import (
    QUICK,
    Open,
    each_copied_once,
    opening,
    run,
    within,
)
from tests.core.streams.support import eventually, new, numbered, take, unread
from tests.support.kafka import Broker, Listener, StartBroker
from tests.support.proxy import END_TRANSACTION, PRODUCE, Proxy


@pytest.fixture
def opener(kafka: Broker) -> Iterator[Open]:
    with opening(kafka.address) as open_log:
        yield open_log


@pytest.fixture
def ask(opener: Open) -> Iterator[KafkaAdminClient]:
    """An administrator's client."""
    client = KafkaAdminClient(bootstrap_servers=opener.address)
    yield client
    client.close()


class busy:  # noqa: N801 - reads as a limit
    """What is done in here must not take more of this processor's time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._began = time.process_time()

    def __exit__(self, *_: object) -> None:
        assert time.process_time() - self._began < self._seconds


def poll_on(consumer: Consumer) -> None:
    """Until it raises something."""
    while True:
        assert not consumer.poll(timeout=1)


# 30: records that cannot be read


def test_30_a_record_in_a_codec_that_is_missing_is_named_and_nothing_is_skipped(
    opener: Open,
) -> None:
    log = opener()
    log.append([new(b"one", b"before")])
    foreign = confluent_kafka.Producer(
        {
            "bootstrap.servers": opener.address,
            "compression.type": "snappy",
            "partitioner": "murmur2_random",
        }
    )
    for _ in range(50):
        foreign.produce(f"{opener.prefix}.in", key=b"one", value=b"x" * 500)
    foreign.flush(10)
    consumer = log.consumer("g", ["in"], slot="a")
    assert [r.value for r in take(consumer, 1)] == [b"before"]
    for _ in range(3):
        with within(5), busy(2), pytest.raises(OperatorError, match="python-snappy"):
            poll_on(consumer)
    with within(5), pytest.raises(OperatorError, match="codec that is not installed"):
        list(log.read("in"))
    assert unread(log, "g") == 51


def test_30_a_batch_that_is_damaged_on_the_brokers_disk_is_passed_over_within_five_seconds(
    own_broker: Broker,
) -> None:
    with opening(own_broker.address) as opener:
        log = opener()
        for value in (b"first", b"DAMAGED" * 50, b"last"):
            log.append([new(b"one", value)])
        number = next(iter(log.read("in"))).partition
        own_broker.stop()
        (segment,) = own_broker.folder.glob(f"log/{opener.prefix}.in-{number}/*.log")
        _damage(segment)
        own_broker.start()
        log = opener(times=KafkaTimeouts())  # a broker answers before its coordinators do
        consumer = log.consumer("g", ["in"], slot="a")
        consumer.poll(timeout=5)
        with within(5), busy(3):
            run(log, consumer)
        assert [r.value for r in log.read("out")] == [b"first", b"last"]
        assert [r.value for r in log.read("in")] == [b"first", b"last"]


def _damage(segment: Path) -> None:
    """Turn one byte in the second of three batches."""
    content = bytearray(segment.read_bytes())
    second = 12 + int.from_bytes(content[8:12], "big")
    content[second + 12 + int.from_bytes(content[second + 8 : second + 12], "big") - 1] ^= 0xFF
    segment.write_bytes(content)


# 8: too large


def test_08_the_brokers_own_lower_limit_is_told_as_ours_is(
    opener: Open, ask: KafkaAdminClient
) -> None:
    log = opener()
    log.append([new(b"k")])
    _alter(ask, f"{opener.prefix}.in", "max.message.bytes", "4000")
    with pytest.raises(RecordTooLargeError, match="larger than Kafka takes"):
        log.append([new(b"k", os.urandom(9_000))])
    with pytest.raises(RecordTooLargeError, match="10,001"):
        log.append([new(b"k", os.urandom(10_001))])
    log.append([new(b"k", b"fits")])
    assert [r.value for r in log.read("in")] == [b"v", b"fits"]


def test_08_the_brokers_own_lower_limit_spoils_a_transaction_and_only_that(
    opener: Open, ask: KafkaAdminClient
) -> None:
    log = opener()
    log.append(numbered(3))
    log.append([new(b"k", b"v", "out")])
    _alter(ask, f"{opener.prefix}.out", "max.message.bytes", "4000")
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(timeout=10)

    def careless() -> None:
        with consumer.transaction(batch) as out:
            out.append(new(b"k", os.urandom(9_000), "out"))

    with pytest.raises(RecordTooLargeError):
        careless()
    assert unread(log, "g") == 3
    run(log, consumer)
    assert len([r for r in log.read("out") if r.header("source")]) == 3


def _alter(client: KafkaAdminClient, topic: str, name: str, value: str) -> None:
    """Returns once it holds: a change shows as it begins, and the next begins when it is over."""
    configs: dict[str, str] = {}
    for key, wanted in ((name, value), ("segment.jitter.ms", "1")):
        configs[key] = wanted
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs=dict(configs))
        client.alter_configs([resource])
        eventually(partial(_shows, client, topic, key, wanted))


def _shows(client: KafkaAdminClient, topic: str, name: str, value: str) -> bool:
    asked = ConfigResource(ConfigResourceType.TOPIC, topic, configs=None)
    found = client.describe_configs([asked], config_filter="all")["topic"][topic]
    return bool(found[name]["value"] == value)


# 2, 29: streams and records that are gone


def test_02_a_stream_that_is_deleted_under_us_is_told_within_the_limit(
    opener: Open, ask: KafkaAdminClient
) -> None:
    log = opener()
    log.append(numbered(3))
    consumer = log.consumer("g", ["in"], slot="a")
    consumer.poll(timeout=10)
    ask.delete_topics([f"{opener.prefix}.in"])
    eventually(lambda: f"{opener.prefix}.in" not in ask.list_topics())  # told before it is done
    with within(QUICK.delivery + 8), pytest.raises(StreamError):
        log.append(numbered(1))
    with within(8), suppress(StreamError):
        assert not consumer.poll(timeout=1)
    fresh = opener()  # makes it anew
    fresh.append(numbered(2))
    assert len(list(fresh.read("in"))) == 2


def test_29_a_group_that_retention_overtakes_in_mid_work_is_told_and_goes_on(
    opener: Open, ask: KafkaAdminClient
) -> None:
    log = opener()
    log.append([new(b"one", str(n).encode()) for n in range(100)])
    number = next(iter(log.read("in"))).partition
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(limit=10, timeout=10)
    consumer.commit(batch)
    consumer.close()
    ask.delete_records({TopicPartition(f"{opener.prefix}.in", number): 60})
    again = log.consumer("g", ["in"], slot="a")
    with within(20), pytest.raises(OffsetOutOfRangeError, match=rf"in/{number} offsets 10 to 59"):
        poll_on(again)
    done = run(log, again)
    assert done.records == 40
    assert [r.value for r in log.read("out")] == [str(n).encode() for n in range(60, 100)]


# 12: replies that get lost, and other trouble on the way


@pytest.fixture
def proxied(start_broker: StartBroker) -> Iterator[tuple[Proxy, Open]]:
    with Proxy() as proxy:
        broker = start_broker(listeners=[Listener("PROXIED", advertised=proxy.port)])
        proxy.target = broker.port("PROXIED")
        with opening(f"127.0.0.1:{proxy.port}") as opener:
            yield proxy, opener


def test_12_what_the_network_loses_delays_and_cuts_is_neither_lost_nor_doubled(
    proxied: tuple[Proxy, Open],
) -> None:
    proxy, opener = proxied
    log = opener()
    log.append(numbered(5))
    proxy.lose_reply_to(PRODUCE)
    log.append(numbered(5))
    assert proxy.lost == 1
    assert _values(log) == sorted([str(n).encode() for n in range(5)] * 2)

    consumer = log.consumer("g", ["in"], slot="a")
    for request in (PRODUCE, END_TRANSACTION):
        proxy.lose_reply_to(request)
        run(log, consumer)
        each_copied_once(log)
        log.append(numbered(5))
    assert proxy.lost == 3

    proxy.delay = 0.3
    run(log, consumer)
    each_copied_once(log)
    proxy.delay = 0.0

    log.append(numbered(5))
    proxy.refusing = True
    proxy.cut()
    with within(QUICK.delivery + 10), pytest.raises(StreamUnavailableError):
        log.append(numbered(1, "out"))
    proxy.refusing = False
    run(log, consumer)
    found = [r.header("source") for r in log.read("out") if r.header("source")]
    assert len(found) == len(set(found)) == len(list(log.read("in")))


def _values(log: StreamLog) -> list[bytes]:
    return sorted(r.value or b"" for r in log.read("in"))
