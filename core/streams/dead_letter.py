"""Dead letters: records that cannot be processed, and the limit on how many there may be.

A dead letter has the key, the value and the headers of the original record, byte for byte, and
additional ``dlq_*`` headers that say where it came from and why it failed. Without these headers it
is the original record again (:func:`original_record`), so a replay loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from config.errors import PoisonError, RecordTooLargeError
from config.secrets import mask
from core.clock import rfc3339
from core.messages.envelope import DEAD_LETTER
from core.streams.port import NewRecord, Record
from core.text import clean_line

RECEIPTS = "news.dead-letter-receipts.v1"
"""Stream of receipts for replayed dead letters. Internal, not part of the public contract."""

HEADER_PREFIX = "dlq_"
MAX_ERROR_LENGTH = 256
"""Characters kept of an error message."""

CODES: Final[dict[type[Exception], str]] = {
    PoisonError: "invalid_message",
    RecordTooLargeError: "too_large",
}
"""Codes of errors whose messages are of this program alone."""

DEFECT: Final = "defect"
"""Code of any other error."""


@dataclass(frozen=True, slots=True)
class ProcessingFailure:
    """A record that cannot be processed, and why.

    Attributes:
        record: The record as it was read.
        stage: ``processors`` or ``alerts``.
        error: The error of the last attempt.
        attempts: How often the record was tried by itself.
        first_failed_at: When it failed for the first time.
    """

    record: Record
    stage: str
    error: Exception
    attempts: int
    first_failed_at: datetime


def dead_letter(failure: ProcessingFailure, *, at: datetime) -> NewRecord:
    """Return the record to append to ``news.dead-letter.v1``.

    Args:
        failure: What failed.
        at: The present; it becomes the record's time, from which its retention counts.
    """
    record, error = failure.record, failure.error
    texts = {
        "stage": failure.stage,
        "original_stream": record.stream,
        "original_partition": str(record.partition),
        "original_offset": str(record.offset),
        "original_time": rfc3339(record.time),
        "error_class": type(error).__name__,
        "error_code": _code(error),
        "error_message": _message(error),
        "attempts": str(failure.attempts),
        "first_failed_at": rfc3339(failure.first_failed_at),
        "app_version": _app_version(),
    }
    return NewRecord(
        stream=DEAD_LETTER,
        key=record.key,
        value=record.value,
        headers=record.headers
        + tuple((HEADER_PREFIX + name, text.encode()) for name, text in texts.items()),
        time=at,
    )


def _code(error: Exception) -> str:
    """Return what was wrong, as one of the documented codes (docs/streams.md)."""
    return next((code for kind, code in CODES.items() if isinstance(error, kind)), DEFECT)


def _message(error: Exception) -> str:
    """Return what was wrong in English. Other errors may quote an article or a server."""
    if isinstance(error, tuple(CODES)):
        return clean_line(mask(str(error)), MAX_ERROR_LENGTH)
    return "The log of the stage has the details."


def original_record(letter: Record) -> NewRecord | None:
    """Return the original record of a dead letter, to be appended to its stream again.

    Returns:
        None where the headers do not give its stream and its time.
    """
    stream, time = letter.header("dlq_original_stream"), _time(letter, "dlq_original_time")
    if stream is None or time is None:
        return None
    return NewRecord(
        stream=stream,
        key=letter.key,
        value=letter.value,
        headers=tuple((n, v) for n, v in letter.headers if not n.startswith(HEADER_PREFIX)),
        time=time,
    )


def _time(letter: Record, name: str) -> datetime | None:
    """Return the time in a header; None where it is missing, malformed or without a zone."""
    try:
        time = datetime.fromisoformat(letter.header(name) or "")
    except ValueError:
        return None
    return time if time.tzinfo else None


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """When to stop instead of making dead letters: a bad deploy must not dead-letter everything.

    After Sentry Arroyo's ``DlqLimit`` (invalid ratio, consecutive invalid count).

    Attributes:
        consecutive: More poison records than this in a row are too many.
        share: More than this part of the last ``window`` records is too many.
        window: Number of records for ``share``, which applies only once there are this many.
    """

    consecutive: int = 20
    share: float = 0.5
    window: int = 100

    def reason(self, poison: Sequence[bool]) -> str | None:
        """Return why to stop, or None to continue.

        Args:
            poison: For each of the last records, oldest first, whether it was poison.
        """
        last = list(poison)[-self.window :]
        run = next((i for i, bad in enumerate(reversed(poison)) if not bad), len(poison))
        if run > self.consecutive:
            return f"{run} records in a row could not be processed"
        if len(last) == self.window and sum(last) > self.share * self.window:
            return f"{sum(last)} of the last {self.window} records could not be processed"
        return None


@cache
def _app_version() -> str:
    try:
        return version("wirewatch")
    except PackageNotFoundError:  # runs from a source tree that is not installed
        return "unknown"
