"""A batch in two: how the one record that cannot be processed is found."""

from __future__ import annotations

from dataclasses import replace

from core.streams.port import Batch, PartitionRange, Record


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """A batch of at least two records in two, each with its part of the ranges, in order."""
    middle = len(batch.records) // 2
    return _part(batch, batch.records[:middle]), _part(batch, batch.records[middle:])


def _part(batch: Batch, records: tuple[Record, ...]) -> Batch:
    """The records, and the ranges that end where the next record of the batch begins."""
    ranges = []
    for whole in batch.ranges:
        mine = [r.offset for r in records if _in(whole, r)]
        if mine:
            offsets = [r.offset for r in batch.records if _in(whole, r)]
            first = mine[0] == offsets[0]
            later = [offset for offset in offsets if offset > mine[-1]]
            start = whole.start if first else mine[0]
            ranges.append(replace(whole, start=start, next=later[0] if later else whole.next))
    return Batch(records, tuple(ranges))


def _in(whole: PartitionRange, record: Record) -> bool:
    return (record.stream, record.partition) == (whole.stream, whole.partition)
