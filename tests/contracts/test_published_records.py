"""Every record that a run publishes is what the schemas, AsyncAPI and CloudEvents say."""

from __future__ import annotations

import json

import jsonschema
import pytest

from core.messages.envelope import ARTICLES, DEAD_LETTER, STREAM_MESSAGES
from tests.contracts.document import headers_fault, payload_fault
from tests.contracts.published_run import (
    COPY,
    RFC3339,
    PublishedRun,
    cloud_event,
    run_and_collect,
    schema_of,
)
from wirewatch.contracts.stream_texts import HEADERS, TEXTS, TOPIC_COPY

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> PublishedRun:
    """Run the program once for all tests of this file; they only read what it published."""
    return run_and_collect(tmp_path_factory.mktemp("contract"))


@pytest.mark.parametrize("stream", [*STREAM_MESSAGES, COPY])
def test_every_published_record_fits_its_schema(run: PublishedRun, stream: str) -> None:
    schema = schema_of(stream)
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("date-time")(lambda text: bool(RFC3339.fullmatch(str(text))))
    validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
    records = [r for r in run.on(stream) if r.key != run.poison.key]
    assert records
    for record in records:
        value = json.loads(record.value or b"")
        validator.validate(value)
        assert set(value) <= set(schema["properties"])  # no field is missing from the schema


def test_a_dead_letter_is_the_original_with_the_reason(run: PublishedRun) -> None:
    dead_letters = run.on(DEAD_LETTER)
    for dead_letter in dead_letters:
        assert (dead_letter.key, dead_letter.value) == (run.poison.key, run.poison.value)
        assert dead_letter.header("dlq_original_stream") == ARTICLES
    stages = sorted(dead_letter.header("dlq_stage") or "" for dead_letter in dead_letters)
    assert stages == ["archive", "processors"]  # each reads the stream of articles


def test_every_published_record_is_a_cloud_event_with_an_id_of_its_own(run: PublishedRun) -> None:
    ids = set()
    for record in run.records:
        if record.key == b"poison":
            continue
        event = cloud_event(dict(record.headers), record.key, record.value or b"")
        assert RFC3339.fullmatch(record.header("ce_time") or "")
        ids.add((event.get_source(), event.get_id()))
    assert len(ids) == len(run.records) - 3  # the poison record and its dead letter of each stage


def test_every_published_record_is_as_the_asyncapi_document_says(run: PublishedRun) -> None:
    streams = set()
    for record in run.records:
        if record.value == run.poison.value and record.stream == run.poison.stream:
            continue  # the poison record, which the test itself appended
        headers = {name: value.decode() for name, value in record.headers}
        assert headers_fault(record.stream)(headers) is None
        assert set(headers) <= set(HEADERS)
        if record.stream != "news.dead-letter.v1":
            assert payload_fault(record.stream)(json.loads(record.value or b"")) is None
        streams.add(record.stream)
    assert streams == {COPY if stream == TOPIC_COPY else stream for stream in TEXTS}
