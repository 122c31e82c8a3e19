"""The JSON Schemas: sound, and strict enough to refuse."""

from __future__ import annotations

import jsonschema
import pytest

from core.messages.envelope import STREAM_MESSAGES
from tests.contracts.published_run import schema_of


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
