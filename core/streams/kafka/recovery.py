"""Recovery of a member whose group cannot continue at its position.

::

    retention deleted records     ─▶ move to the oldest record kept, and raise what was missed
    the brokers truncated the log ─▶ move to where it was truncated, and raise
    a batch cannot be decoded     ─▶ fetch it again, then skip it

Each case waits until ``poll`` has returned all records fetched before, so none of them is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import structlog
from kafka import errors as kafka_errors

from config.errors import OffsetOutOfRangeError
from core.streams.kafka.errors import to_stream_error
from core.streams.kafka.kafka_python import UndecodableError
from core.streams.kafka.positions import PartitionPosition, to_offset_metadata
from core.text import for_log

TIMEOUT_MS = 1_000
"""Limit of one request; after a failure the next fetch meets the same case again."""

FETCH_ATTEMPTS = 3
"""Times an undecodable batch is fetched before it is skipped."""

MAX_SKIPPED = 100_000
"""Most records skipped at once: a damaged batch may claim any number."""

log = structlog.get_logger(__name__)


class PositionRecovery:
    """Moves one member's group past what it cannot read.

    Args:
        client: The member's consumer.
        positions: The member's positions, which this changes.
        group: Name of the group, for error messages.
    """

    def __init__(self, client: Any, positions: dict[Any, PartitionPosition], group: str) -> None:
        self._client = client
        self._positions = positions
        self._group = group
        self._undecodable = UndecodableBatches()
        self._skipped: dict[Any, int] = {}

    def skip_deleted(self, offsets: Mapping[Any, int]) -> None:
        """Move past records that retention deleted.

        Args:
            offsets: The offsets that are out of range, by TopicPartition.

        Raises:
            OffsetOutOfRangeError: The group was moved.
        """
        ready = [partition for partition in offsets if not self._has_buffered(partition)]
        if ready:
            self._move(dict.fromkeys(ready))

    def return_to_truncation(self, offsets: Mapping[Any, Any]) -> None:
        """Go back to where the brokers truncated the log: they lost acknowledged records.

        Args:
            offsets: kafka-python's OffsetAndMetadata by TopicPartition; None where the point of
                truncation is unknown.

        Raises:
            OffsetOutOfRangeError: The group was moved.
        """
        self._move({p: at.offset if at else None for p, at in offsets.items()})

    def retry_or_skip(self, error: UndecodableError) -> None:
        """Fetch an undecodable batch again, or skip it.

        Raises:
            OperatorError: Its codec is not installed; nothing is skipped.
        """
        if self._has_buffered(error.partition):
            return
        following = self._undecodable.offset_after(error)
        position = self._positions.get(error.partition)
        if following is None or position is None:
            return
        self._client.seek(error.partition, following)
        position.fetched = following
        self._skipped[error.partition] = following

    def commit_skipped(self) -> None:
        """Move the group past skipped batches that no batch of records will cover.

        Where records follow, their range includes the skipped offsets. Where none do, the skipped
        offsets would count as unread for ever.
        """
        for partition, following in list(self._skipped.items()):
            position = self._positions.get(partition)
            if position is None or position.committed >= following:
                del self._skipped[partition]
            elif position.returned == position.committed and not position.buffer:
                self._commit({partition: following})
                position.commit(following)
                position.rewind()

    def _has_buffered(self, partition: Any) -> bool:
        position = self._positions.get(partition)
        return position is not None and bool(position.buffer)

    def _move(self, targets: Mapping[Any, int | None]) -> None:
        """Move the group to each target, or the oldest record where there is none; then raise."""
        targets = {p: target for p, target in targets.items() if p in self._positions}
        if not targets:
            return
        oldest = self._client.beginning_offsets(list(targets), timeout_ms=TIMEOUT_MS)
        offsets = {p: oldest[p] if target is None else target for p, target in targets.items()}
        missed = [self._describe_missed(p, offset) for p, offset in offsets.items()]
        self._commit(offsets)
        for partition, offset in offsets.items():
            self._positions[partition].commit(offset)
            self._client.seek(partition, self._positions[partition].rewind())
        raise OffsetOutOfRangeError(
            f"Retention overtook the group {self._group}; it missed {', '.join(missed)}.",
            mend="A longer WIREWATCH_STREAMS_RETENTION gives a slow reader more time.",
        )

    def _describe_missed(self, partition: Any, offset: int) -> str:
        position = self._positions[partition]
        name = f"{position.stream}/{position.partition}"
        if offset <= position.returned:
            return f"all of {name}, which was truncated or created again"
        return f"{name} offsets {position.returned} to {offset - 1}"

    def _commit(self, offsets: Mapping[Any, int]) -> None:
        self._client.commit(to_offset_metadata(offsets), timeout_ms=TIMEOUT_MS)


class UndecodableBatches:
    """Decides when to skip a batch of records that cannot be decoded.

    A missing codec is the operator's to install, so nothing is skipped. A wrong checksum may be
    damage on the network, so the batch is fetched again. A batch that is damaged on the brokers'
    disk is skipped with a critical log line: no one can process it, and it must not stop its
    partition. The brokers keep it until retention deletes it.
    """

    def __init__(self) -> None:
        self._failures: Counter[tuple[Any, int]] = Counter()

    def offset_after(self, error: UndecodableError) -> int | None:
        """Return the offset to continue from, or None to fetch the batch again.

        Raises:
            OperatorError: Its codec is not installed.
        """
        cause = error.__cause__
        if isinstance(cause, kafka_errors.UnsupportedCodecError):
            raise to_stream_error(cause, "Reading") from cause
        stream, partition = error.partition
        batch = error.partition, error.start
        self._failures[batch] += 1
        if self._failures[batch] < FETCH_ATTEMPTS:
            log.warning(
                "undecodable_batch_refetched",
                stream=stream,
                partition=partition,
                offset=error.start,
            )
            return None
        is_plausible = error.next - error.start <= MAX_SKIPPED
        following = error.next if is_plausible else error.start + 1
        log.critical(
            "undecodable_records_skipped",
            stream=stream,
            partition=partition,
            first=error.start,
            last=following - 1,
            reason=for_log(str(cause)),
        )
        return following
