"""The AsyncAPI document: valid for its makers, whole, and true to what is really sent."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from config.settings import Settings
from core.streams.topology import stream_specs
from tests.contracts.document import CHANNELS, DOCUMENT, headers_fault, message, payload_fault
from wirewatch.contracts.stream_texts import TEXTS, TOPIC_COPY

OFFICIAL = jsonschema.Draft7Validator(
    json.loads((Path(__file__).parent / "asyncapi/3.0.0.json").read_text(encoding="utf-8"))
)


def test_the_document_is_valid_by_the_schema_of_the_specification() -> None:
    assert [error.message for error in OFFICIAL.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("asyncapi",), "9.9.9"),
        (("info", "title"), None),
        (("operations", "receiveAlerts", "action"), "listen"),
        (("channels", "alerts", "bindings", "kafka", "partitions"), 0),
        (("components", "messages", "alerts", "payload", "type"), "text"),
        (("servers", "plain", "protocol"), None),
    ],
)
def test_the_schema_of_the_specification_finds_faults(path: tuple[str, ...], value: object) -> None:
    spoilt = copy.deepcopy(DOCUMENT)
    place = spoilt
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not OFFICIAL.is_valid(spoilt)


def test_every_reference_can_be_resolved() -> None:
    references = {node["$ref"] for node in nodes(DOCUMENT) if "$ref" in node}
    assert references
    assert [ref for ref in references if found(ref) is None] == []


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
    for part in inner:
        yield from nodes(part)


def found(ref: str) -> Any:
    place: Any = DOCUMENT
    for step in ref.removeprefix("#/").split("/"):
        place = place.get(step) if isinstance(place, dict) else None
    return place


def test_every_stream_is_described_with_its_configuration() -> None:
    specs = stream_specs(Settings.model_construct(), published=["{topic_id}"])
    assert set(CHANNELS) == {spec.name for spec in specs} == set(TEXTS)
    for spec in specs:
        topic = DOCUMENT["channels"][CHANNELS[spec.name]]["bindings"]["kafka"]
        assert (topic["topic"], topic["partitions"]) == (spec.name, spec.partitions)
        assert topic["topicConfiguration"]["retention.ms"] == spec.retention.total_seconds() * 1000


def test_a_consumer_receives_on_every_channel_and_sends_on_none() -> None:
    operations = DOCUMENT["operations"].values()
    assert {operation["action"] for operation in operations} == {"receive"}
    named = {operation["channel"]["$ref"].rpartition("/")[2] for operation in operations}
    assert named == set(DOCUMENT["channels"])


def test_the_stream_of_a_topic_has_the_topic_as_parameter() -> None:
    channel = DOCUMENT["channels"][CHANNELS[TOPIC_COPY]]
    assert set(channel["parameters"]) == {"topic_id"}
    assert "{topic_id}" in channel["address"]


@pytest.mark.parametrize("stream", sorted(set(TEXTS) - {"news.dead-letter.v1"}))
def test_the_examples_fit_their_own_schemas(stream: str) -> None:
    [example] = message(stream)["examples"]
    assert headers_fault(stream)(example["headers"]) is None
    assert payload_fault(stream)(example["payload"]) is None
    assert payload_fault(stream)({}) is not None


def test_the_spans_of_an_example_are_correct() -> None:
    [example] = message("news.matches.v1")["examples"]
    value = example["payload"]
    for span in (*value["evidence"], *value["entities"]):
        assert value["article"][span["field"]][span["start"] : span["end"]] == span["surface"]
    assert [e["sentence"] in value["article"]["text"] for e in value["evidence"]] == [True]
