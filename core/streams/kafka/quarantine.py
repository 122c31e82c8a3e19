"""What becomes of a batch of records that cannot be read.

A codec that is not installed is the operator's to mend: nothing is skipped. A batch whose checksum
is wrong may have been damaged on its way, so it is fetched again; what is damaged on the brokers'
disk is passed over, loudly: nobody can process it, and it must not stop its partition. The broker
keeps it until retention takes it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import structlog
from kafka import errors as theirs

from core.streams.kafka.errors import in_our_words
from core.streams.kafka.kafka_python import UndecodableError
from core.text import for_log

ATTEMPTS = 3

LONGEST_BATCH = 100_000
"""Records; a damaged batch may claim any number."""

log = structlog.get_logger(__name__)


class UnreadableBatches:
    """Counts how often a batch could not be read."""

    def __init__(self) -> None:
        self._failed: Counter[tuple[Any, int]] = Counter()

    def passes_over(self, error: UndecodableError) -> int | None:
        """The offset to go on from, or None to fetch again.

        Raises:
            OperatorError: A codec is missing.
        """
        cause = error.__cause__
        if isinstance(cause, theirs.UnsupportedCodecError):
            raise in_our_words(cause, "Reading") from cause
        stored, number = error.partition
        self._failed[error.partition, error.start] += 1
        if self._failed[error.partition, error.start] < ATTEMPTS:
            log.warning("records_fetched_again", stream=stored, partition=number, at=error.start)
            return None
        following = error.next if error.next - error.start <= LONGEST_BATCH else error.start + 1
        log.critical(
            "records_passed_over",
            stream=stored,
            partition=number,
            first=error.start,
            last=following - 1,
            reason=for_log(str(cause)),
        )
        return following
