"""What a transaction of any engine has taken so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from core.streams.port import NewRecord

P = TypeVar("P")


class StagedOutputs(Generic[P]):
    """See :class:`core.streams.port.Outputs`.

    Args:
        place: Checks a record and chooses its partition; what the engine appends.
    """

    def __init__(self, place: Callable[[NewRecord], P]) -> None:
        self.placed: list[P] = []
        self._place = place
        self._spoilt: Exception | None = None

    def append(self, /, *new: NewRecord) -> None:
        """See the port."""
        try:
            self.placed += [self._place(record) for record in new]
        except Exception as error:
            self._spoilt = error
            raise

    def refuse_spoilt(self) -> None:
        """Raise what was refused, where the caller has passed over it."""
        if self._spoilt is not None:
            raise self._spoilt
