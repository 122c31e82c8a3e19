"""The outputs of a transaction that has not committed yet, on any engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from core.streams.port import NewRecord

PreparedRecord = TypeVar("PreparedRecord")


class StagedOutputs(Generic[PreparedRecord]):
    """See :class:`core.streams.port.Outputs`.

    Args:
        prepare: Checks a record and chooses its partition; returns what the engine appends.

    Attributes:
        prepared: The records to append, in order.
    """

    def __init__(self, prepare: Callable[[NewRecord], PreparedRecord]) -> None:
        self.prepared: list[PreparedRecord] = []
        self._prepare = prepare
        self._rejected: Exception | None = None

    def append(self, /, *records: NewRecord) -> None:
        """See the port."""
        try:
            self.prepared += [self._prepare(record) for record in records]
        except Exception as error:
            self._rejected = error
            raise

    def raise_rejected(self) -> None:
        """Raise the error of a rejected record again, where the caller has suppressed it."""
        if self._rejected is not None:
            raise self._rejected
