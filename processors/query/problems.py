"""What is wrong in a query, as values: a code, an offset, a message and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from config.catalog.models import SourceText
from config.faults import Fault


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """One problem of a query.

    Attributes:
        code: ``E...`` for an error, ``W...`` for a warning, listed in docs/faults.md.
        offset: Code point of the query at which it begins.
        message: What is wrong.
        mend: How to mend it.
    """

    code: str
    offset: int
    message: str
    mend: str

    @property
    def is_error(self) -> bool:
        """Whether the query cannot be used."""
        return self.code.startswith("E")

    def fault(self, source: SourceText) -> Fault:
        """Return the problem as a fault at its position in the operator's file."""
        position = source.at(min(self.offset, max(0, len(source.value) - 1)))
        return Fault(
            file=position.file,
            line=position.line,
            column=position.column,
            code=self.code,
            message=self.message,
            mend=self.mend,
        )
