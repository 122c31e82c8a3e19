"""What every message is: frozen, tolerant of unknown fields, UTC RFC 3339 times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from core.clock import rfc3339


def _aware_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone; every time here is UTC")
    return moment.astimezone(UTC)


Moment = Annotated[
    datetime,
    AfterValidator(_aware_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""An aware UTC datetime; RFC 3339 with ``Z`` in JSON."""


class Message(BaseModel):
    """Base of every published record."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def to_json(self) -> bytes:
        """The record's value: compact UTF-8 JSON."""
        return self.model_dump_json().encode()
