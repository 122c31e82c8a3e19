"""What is this engine's own: how streams are made, codecs, members that leave, marks in the log."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import structlog
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from config.errors import FencedError, SettingsError
from config.settings import Settings
from core.clock import utc_now
from core.streams.kafka import KafkaLog, options
from core.streams.kafka.records import place
from core.streams.kafka.seeking import at
from core.streams.port import NewRecord, StreamSpec
from tests.core.streams.kafka.weather import QUICK, Open, copy, opening
from tests.core.streams.support import (
    DAY,
    SPECS,
    every,
    new,
    numbered,
    share_out,
    take,
    unread,
)
from tests.support.kafka import Broker


@pytest.fixture
def opener(kafka: Broker) -> Iterator[Open]:
    with opening(kafka.address) as opened:
        yield opened


# Streams


def test_01_streams_are_made_as_asked_and_described_as_they_are(opener: Open) -> None:
    log = opener()
    log.create([StreamSpec("odd", 5, timedelta(days=9), 123_456)])
    (info,) = [i for i in log.streams() if i.name == "odd"]
    assert (info.partitions, info.retention, info.max_record_bytes, info.replication) == (
        5,
        timedelta(days=9),
        123_456,
        1,
    )
    assert (info.records, info.newest) == (0, None)
    moment = utc_now().replace(microsecond=0)
    log.append([NewRecord("odd", b"k", b"x" * 123_456, (), moment)])
    (info,) = [i for i in log.streams() if i.name == "odd"]
    assert (info.records, info.newest) == (1, moment)
    assert info.bytes > 0
    configs = _configs(opener, "odd")
    assert configs["cleanup.policy"] == "delete"
    assert configs["message.timestamp.type"] == "CreateTime"
    assert configs["message.timestamp.after.max.ms"] == str(2**63 - 1)


def test_01_processes_that_create_at_once_all_succeed(opener: Open) -> None:
    logs = [opener() for _ in range(4)]
    specs = [StreamSpec(f"at-once-{n}", 2, DAY) for n in range(3)]
    errors: list[BaseException] = []

    def create(log: KafkaLog) -> None:
        try:
            log.create(specs)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=create, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {s.name for s in specs} <= {i.name for i in logs[0].streams()}


def test_01_an_existing_stream_with_other_settings_is_told_once_and_left_alone(
    opener: Open,
) -> None:
    log = opener()
    other = StreamSpec("in", 6, 2 * DAY, 20_000, replication=2)
    with structlog.testing.capture_logs() as lines:
        log.create([other])
        log.create([other])
    told = [line for line in lines if line["event"] == "stream_differs"]
    assert [line["stream"] for line in told] == ["in"] * 3
    assert "--add-config retention.ms=172800000" in told[0]["difference"]
    assert _configs(opener, "in")["retention.ms"] == "86400000"


def test_01_more_copies_than_brokers_is_a_sentence(opener: Open) -> None:
    with pytest.raises(SettingsError, match=r"'many'.*WIREWATCH_STREAMS_REPLICATION"):
        opener().create([StreamSpec("many", 1, DAY, replication=99)])


def _configs(opener: Open, stream: str) -> dict[str, Any]:
    admin = KafkaAdminClient(bootstrap_servers=opener.address)
    name = f"{opener.prefix}.{stream}"
    asked = ConfigResource(ConfigResourceType.TOPIC, name, configs=None)
    found = admin.describe_configs([asked], config_filter="all")["topic"][name]
    admin.close()
    return {key: entry["value"] for key, entry in found.items()}


# Codecs


@pytest.mark.parametrize("codec", ["zstd", "lz4", "gzip", "none"])
def test_09_what_is_packed_in_any_codec_comes_back(opener: Open, codec: str) -> None:
    opener()
    settings = Settings.model_validate({"streams_compression": codec})
    log = KafkaLog(
        options(opener.address, settings, client="codec"), clock=utc_now, prefix=opener.prefix
    )
    values = [str(n).encode() * 500 for n in range(20)]
    log.append([new(b"k", value) for value in values])
    consumer = log.consumer("g", ["in"], slot="a")
    with consumer.transaction(consumer.poll(timeout=10)) as out:
        out.append(*(new(b"k", value, "out") for value in values))
    assert [r.value for r in log.read("in")] == values
    assert [r.value for r in log.read("out")] == values
    log.close()


# Members


def test_24_a_batch_longer_than_a_session_keeps_its_partitions(opener: Open) -> None:
    log = opener()
    log.append(numbered(20))
    consumer = log.consumer("g", ["in"], slot="slow")
    batch = consumer.poll(timeout=10)
    greedy = opener().consumer("g", ["in"], slot="z")
    until = time.monotonic() + 5  # a session is three seconds
    while time.monotonic() < until:
        assert not greedy.poll(timeout=0.2)
    consumer.commit(batch)
    assert batch.records
    assert unread(log, "g") == 20 - len(batch.records)


def test_22_who_leaves_is_not_waited_for(opener: Open) -> None:
    log = opener(times=dataclasses.replace(QUICK, session=40.0, closing=10.0))
    log.append(numbered(20))
    first = log.consumer("g", ["in"], slot="a")
    assert take(first, 20)
    first.close()
    assert {x.member for x in log.lag("g", ["in"])} == {None}
    began = time.monotonic()
    assert len(take(log.consumer("g", ["in"], slot="b"), 20)) == 20
    assert time.monotonic() - began < 20  # a session is forty seconds


def test_23_a_restart_of_a_member_shares_out_nothing_anew(opener: Open) -> None:
    log = opener()
    killed, other = (log.consumer("g", ["in"], slot=s) for s in "ab")
    share_out(log, killed, other)
    log.append(numbered(40))
    batch = other.poll(timeout=10)
    again = opener().consumer("g", ["in"], slot="a")
    assert again.poll(timeout=10).ranges[0].epoch == batch.ranges[0].epoch
    other.commit(batch)


def test_a_full_partition_neither_starves_the_others_nor_gets_stuck(opener: Open) -> None:
    log = opener()
    log.append([new(b"flood", b"x" * 900) for _ in range(3000)])
    log.append(numbered(60))
    consumer = log.consumer("g", ["in"], slot="a")
    first = consumer.poll(limit=60, timeout=10)
    assert {r.partition for r in first.records} == {r.partition for r in log.read("in")}
    consumer.rewind()
    assert len(every(consumer, 3060)) == 3060


# Marks of transactions in the log


def test_42_a_stream_of_transactions_is_drained_though_its_last_offset_is_a_mark(
    opener: Open,
) -> None:
    log = opener()
    log.append(numbered(30))
    source = log.consumer("g", ["in"], slot="a")
    left = 30
    while left:
        batch = source.poll(limit=7, timeout=10)
        assert batch
        copy(source, batch)
        left -= len(batch.records)
    reader = log.consumer("r", ["out"], slot="a")
    found = take(reader, 30)
    assert sum(x.records for x in log.lag("r", ["out"])) >= 30
    reader.rewind()
    left = 30
    while left:
        batch = reader.poll(timeout=10)
        assert batch
        reader.commit(batch)
        left -= len(batch.records)
    assert {(x.records, x.seconds) for x in log.lag("r", ["out"])} == {(0, 0.0)}
    assert sorted(r.value or b"" for r in found) == sorted(r.value or b"" for r in log.read("out"))
    early = log.consumer("half", ["out"], slot="a")
    early.commit(early.poll(limit=4, timeout=10))
    assert 26 <= sum(x.records for x in log.lag("half", ["out"])) < 60


def test_32_35_what_was_aborted_is_never_read_never_unread_and_the_next_goes_through(
    opener: Open,
) -> None:
    log = opener()
    log.append(numbered(5))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(timeout=10)
    stale = consumer._held.membership._replace(generation_id=77)
    outputs = [place(record, log._topics) for record in numbered(5, "out")]
    with pytest.raises(FencedError):
        consumer._transactions.run(outputs, at(consumer._positions(batch)), stale)
    (info,) = [i for i in log.streams() if i.name == "out"]
    assert info.records >= 5  # they are in the log, and the mark that says that they do not count
    assert list(log.read("out")) == []
    assert {x.records for x in log.lag("r", ["out"])} == {0}
    copy(consumer, batch)
    assert len(list(log.read("out"))) == len(batch.records)


def test_groups_of_others_are_not_ours(opener: Open) -> None:
    log = opener()
    log.append(numbered(1))
    mine = log.consumer("mine", ["in"], slot="a")
    mine.poll(timeout=5)
    with opening(opener.address) as elsewhere:
        assert elsewhere().groups() == []
    assert log.groups() == ["mine"]
    assert {i.name for i in log.streams()} == {spec.name for spec in SPECS}
