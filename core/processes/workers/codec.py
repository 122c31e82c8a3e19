"""Requests and answers of workers as bytes: JSON, and a document as it is.

::

    request   length of the head ── head: JSON ── document
    answer    JSON

Nothing that comes from a worker is unpickled.
"""

from __future__ import annotations

import json
import struct
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from config.i18n import Phrase

_LENGTH = struct.Struct("!Q")


def frame(head: Any, document: bytes) -> bytes:
    """Return the bytes of a request."""
    return frame_head(head) + document


def frame_head(head: Any) -> bytes:
    """Return the bytes of a request that come before its document."""
    packed = dump(head)
    return _LENGTH.pack(len(packed)) + packed


def unframe(data: bytes) -> tuple[Any, bytes]:
    """Return head and document of a request."""
    (length,) = _LENGTH.unpack_from(data)
    border = _LENGTH.size + length
    return load(data[_LENGTH.size : border]), data[border:]


def dump(value: Any) -> bytes:
    """Return a value as JSON.

    Dataclasses become objects; times, durations and phrases keep their types. Text of servers may
    contain halves of surrogate pairs.
    """
    text = json.dumps(value, default=_as_json, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def load(data: bytes) -> Any:
    """Return the value of JSON; tuples have become lists, and dataclasses dictionaries."""
    return json.loads(data.decode("utf-8", "surrogatepass"), object_hook=_from_json)


def _as_json(value: Any) -> Any:
    match value:
        case datetime():
            return {"at": value.isoformat()}
        case timedelta():
            return {"seconds": value.total_seconds()}
        case Phrase():
            return {"phrase": value.dump()}
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _from_json(value: dict[str, Any]) -> Any:
    match value:
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"seconds": float(seconds)}:
            return timedelta(seconds=seconds)
        case {"phrase": str(stored)}:
            return Phrase.load(stored)
    return value
