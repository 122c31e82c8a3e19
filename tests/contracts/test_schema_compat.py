"""Invented changes of every kind to a schema: which ones break a reader, and which do not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.messages.envelope import STREAM_MESSAGES
from wirewatch.contracts.generate import schema
from wirewatch.contracts.schema_compat import Break, breaks

Json = dict[str, Any]
Change = Callable[[Json], None]

OLD: Json = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:x:old",
    "$defs": {
        "Kind": {"enum": ["new", "gone"], "type": "string", "description": "What it was."},
        "Zone": {
            "type": "object",
            "properties": {"zone": {"type": "string"}, "depth": {"type": "integer", "minimum": 1}},
            "required": ["zone"],
        },
        "Node": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]},
            },
        },
    },
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "kind": {"$ref": "#/$defs/Kind", "default": "new"},
        "score": {"type": "integer"},
        "at": {"type": "string", "format": "date-time"},
        "agency": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "zones": {"type": "array", "items": {"$ref": "#/$defs/Zone"}, "default": []},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        "tree": {"$ref": "#/$defs/Node"},
        "free": {},
    },
    "required": ["id", "kind", "at"],
}


def changed(change: Change) -> list[Break]:
    new = copy.deepcopy(OLD)
    change(new)
    return breaks(OLD, new)


def put(*path: str | int, value: object) -> Change:
    """Return a change that sets the value at a path."""

    def change(schema: Any) -> None:
        *parents, last = path
        for step in parents:
            schema = schema[step]
        schema[last] = value

    return change


def drop(*path: str | int) -> Change:
    """Return a change that removes the value at a path."""

    def change(schema: Any) -> None:
        *parents, last = path
        for step in parents:
            schema = schema[step]
        del schema[last]

    return change


def both(one: Change, two: Change) -> Change:
    def change(schema: Json) -> None:
        one(schema)
        two(schema)

    return change


PROPERTIES, DEFS = "properties", "$defs"
NULLABLE = [{"type": "string"}, {"type": "null"}]

BREAKING = {
    "a property is gone": (drop(PROPERTIES, "score"), "score", "it is gone"),
    "a property of a part is gone": (
        drop(DEFS, "Zone", PROPERTIES, "depth"), "zones[].depth", "it is gone",
    ),
    "a new one is required": (
        both(
            put(PROPERTIES, "more", value={}), put("required", value=["id", "kind", "at", "more"])
        ),
        "more", "new and required",
    ),
    "an optional one is required": (
        put("required", value=["id", "kind", "at", "score"]), "score", "optional and is required",
    ),
    "a required one is optional": (
        put("required", value=["id", "kind"]), "at", "required and is optional",
    ),
    "a type is narrower": (
        put(PROPERTIES, "agency", value={"type": "string", "default": None}),
        "agency", "no longer be null",
    ),
    "a type is looser": (
        put(PROPERTIES, "id", value={"anyOf": NULLABLE}), "id", "may be null now",
    ),
    "a type is looser by a list": (
        put(PROPERTIES, "id", "type", value=["string", "integer"]), "id", "may be integer now",
    ),
    "a type is another": (put(PROPERTIES, "score", "type", value="number"), "score", "number now"),
    "a type is let go": (drop(PROPERTIES, "score", "type"), "score", "anything now"),
    "a value is new": (put(DEFS, "Kind", "enum", value=["new", "gone", "x"]), "kind", "'x' is new"),
    "a value is gone": (put(DEFS, "Kind", "enum", value=["new"]), "kind", "'gone' is gone"),
    "values are let go": (drop(DEFS, "Kind", "enum"), "kind", "can be anything now"),
    "values are fixed": (put(PROPERTIES, "id", "enum", value=["a"]), "id", "a fixed set now"),
    "a constant is another": (
        put(DEFS, "Kind", value={"const": "new", "type": "string"}), "kind", "'gone' is gone",
    ),
    "a default is another": (put(PROPERTIES, "zones", "default", value=None), "zones", "default"),
    "a default is gone": (drop(PROPERTIES, "kind", "default"), "kind", "its default was 'new'"),
    "a bound is another": (
        put(DEFS, "Zone", PROPERTIES, "depth", "minimum", value=0),
        "zones[].depth", "minimum was 1",
    ),
    "a bound is new": (put(PROPERTIES, "score", "maximum", value=9), "score", "maximum was None"),
    "a format is another": (put(PROPERTIES, "at", "format", value="date"), "at", "format was"),
    "an unknown keyword comes": (put(PROPERTIES, "id", "x-rule", value=1), "id", "x-rule was None"),
    "what a list holds is another": (
        put(PROPERTIES, "zones", "items", value={"type": "string"}), "zones[]", "is string now",
    ),
    "what a list holds is open": (drop(PROPERTIES, "zones", "items"), "zones[]", "opened"),
    "what a map holds is another": (
        put(PROPERTIES, "labels", "additionalProperties", "type", value="integer"),
        "labels{}", "is integer now",
    ),
    "unknown properties are refused": (put("additionalProperties", value=False), "{}", "closed"),
    "a fixed item is another": (
        put(PROPERTIES, "pair", "prefixItems", 1, value={"type": "string"}),
        "pair[1]", "is string now",
    ),
    "fixed items are fewer": (
        put(PROPERTIES, "pair", "prefixItems", value=[{"type": "string"}]),
        "pair", "2 fixed items",
    ),
    "something deep in a tree is another": (
        put(DEFS, "Node", PROPERTIES, "name", "type", value="integer"), "tree.name", "integer now",
    ),
    "something free is typed": (put(PROPERTIES, "free", "type", value="string"), "free", "string"),
}  # fmt: skip


@pytest.mark.parametrize("what", BREAKING)
def test_a_breaking_change_is_found_with_its_path_and_reason(what: str) -> None:
    change, path, reason = BREAKING[what]
    found = changed(change)
    assert any(b.path == path and reason in b.reason for b in found), list(map(str, found))


def test_a_renamed_property_is_a_breaking_change_even_if_the_new_one_is_optional() -> None:
    def rename(schema: Json) -> None:
        schema[PROPERTIES]["points"] = schema[PROPERTIES].pop("score")

    assert [b.path for b in changed(rename)] == ["score"]


def inline(schema: Json) -> None:
    schema[PROPERTIES]["kind"] = schema[DEFS].pop("Kind") | {"default": "new"}


def wrap(schema: Json) -> None:
    schema[PROPERTIES]["kind"] = {"allOf": [{"$ref": "#/$defs/Kind"}], "default": "new"}


def rename_part(schema: Json) -> None:
    schema[DEFS]["Cut"] = schema[DEFS].pop("Zone")
    schema[PROPERTIES]["zones"]["items"] = {"$ref": "#/$defs/Cut"}


FINE: dict[str, Change] = {
    "nothing changes": lambda _: None,
    "an optional property comes": put(PROPERTIES, "more", value={"type": "string"}),
    "an optional property of a part comes": put(
        DEFS, "Zone", PROPERTIES, "more", value={"type": "string"}
    ),
    "words change": put(PROPERTIES, "id", "description", value="Better words."),
    "a title and the id change": lambda s: s.update({"title": "T", "$id": "urn:x:new"}),
    "values change places": put(DEFS, "Kind", "enum", value=["gone", "new"]),
    "alternatives change places": put(PROPERTIES, "agency", "anyOf", value=NULLABLE[::-1]),
    "alternatives become a list of types": put(
        PROPERTIES, "agency", value={"type": ["null", "string"], "default": None}
    ),
    "required ones change places": put("required", value=["at", "kind", "id"]),
    "a part is written in place": inline,
    "a part is wrapped": wrap,
    "a part has another name": rename_part,
    "free is written otherwise": put(PROPERTIES, "zones", "additionalProperties", value=True),
}


@pytest.mark.parametrize("what", FINE)
def test_changes_that_no_reader_notices_break_nothing(what: str) -> None:
    assert changed(FINE[what]) == []


@pytest.mark.parametrize(
    "damage",
    [
        put(PROPERTIES, "kind", value={"$ref": "#/$defs/Nothing"}),
        put(PROPERTIES, "kind", value={"$ref": "https://example.org/kind.json"}),
        put(DEFS, "Kind", value={"$ref": "#/$defs/Kind"}),
        put(PROPERTIES, "id", value={"allOf": [{"minLength": 1}, {"maxLength": 9}]}),
    ],
)
def test_schemas_that_cannot_be_compared_raise(damage: Change) -> None:
    with pytest.raises(ValueError, match=r"\$defs|itself|allOf"):
        changed(damage)


@pytest.mark.parametrize("stream", STREAM_MESSAGES)
def test_a_real_schema_is_compatible_with_itself_but_not_without_one_of_its_properties(
    stream: str,
) -> None:
    whole = json.loads(schema(stream))
    assert breaks(whole, copy.deepcopy(whole)) == []
    for name in whole[PROPERTIES]:
        less = copy.deepcopy(whole)
        del less[PROPERTIES][name]
        assert name in {b.path for b in breaks(whole, less)}


plain = st.sampled_from([{"type": t} for t in ("string", "integer", "null", "boolean")])
unions = st.lists(plain, min_size=1, max_size=3, unique_by=lambda s: s["type"])


@given(unions, unions)
def test_two_unions_are_compatible_only_if_they_have_the_same_types(
    one: list[Json], two: list[Json]
) -> None:
    same = {s["type"] for s in one} == {s["type"] for s in two}
    assert (breaks({"anyOf": one}, {"anyOf": two}) == []) == same
