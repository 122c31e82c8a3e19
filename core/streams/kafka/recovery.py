"""What a member does where its group cannot go on from where it stands.

::

    retention was faster ─▶ to the oldest record kept, and raise what was missed
    the log was cut back ─▶ to where it was cut, and raise
    cannot be read       ─▶ quarantine: fetch again, or pass it over

Always after what was fetched before has been handed out: it is not lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.errors import OffsetOutOfRangeError
from core.streams.kafka.kafka_python import UndecodableError
from core.streams.kafka.positions import PartitionPosition
from core.streams.kafka.quarantine import UnreadableBatches
from core.streams.kafka.seeking import at

LIMIT_MS = 1_000
"""For one question to the brokers; what fails comes up again with the next fetch."""


class PositionRecovery:
    """Of one member.

    Args:
        client: Its consumer.
        places: Its book; changed here.
        group: For sentences.
    """

    def __init__(self, client: Any, places: dict[Any, PartitionPosition], group: str) -> None:
        self._client = client
        self._places = places
        self._group = group
        self._quarantine = UnreadableBatches()
        self._passed: dict[Any, int] = {}

    def overtaken(self, offsets: Mapping[Any, int]) -> None:
        """Move past what retention took, once everything fetched before was handed out."""
        gone = {p for p in offsets if not self._waits(p)}
        if gone:
            self._move(dict.fromkeys(gone))

    def cut_back(self, offsets: Mapping[Any, Any]) -> None:
        """Go back to where a log was cut: brokers lost what they had acknowledged.

        Args:
            offsets: kafka-python's OffsetAndMetadata, None where nobody knows where it was cut.
        """
        self._move({p: found.offset if found else None for p, found in offsets.items()})

    def _waits(self, partition: Any) -> bool:
        """Whether records before what went wrong are still to be handed out."""
        place = self._places.get(partition)
        return place is not None and bool(place.records)

    def _move(self, targets: Mapping[Any, int | None]) -> None:
        """Move the group, to the oldest record where there is no other target, and say so."""
        held = {p: target for p, target in targets.items() if p in self._places}
        if not held:
            return
        oldest = self._client.beginning_offsets(list(held), timeout_ms=LIMIT_MS)
        to = {p: oldest[p] if target is None else target for p, target in held.items()}
        missed = [self._missed(p, offset) for p, offset in to.items()]
        self._client.commit(at(to), timeout_ms=LIMIT_MS)
        for partition, offset in to.items():
            self._places[partition].commit(offset)
            self._client.seek(partition, self._places[partition].rewind())
        raise OffsetOutOfRangeError(
            f"Retention overtook the group {self._group}; it missed {', '.join(missed)}.",
            mend="A longer WIREWATCH_STREAMS_RETENTION gives a slow reader more time.",
        )

    def _missed(self, partition: Any, to: int) -> str:
        place = self._places[partition]
        name = f"{place.stream}/{place.partition}"
        if to <= place.given:
            return f"everything of {name}, which was cut back or made anew"
        return f"{name} offsets {place.given} to {to - 1}"

    def undecodable(self, error: UndecodableError) -> None:
        """Fetch a batch again that cannot be read, or pass it over."""
        if self._waits(error.partition):
            return
        following = self._quarantine.passes_over(error)
        place = self._places.get(error.partition)
        if following is None or place is None:
            return
        self._client.seek(error.partition, following)
        place.reached = following
        self._passed[error.partition] = following

    def pass_over(self) -> None:
        """Move the group past what cannot be read, once nothing before it is in hand.

        Where records follow, their batch covers it; where none do, it would stay unread for ever.
        """
        for partition, following in list(self._passed.items()):
            place = self._places.get(partition)
            if place is None or place.committed >= following:
                del self._passed[partition]
            elif place.given == place.committed and not place.records:
                self._client.commit(at({partition: following}), timeout_ms=LIMIT_MS)
                place.commit(following)
                place.rewind()
