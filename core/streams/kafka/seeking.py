"""Offsets: by name and by time, and in the shape in which kafka-python commits them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kafka.structs import OffsetAndMetadata

from core.clock import to_ms
from core.streams.port import Start


def first_offsets(client: Any, partitions: Iterable[Any], start: Start, ms: int) -> dict[Any, int]:
    """What ``start`` means in each partition at this moment.

    Args:
        client: A consumer that sees committed records only: its end is before what is open.
        partitions: kafka-python's TopicPartitions.
        start: See the port.
        ms: Limit.
    """
    wanted = list(partitions)
    if not wanted:
        return {}
    if start == "start":
        return dict(client.beginning_offsets(wanted, timeout_ms=ms))
    ends: dict[Any, int] = client.end_offsets(wanted, timeout_ms=ms)
    if start == "end":
        return ends
    moments = dict.fromkeys(wanted, max(0, to_ms(start)))
    found = client.offsets_for_times(moments, timeout_ms=ms)
    return {
        part: end if (at := found.get(part)) is None or at.offset < 0 else min(at.offset, end)
        for part, end in ends.items()
    }


def at(offsets: Mapping[Any, int]) -> dict[Any, Any]:
    """Offsets as kafka-python commits them."""
    return {p: OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}
