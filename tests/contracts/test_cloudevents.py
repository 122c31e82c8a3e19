"""Our headers as the official CloudEvents SDK reads them, and what it leaves unchecked."""

from __future__ import annotations

import json
import re
from datetime import UTC
from urllib.parse import urlsplit

import pytest
from cloudevents.core.bindings.kafka import to_binary_event
from cloudevents.core.exceptions import CloudEventValidationError

from core.messages.envelope import STREAM_MESSAGES, schema_uri
from core.streams.port import NewRecord
from tests.contracts.published_run import RFC3339, cloud_event, schema_of
from wirewatch.contracts.examples import example_of
from wirewatch.contracts.stream_texts import TEXTS


@pytest.fixture(params=sorted(TEXTS))
def record(request: pytest.FixtureRequest) -> NewRecord:
    return example_of(request.param)


def test_every_kind_of_record_is_a_cloud_event(record: NewRecord) -> None:
    assert record.value is not None
    event = cloud_event(dict(record.headers), record.key, record.value)
    assert event.get_specversion() == "1.0"
    assert event.get_id()
    assert event.get_source()
    assert event.get_type().startswith("wirewatch.news.")
    assert event.get_datacontenttype() == "application/json"
    assert event.get_data() == json.loads(record.value)
    time = event.get_time()
    assert time is not None
    assert time.tzinfo is not None
    assert time.utcoffset() == UTC.utcoffset(None)


def test_the_headers_follow_kafkas_binding(record: NewRecord) -> None:
    names = [name for name, _ in record.headers]
    assert len(set(names)) == len(names)
    ours = [name for name in names if not name.startswith("dlq_")]
    assert set(ours) - {"content-type"} == {
        n for n in ours if re.fullmatch(r"ce_[a-z0-9]{1,20}", n)
    }
    assert "ce_datacontenttype" not in names  # the binding maps it to content-type
    assert all(value.decode() for _, value in record.headers)
    headers = {name: value.decode() for name, value in record.headers}
    assert RFC3339.fullmatch(headers["ce_time"])
    assert record.key == headers["ce_partitionkey"].encode()


def test_the_schema_is_named_by_an_absolute_uri_and_has_that_name(record: NewRecord) -> None:
    said = dict(record.headers)["ce_dataschema"].decode()
    assert urlsplit(said).scheme  # the attribute is a URI, not a reference to one
    kind = dict(record.headers)["ce_type"].decode().removeprefix("wirewatch.")
    assert said == schema_uri(kind) == schema_of(kind)["$id"]


@pytest.mark.parametrize("stream", sorted(STREAM_MESSAGES))
def test_the_sdk_writes_the_headers_that_we_write(stream: str) -> None:
    ours = example_of(stream)
    event = cloud_event(dict(ours.headers), ours.key, ours.value or b"")
    theirs = to_binary_event(event)
    assert theirs.headers == dict(ours.headers)
    assert str(theirs.key).encode() == ours.key
    assert json.loads(theirs.value) == json.loads(ours.value or b"")


@pytest.mark.parametrize("name", ["ce_source", "ce_type"])
def test_the_sdk_would_miss_an_attribute(name: str) -> None:
    record = example_of("news.alerts.v1")
    less = {key: value for key, value in record.headers if key != name}
    with pytest.raises(CloudEventValidationError):
        cloud_event(less, record.key, record.value or b"")
