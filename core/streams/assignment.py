"""Fair shares and fair assignment: two pure decisions of a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def shares(limit: int, available: Sequence[int], *, first: int = 0) -> list[int]:
    """How many records to take of each partition.

    Every partition with unread records gets the same part of ``limit``; what one does not need
    goes to the others. The odd ones go round, beginning at ``first``.

    Returns:
        One number per partition; together ``min(limit, sum(available))``.
    """
    taken = [0] * len(available)
    hungry = [(first + i) % len(available) for i in range(len(available))]
    hungry = [i for i in hungry if available[i] > 0]
    while limit > 0 and hungry:
        quota = max(1, limit // len(hungry))
        for i in hungry:
            more = min(quota, available[i] - taken[i], limit)
            taken[i] += more
            limit -= more
        hungry = [i for i in hungry if taken[i] < available[i]]
    return taken


def assign(
    members: Mapping[str, Sequence[int]], parts: Mapping[int, Sequence[int]]
) -> dict[int, str]:
    """Who is to hold which partition: a range of each stream per slot, slots in sorted order.

    The same members always get the same partitions, whoever computes it; a slot that comes back
    under its own name finds its own place.

    Args:
        members: The streams (ids) each living slot reads.
        parts: The partitions (ids, in order) of each stream.

    Returns:
        Slot by partition id.
    """
    wanted: dict[int, str] = {}
    for stream, ids in parts.items():
        slots = sorted(slot for slot, reads in members.items() if stream in reads)
        for index, part in enumerate(ids):
            if slots:
                wanted[part] = slots[index * len(slots) // len(ids)]
    return wanted
