"""How a group divides its work: records among partitions, partitions among members. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def fair_shares(limit: int, available: Sequence[int], *, first: int = 0) -> list[int]:
    """Return how many records to take from each partition.

    Every partition with unread records gets the same part of ``limit``; what one does not need goes
    to the others. A remainder goes to one partition after another, beginning with ``first``.

    Returns:
        One number per partition; their sum is ``min(limit, sum(available))``.
    """
    shares = [0] * len(available)
    waiting = [(first + i) % len(available) for i in range(len(available))]
    waiting = [i for i in waiting if available[i] > 0]
    while limit > 0 and waiting:
        quota = max(1, limit // len(waiting))
        for i in waiting:
            more = min(quota, available[i] - shares[i], limit)
            shares[i] += more
            limit -= more
        waiting = [i for i in waiting if shares[i] < available[i]]
    return shares


def assign_partitions(
    subscriptions: Mapping[str, Sequence[int]], partitions: Mapping[int, Sequence[int]]
) -> dict[int, str]:
    """Assign each partition to a slot: a range of each stream per slot, slots in sorted order.

    The same members always get the same partitions, whichever process computes the assignment. So
    a slot that restarts gets its old partitions again.

    Args:
        subscriptions: The ids of the streams that each living slot reads.
        partitions: The ids of the partitions of each stream, in order.

    Returns:
        The slot of each partition id.
    """
    assignment: dict[int, str] = {}
    for stream, ids in partitions.items():
        slots = sorted(slot for slot, streams in subscriptions.items() if stream in streams)
        for index, partition in enumerate(ids):
            if slots:
                assignment[partition] = slots[index * len(slots) // len(ids)]
    return assignment
