"""What can be wrong in a query, as values: a code, an offset, what it is, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from config.catalog.models import SourceText
from config.faults import Fault


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """One thing wrong at one place of a query.

    Attributes:
        code: ``E...`` or ``W...``, listed in docs/faults.md.
        offset: Code point of the query it begins at.
    """

    code: str
    offset: int
    message: str
    mend: str

    def fault(self, source: SourceText) -> Fault:
        """The same, with the place in the operator's file."""
        place = source.at(min(self.offset, max(0, len(source.value) - 1)))
        return Fault(
            file=place.file,
            line=place.line,
            column=place.column,
            code=self.code,
            message=self.message,
            mend=self.mend,
        )
