"""What the archive needs of a database: transactions, an index of words, and its syntax."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from core.archive.proposal import Proposal

Values = Mapping[str, Any]


class ArchiveConnection(Protocol):
    """A connection within a transaction."""

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        """Return the rows of a query with ``:name`` for each value."""

    def run(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each of some rows of values."""

    def add_words(self, number: int, words: Collection[str]) -> None:
        """Add the words of a revision, which has its row, to the index."""

    def lock_index(self, *, shared: bool = False) -> None:
        """Wait until no other transaction rebuilds the index, nor, unless shared, changes it."""

    def remove_words(self, numbers: Collection[int]) -> None:
        """Remove revisions from the index."""


class ArchiveDatabase(Protocol):
    """A database with the archive's tables. Thread-safe."""

    def read(self, seconds: float | None = None) -> AbstractContextManager[ArchiveConnection]:
        """Open a read transaction.

        Args:
            seconds: How long its queries may take; None for any time.

        Raises:
            ArchiveTimeoutError: They took longer.
            ArchiveError: The database is unavailable or damaged.
        """

    def write(self) -> AbstractContextManager[ArchiveConnection]:
        """Open a write transaction, which commits at the end of the block, or is rolled back.

        Raises:
            ArchiveError: The database is unavailable, full or damaged; nothing was written.
        """

    def render(self, proposal: Proposal) -> str:
        """Return a proposal as the value ``:proposal`` of a query with :attr:`proposed`."""

    @property
    def proposed(self) -> tuple[str, str, str]:
        """How proposed revisions are read: FROM clause with ``r``, condition, and key of order."""

    def close(self) -> None:
        """Close the connections. Idempotent."""
