"""What the program wrote to Apache Kafka, read by a client that is not ours."""

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
from tests.contracts.kafka_scene import fill, new_prefix, partitions_of, read_all, reader
from tests.contracts.scene import (
    COPY,
    RFC3339,
    Walked,
    cloud_event,
    opened,
    schema_of,
    walk_through,
)
from tests.support.kafka import Broker

pytestmark = pytest.mark.timeout(300)  # whole runs of the program, on machines that are busy

Read = dict[str, list[Message]]
"""By stream, without the prefix."""

STREAMS = (*STREAM_MESSAGES, DEAD_LETTER, COPY)


@pytest.fixture(scope="module")
def on_kafka(kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    """The installation, on real Kafka."""
    folder = tmp_path_factory.mktemp("consumers")
    url = f"kafka://{kafka.address}"
    return walk_through(folder, streams_url=url, streams_prefix=new_prefix())


@pytest.fixture(scope="module")
def read(kafka: Broker, on_kafka: Walked) -> Read:
    return everything(kafka, on_kafka)


def topic(walked: Walked, stream: str) -> str:
    return f"{walked.settings.streams_prefix}.{stream}"


def everything(kafka: Broker, walked: Walked) -> Read:
    return {stream: read_all(kafka.address, topic(walked, stream)) for stream in STREAMS}


def headers_of(message: Message) -> dict[str, bytes]:
    found = message.headers()
    assert isinstance(found, list)
    return {name: value for name, value in found if isinstance(value, bytes)}


def id_of(message: Message) -> str:
    return headers_of(message)["ce_id"].decode()


def place(message: Message) -> tuple[int | None, int | None]:
    return message.partition(), message.offset()


def ours(messages: list[Message], walked: Walked) -> list[Message]:
    """Without the record that the test itself put there to be set aside."""
    return [message for message in messages if message.key() != walked.dead.key]


def test_another_client_reads_what_our_own_reads(read: Read, on_kafka: Walked) -> None:
    for stream in STREAMS:
        theirs = [
            (m.partition(), m.offset(), m.key(), m.value(), tuple(m.headers() or ()))
            for m in read[stream]
        ]
        own = [(r.partition, r.offset, r.key, r.value, r.headers) for r in on_kafka.on(stream)]
        assert sorted(theirs) == sorted(own)
        assert theirs


@pytest.mark.parametrize("stream", [*STREAM_MESSAGES, COPY])
def test_every_record_fits_its_schema_and_is_a_cloud_event(
    read: Read, on_kafka: Walked, stream: str
) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(stream))
    for message in ours(read[stream], on_kafka):
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


def test_the_dead_letter_holds_the_original_bytes(read: Read, on_kafka: Walked) -> None:
    [letter] = read[DEAD_LETTER]
    assert (letter.key(), letter.value()) == (on_kafka.dead.key, on_kafka.dead.value)
    assert headers_of(letter)["dlq_original_stream"] == ARTICLES.encode()


def test_a_key_lies_where_librdkafkas_murmur2_puts_it(kafka: Broker, read: Read) -> None:
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


def test_reading_from_a_date_gives_each_partition_from_there_on(
    kafka: Broker, on_kafka: Walked, read: Read
) -> None:
    with opened(on_kafka.settings) as log:
        stream, name = MATCHES, topic(on_kafka, MATCHES)
        stamps = sorted({message.timestamp()[1] for message in read[stream]})
        for moment in (stamps[0], stamps[-1], stamps[-1] + 1):
            asked = [TopicPartition(name, p, moment) for p in partitions_of(kafka.address, name)]
            with closing(reader(kafka.address)) as consumer:
                places = consumer.offsets_for_times(asked, 30)
            found = read_all(kafka.address, name, places)
            wanted = {place(m) for m in read[stream] if m.timestamp()[1] >= moment}
            assert {place(m) for m in found if m.timestamp()[1] >= moment} == wanted
            when = datetime.fromtimestamp(moment / 1000, UTC)
            own = [(r.partition, r.offset) for r in log.read(stream, start=when)]
            assert sorted(map(place, found)) == sorted(own)


def test_what_is_replayed_has_the_ids_of_the_originals(
    kafka: Broker, on_kafka: Walked, read: Read
) -> None:
    on_kafka.installation.run("streams", "replay", "--from", "start")
    for stream in (ENRICHED, MATCHES, COPY):
        now = read_all(kafka.address, topic(on_kafka, stream))
        assert len(now) == 2 * len(read[stream])
        kept: dict[str, Message] = {}
        for message in sorted(now, key=place):
            kept.setdefault(id_of(message), message)
        originals = set(map(place, read[stream]))
        assert set(map(place, kept.values())) == originals
        if stream != ENRICHED:
            again = [json.loads(m.value() or b"") for m in now if place(m) not in originals]
            assert {value["article"]["origin"] for value in again} == {"replay"}
    on_kafka.installation.run("run", "--once", "--only", "processors,alerts")
    for stream in (ARTICLES, ALERTS):  # nobody is told of what was replayed
        assert len(read_all(kafka.address, topic(on_kafka, stream))) == len(read[stream])


def take_back(address: str, name: str, key: bytes) -> None:
    """Send a record in a transaction and abort it, with a client that is not ours."""
    producer = Producer({"bootstrap.servers": address, "transactional.id": new_prefix()})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(name, key=key, value=b"{}")
    assert producer.flush(30) == 0
    producer.abort_transaction(30)


def test_records_of_a_transaction_taken_back_are_seen_by_neither(
    kafka: Broker, on_kafka: Walked
) -> None:
    name, key = topic(on_kafka, ENRICHED), b"taken back"
    before = {m.key() for m in read_all(kafka.address, name)}
    take_back(kafka.address, name, key)
    assert {m.key() for m in read_all(kafka.address, name)} == before
    with opened(on_kafka.settings) as log:
        assert {record.key for record in log.read(ENRICHED)} == before
    careless = read_all(kafka.address, name, isolation="read_uncommitted")
    assert {m.key() for m in careless} == before | {key}  # it was there to be seen
