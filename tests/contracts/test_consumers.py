"""What the program writes to Apache Kafka, as read by a client that shares no code with it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime

import jsonschema
import pytest
from confluent_kafka import TIMESTAMP_CREATE_TIME, Message, Producer, TopicPartition

from core.clock import utc_now
from core.messages.envelope import ALERTS, ARTICLES, DEAD_LETTER, ENRICHED, MATCHES, STREAM_MESSAGES
from core.streams.partitioner import partition_of
from core.streams.port import NewRecord
from tests.contracts.kafka_streams import fill, new_prefix, partitions_of, read_all, reader
from tests.contracts.published_run import (
    COPY,
    RFC3339,
    PublishedRun,
    cloud_event,
    opened,
    run_and_collect,
    schema_of,
)
from tests.support.kafka import Broker

pytestmark = pytest.mark.timeout(300)  # whole runs of the program, also on a busy machine

Read = dict[str, list[Message]]
"""Messages by stream, named without the prefix."""

STREAMS = (*STREAM_MESSAGES, DEAD_LETTER, COPY)


@pytest.fixture(scope="module")
def on_kafka(kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> PublishedRun:
    """Run the program on a real broker, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("consumers")
    url = f"kafka://{kafka.address}"
    return run_and_collect(folder, streams_url=url, streams_prefix=new_prefix())


@pytest.fixture(scope="module")
def read(kafka: Broker, on_kafka: PublishedRun) -> Read:
    return everything(kafka, on_kafka)


def kafka_topic(run: PublishedRun, stream: str) -> str:
    return f"{run.settings.streams_prefix}.{stream}"


def everything(kafka: Broker, run: PublishedRun) -> Read:
    return {stream: read_all(kafka.address, kafka_topic(run, stream)) for stream in STREAMS}


def headers_of(message: Message) -> dict[str, bytes]:
    headers = message.headers()
    assert isinstance(headers, list)
    return {name: value for name, value in headers if isinstance(value, bytes)}


def id_of(message: Message) -> str:
    return headers_of(message)["ce_id"].decode()


def position(message: Message) -> tuple[int | None, int | None]:
    return message.partition(), message.offset()


def without_poison(messages: list[Message], run: PublishedRun) -> list[Message]:
    """Leave out the record that the run appended itself and could not process."""
    return [message for message in messages if message.key() != run.poison.key]


def test_another_client_reads_the_same_records(read: Read, on_kafka: PublishedRun) -> None:
    for stream in STREAMS:
        by_kafka = [
            (m.partition(), m.offset(), m.key(), m.value(), tuple(m.headers() or ()))
            for m in read[stream]
        ]
        by_wirewatch = [
            (r.partition, r.offset, r.key, r.value, r.headers) for r in on_kafka.on(stream)
        ]
        assert sorted(by_kafka) == sorted(by_wirewatch)
        assert by_kafka


@pytest.mark.parametrize("stream", [*STREAM_MESSAGES, COPY])
def test_every_record_fits_its_schema_and_is_a_cloud_event(
    read: Read, on_kafka: PublishedRun, stream: str
) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(stream))
    for message in without_poison(read[stream], on_kafka):
        event = cloud_event(headers_of(message), message.key(), message.value() or b"")
        validator.validate(event.get_data())
        assert event.get_specversion() == "1.0"
        assert event.get_dataschema() == schema_of(stream)["$id"]
        assert event.get_extension("partitionkey").encode() == message.key()
        assert RFC3339.fullmatch(headers_of(message)["ce_time"].decode())
        time = event.get_time()
        assert time is not None
        kind, stamp = message.timestamp()
        assert kind == TIMESTAMP_CREATE_TIME
        assert abs(time.timestamp() * 1000 - stamp) <= 1


def test_a_dead_letter_has_the_original_bytes(read: Read, on_kafka: PublishedRun) -> None:
    stages = set()
    for dead_letter in read[DEAD_LETTER]:
        original = on_kafka.poison.key, on_kafka.poison.value
        assert (dead_letter.key(), dead_letter.value()) == original
        headers = headers_of(dead_letter)
        assert headers["dlq_original_stream"] == ARTICLES.encode()
        stages.add(headers["dlq_stage"])
    assert stages == {b"archive", b"processors"}


def test_keys_are_in_the_partitions_that_librdkafkas_murmur2_chooses(
    kafka: Broker, read: Read
) -> None:
    records = [
        NewRecord(stream, message.key(), b"", (), utc_now())
        for stream in STREAMS
        for message in read[stream]
    ]
    many = [NewRecord(ARTICLES, f"key {n}".encode(), b"", (), utc_now()) for n in range(50)]
    prefix = new_prefix()
    counts = {s: len(partitions_of(kafka.address, topic_of(read, s))) for s in STREAMS}
    fill(kafka.address, prefix, counts, records + many)
    for stream in STREAMS:
        placed = {m.key(): m.partition() for m in read_all(kafka.address, f"{prefix}.{stream}")}
        assert {m.key(): m.partition() for m in read[stream]}.items() <= placed.items()
        assert placed == {key: partition_of(key or b"", counts[stream]) for key in placed}


def topic_of(read: Read, stream: str) -> str:
    return str(read[stream][0].topic())


def test_reading_from_a_date_begins_at_that_date_in_each_partition(
    kafka: Broker, on_kafka: PublishedRun, read: Read
) -> None:
    with opened(on_kafka.settings) as log:
        stream, name = MATCHES, kafka_topic(on_kafka, MATCHES)
        stamps = sorted({message.timestamp()[1] for message in read[stream]})
        for moment in (stamps[0], stamps[-1], stamps[-1] + 1):
            times = [TopicPartition(name, p, moment) for p in partitions_of(kafka.address, name)]
            with closing(reader(kafka.address)) as consumer:
                offsets = consumer.offsets_for_times(times, 30)
            messages = read_all(kafka.address, name, offsets)
            expected = {position(m) for m in read[stream] if m.timestamp()[1] >= moment}
            recent = {position(m) for m in messages if m.timestamp()[1] >= moment}
            assert recent == expected
            when = datetime.fromtimestamp(moment / 1000, UTC)
            by_wirewatch = [(r.partition, r.offset) for r in log.read(stream, start=when)]
            assert sorted(map(position, messages)) == sorted(by_wirewatch)


def test_replayed_records_have_the_ids_of_the_originals(
    kafka: Broker, on_kafka: PublishedRun, read: Read
) -> None:
    on_kafka.installation.run("streams", "replay", "--from", "start")
    for stream in (ENRICHED, MATCHES, COPY):
        now = read_all(kafka.address, kafka_topic(on_kafka, stream))
        assert len(now) == 2 * len(read[stream])
        first_by_id: dict[str, Message] = {}
        for message in sorted(now, key=position):
            first_by_id.setdefault(id_of(message), message)
        originals = set(map(position, read[stream]))
        assert set(map(position, first_by_id.values())) == originals
        if stream != ENRICHED:
            repeats = [json.loads(m.value() or b"") for m in now if position(m) not in originals]
            assert {value["article"]["origin"] for value in repeats} == {"replay"}
    on_kafka.installation.run("run", "--once", "--only", "processors,alerts")
    for stream in (ARTICLES, ALERTS):  # a replay notifies nobody
        assert len(read_all(kafka.address, kafka_topic(on_kafka, stream))) == len(read[stream])


def append_and_abort(address: str, name: str, key: bytes) -> None:
    """Send a record in a transaction and abort it, with confluent-kafka."""
    producer = Producer({"bootstrap.servers": address, "transactional.id": new_prefix()})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(name, key=key, value=b"{}")
    assert producer.flush(30) == 0
    producer.abort_transaction(30)


def test_records_of_an_aborted_transaction_are_read_by_neither(
    kafka: Broker, on_kafka: PublishedRun
) -> None:
    name, key = kafka_topic(on_kafka, ENRICHED), b"aborted"
    before = {m.key() for m in read_all(kafka.address, name)}
    append_and_abort(kafka.address, name, key)
    assert {m.key() for m in read_all(kafka.address, name)} == before
    with opened(on_kafka.settings) as log:
        assert {record.key for record in log.read(ENRICHED)} == before
    uncommitted = read_all(kafka.address, name, isolation="read_uncommitted")
    assert {m.key() for m in uncommitted} == before | {key}  # it was in the log
