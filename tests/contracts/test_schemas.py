"""The JSON Schemas: sound, strict enough to refuse, and true of every record of a walk."""

from __future__ import annotations

import json

import jsonschema
import pytest

from core.messages.envelope import ARTICLES, DEAD_LETTER, STREAM_MESSAGES
from tests.contracts.scene import COPY, RFC3339, Walked, schema_of


@pytest.mark.parametrize("stream", STREAM_MESSAGES)
def test_a_schema_is_sound_and_says_which_draft(stream: str) -> None:
    schema = schema_of(stream)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("stream", STREAM_MESSAGES)
def test_a_schema_refuses_what_is_no_record(stream: str) -> None:
    validator = jsonschema.Draft202012Validator(schema_of(stream))
    assert not validator.is_valid({})
    assert not validator.is_valid([])


@pytest.mark.parametrize("stream", [*STREAM_MESSAGES, COPY])
def test_every_record_of_a_walk_fits_its_schema(walked: Walked, stream: str) -> None:
    schema = schema_of(stream)
    checker = jsonschema.FormatChecker(formats=())
    checker.checks("date-time")(lambda text: bool(RFC3339.fullmatch(str(text))))
    validator = jsonschema.Draft202012Validator(schema, format_checker=checker)
    records = [r for r in walked.on(stream) if r.key != walked.dead.key]
    assert records
    for record in records:
        value = json.loads(record.value or b"")
        validator.validate(value)
        named = set(schema["properties"])
        assert set(value) <= named  # nothing travels that the schema does not name


def test_a_dead_letter_is_the_original_with_the_reason(walked: Walked) -> None:
    [letter] = walked.on(DEAD_LETTER)
    assert (letter.key, letter.value) == (walked.dead.key, walked.dead.value)
    assert letter.header("dlq_original_stream") == ARTICLES
    assert letter.header("dlq_stage") == "processors"
