"""docs/asyncapi.json, and the first fault it finds in a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema

from tests.contracts.published_run import COPY
from wirewatch.contracts.generate import ROOT
from wirewatch.contracts.stream_texts import TOPIC_COPY

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/asyncapi.json").read_text(encoding="utf-8"))
CHANNELS = {channel["address"]: name for name, channel in DOCUMENT["channels"].items()}


def message(stream: str) -> dict[str, Any]:
    address = TOPIC_COPY if stream == COPY else stream
    described: dict[str, Any] = DOCUMENT["components"]["messages"][CHANNELS[address]]
    return described


def headers_fault(stream: str) -> Callable[[object], str | None]:
    return first_fault(message(stream)["headers"])


def payload_fault(stream: str) -> Callable[[object], str | None]:
    schemas = {"components": {"schemas": DOCUMENT["components"]["schemas"]}}
    return first_fault(schemas | message(stream)["payload"])


def first_fault(schema: dict[str, Any]) -> Callable[[object], str | None]:
    validator = jsonschema.Draft7Validator(schema)  # AsyncAPI's schemas extend draft 7
    return lambda value: next((error.message for error in validator.iter_errors(value)), None)
