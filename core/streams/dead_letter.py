"""Dead letters: records set aside because they can never be processed, and when that is too many.

A dead letter is the original record, byte for byte, with ``dlq_*`` headers that say where it came
from and why it is here. Taking those headers off again gives the original, so a replay loses
nothing (:func:`original`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from core.clock import rfc3339
from core.messages.envelope import DEAD_LETTER
from core.streams.port import NewRecord, Record
from core.text import clean_line

RECEIPTS = "news.dead-letter-receipts.v1"
"""Remembers which letters were replayed; our own notes, not part of the public contract."""

PREFIX = "dlq_"
ERROR_LENGTH = 256
"""Characters of an error message that are kept: some errors quote the whole record."""


@dataclass(frozen=True, slots=True)
class ProcessingFailure:
    """Why a record is set aside.

    Attributes:
        record: As it was read.
        stage: ``processors`` or ``alerts``.
        error: What the last attempt raised.
        attempts: How often it was tried by itself.
        first_failed_at: When it failed first.
    """

    record: Record
    stage: str
    error: Exception
    attempts: int
    first_failed_at: datetime


def dead_letter(failure: ProcessingFailure, *, at: datetime) -> NewRecord:
    """The record for ``news.dead-letter.v1``.

    Args:
        failure: What failed.
        at: The present moment: the record's time, from which its retention counts.
    """
    record, error = failure.record, failure.error
    texts = {
        "stage": failure.stage,
        "original_stream": record.stream,
        "original_partition": str(record.partition),
        "original_offset": str(record.offset),
        "original_time": rfc3339(record.time),
        "error_class": type(error).__name__,
        "error_message": clean_line(str(error), ERROR_LENGTH),
        "attempts": str(failure.attempts),
        "first_failed_at": rfc3339(failure.first_failed_at),
        "app_version": _app_version(),
    }
    return NewRecord(
        stream=DEAD_LETTER,
        key=record.key,
        value=record.value,
        headers=record.headers
        + tuple((PREFIX + name, text.encode()) for name, text in texts.items()),
        time=at,
    )


def original(letter: Record) -> NewRecord | None:
    """The record a dead letter was made of, to be appended to its stream again.

    Returns:
        None where the letter does not say where it came from, and when.
    """
    stream, time = letter.header("dlq_original_stream"), _moment(letter, "dlq_original_time")
    if stream is None or time is None:
        return None
    return NewRecord(
        stream=stream,
        key=letter.key,
        value=letter.value,
        headers=tuple((n, v) for n, v in letter.headers if not n.startswith(PREFIX)),
        time=time,
    )


def _moment(letter: Record, name: str) -> datetime | None:
    """A time of the letter; None where there is none, or none with a zone."""
    try:
        found = datetime.fromisoformat(letter.header(name) or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """When to stop instead of setting aside: a bad deploy must not dead-letter everything.

    The idea is Sentry Arroyo's ``DlqLimit`` (invalid ratio, invalid consecutive count).

    Attributes:
        consecutive: More poison records than this one after another are too many.
        share: More than this part of the last ``window`` records is too many.
        window: Records looked back at; the share counts only once there are so many.
    """

    consecutive: int = 20
    share: float = 0.5
    window: int = 100

    def reason(self, poison: Sequence[bool]) -> str | None:
        """Why to stop, None to go on.

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
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "unknown"
