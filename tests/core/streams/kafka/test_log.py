"""What only this engine does: topics and their settings, codecs, members that leave, markers."""

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
from core.streams.kafka import KafkaLog, client_options
from core.streams.kafka.positions import to_offset_metadata
from core.streams.kafka.records import prepare_record
from core.streams.port import NewRecord, StreamSpec
from tests.core.streams.kafka.faults import SHORT, Opener, copy_batch, opening
from tests.core.streams.support import (
    DAY,
    SPECS,
    new,
    numbered,
    rebalance,
    take,
    take_distinct,
    unread,
)
from tests.support.kafka import Broker


@pytest.fixture
def open_log(kafka: Broker) -> Iterator[Opener]:
    with opening(kafka.address) as opener:
        yield opener


# Streams


def test_01_streams_are_created_as_specified_and_described_as_they_are(open_log: Opener) -> None:
    log = open_log()
    log.create([StreamSpec("odd", 5, timedelta(days=9), 123_456)])
    (info,) = [i for i in log.list_streams() if i.name == "odd"]
    assert (info.partitions, info.retention, info.max_record_bytes, info.replication) == (
        5,
        timedelta(days=9),
        123_456,
        1,
    )
    assert (info.records, info.newest) == (0, None)
    time = utc_now().replace(microsecond=0)
    log.append([NewRecord("odd", b"k", b"x" * 123_456, (), time)])
    (info,) = [i for i in log.list_streams() if i.name == "odd"]
    assert (info.records, info.newest) == (1, time)
    assert info.bytes > 0
    configs = _configs(open_log, "odd")
    assert configs["cleanup.policy"] == "delete"
    assert configs["message.timestamp.type"] == "CreateTime"
    assert configs["message.timestamp.after.max.ms"] == str(2**63 - 1)


def test_01_processes_that_create_streams_at_once_all_succeed(open_log: Opener) -> None:
    logs = [open_log() for _ in range(4)]
    specs = [StreamSpec(f"at-once-{n}", 2, DAY) for n in range(3)]
    errors: list[BaseException] = []

    def create(log: KafkaLog) -> None:
        try:
            log.create(specs)
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=create, args=(log,)) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert {s.name for s in specs} <= {i.name for i in logs[0].list_streams()}


def test_01_an_existing_stream_with_other_settings_is_reported_once_and_not_changed(
    open_log: Opener,
) -> None:
    log = open_log()
    other = StreamSpec("in", 6, 2 * DAY, 20_000, replication=2)
    with structlog.testing.capture_logs() as events:
        log.create([other])
        log.create([other])
    differences = [e for e in events if e["event"] == "stream_differs"]
    assert [e["stream"] for e in differences] == ["in"] * 3
    assert "--add-config retention.ms=172800000" in differences[0]["difference"]
    assert _configs(open_log, "in")["retention.ms"] == "86400000"


def test_01_more_copies_than_brokers_is_an_error_that_names_the_setting(open_log: Opener) -> None:
    with pytest.raises(SettingsError, match=r"'many'.*1 broker .*WIREWATCH_STREAMS_REPLICATION"):
        open_log().create([StreamSpec("many", 1, DAY, replication=99)])


def _configs(open_log: Opener, stream: str) -> dict[str, Any]:
    admin = KafkaAdminClient(bootstrap_servers=open_log.address)
    name = f"{open_log.prefix}.{stream}"
    query = ConfigResource(ConfigResourceType.TOPIC, name, configs=None)
    entries = admin.describe_configs([query], config_filter="all")["topic"][name]
    admin.close()
    return {key: entry["value"] for key, entry in entries.items()}


# Codecs


@pytest.mark.parametrize("codec", ["zstd", "lz4", "gzip", "none"])
def test_09_records_of_every_codec_can_be_read(open_log: Opener, codec: str) -> None:
    open_log()
    settings = Settings.model_validate({"streams_compression": codec})
    options = client_options(open_log.address, settings, client_id="codec")
    log = KafkaLog(options, clock=utc_now, prefix=open_log.prefix)
    contents = [str(n).encode() * 500 for n in range(20)]
    log.append([new(b"k", value) for value in contents])
    consumer = log.consumer("g", ["in"], slot="a")
    with consumer.transaction(consumer.poll(timeout=10)) as out:
        out.append(*(new(b"k", value, "out") for value in contents))
    assert [r.value for r in log.read("in")] == contents
    assert [r.value for r in log.read("out")] == contents
    log.close()


# Members


def test_24_a_batch_longer_than_a_session_keeps_its_partitions(open_log: Opener) -> None:
    log = open_log()
    log.append(numbered(20))
    consumer = log.consumer("g", ["in"], slot="slow")
    batch = consumer.poll(timeout=10)
    greedy = open_log().consumer("g", ["in"], slot="z")
    until = time.monotonic() + 5  # a session is three seconds
    while time.monotonic() < until:
        assert not greedy.poll(timeout=0.2)
    consumer.commit(batch)
    assert batch.records
    assert unread(log, "g") == 20 - len(batch.records)


def test_22_a_member_that_leaves_hands_over_before_its_session_expires(
    open_log: Opener,
) -> None:
    log = open_log(timeouts=dataclasses.replace(SHORT, session=40.0, closing=10.0))
    log.append(numbered(20))
    first = log.consumer("g", ["in"], slot="a")
    assert take(first, 20)
    first.close()
    assert {x.member for x in log.lag("g", ["in"])} == {None}
    began = time.monotonic()
    assert len(take(log.consumer("g", ["in"], slot="b"), 20)) == 20
    assert time.monotonic() - began < 20  # a session is forty seconds


def test_23_a_restart_of_a_member_causes_no_rebalance(open_log: Opener) -> None:
    log = open_log()
    killed, other = (log.consumer("g", ["in"], slot=s) for s in "ab")
    rebalance(log, killed, other)
    log.append(numbered(40))
    batch = other.poll(timeout=10)
    restarted = open_log().consumer("g", ["in"], slot="a")
    assert restarted.poll(timeout=10).ranges[0].epoch == batch.ranges[0].epoch
    other.commit(batch)


def test_41_a_full_partition_neither_starves_the_others_nor_gets_stuck(open_log: Opener) -> None:
    log = open_log()
    log.append([new(b"flood", b"x" * 900) for _ in range(3000)])
    log.append(numbered(60))
    consumer = log.consumer("g", ["in"], slot="a")
    first = consumer.poll(limit=60, timeout=10)
    assert {r.partition for r in first.records} == {r.partition for r in log.read("in")}
    consumer.rewind()
    assert len(take_distinct(consumer, 3060)) == 3060


# Transaction markers in the log


def test_42_the_lag_is_zero_although_the_last_offset_is_a_transaction_marker(
    open_log: Opener,
) -> None:
    log = open_log()
    log.append(numbered(30))
    source = log.consumer("g", ["in"], slot="a")
    remaining = 30
    while remaining:
        batch = source.poll(limit=7, timeout=10)
        assert batch
        copy_batch(source, batch)
        remaining -= len(batch.records)
    reader = log.consumer("r", ["out"], slot="a")
    records = take(reader, 30)
    assert sum(x.records for x in log.lag("r", ["out"])) >= 30
    reader.rewind()
    remaining = 30
    while remaining:
        batch = reader.poll(timeout=10)
        assert batch
        reader.commit(batch)
        remaining -= len(batch.records)
    assert {(x.records, x.seconds) for x in log.lag("r", ["out"])} == {(0, 0.0)}
    assert sorted(r.value or b"" for r in records) == sorted(
        r.value or b"" for r in log.read("out")
    )
    early = log.consumer("half", ["out"], slot="a")
    early.commit(early.poll(limit=4, timeout=10))
    assert 26 <= sum(x.records for x in log.lag("half", ["out"])) < 60


def test_32_35_aborted_records_are_never_read_nor_unread_and_the_next_transaction_commits(
    open_log: Opener,
) -> None:
    log = open_log()
    log.append(numbered(5))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll(timeout=10)
    stale = consumer._assigned.membership._replace(generation_id=77)
    outputs = [prepare_record(record, log._streams) for record in numbered(5, "out")]
    offsets = to_offset_metadata(consumer._offsets_after(batch))
    with pytest.raises(FencedError):
        consumer._producer.commit(outputs, offsets, stale)
    (info,) = [i for i in log.list_streams() if i.name == "out"]
    assert info.records >= 5  # the records are in the log, and the marker that they were aborted
    assert list(log.read("out")) == []
    assert {x.records for x in log.lag("r", ["out"])} == {0}
    copy_batch(consumer, batch)
    assert len(list(log.read("out"))) == len(batch.records)


def test_groups_and_streams_of_another_prefix_are_not_listed(open_log: Opener) -> None:
    log = open_log()
    log.append(numbered(1))
    consumer = log.consumer("own", ["in"], slot="a")
    consumer.poll(timeout=5)
    with opening(open_log.address) as open_other:
        assert open_other().list_groups() == []
    assert log.list_groups() == ["own"]
    assert {i.name for i in log.list_streams()} == {spec.name for spec in SPECS}
