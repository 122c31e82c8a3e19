"""Faults: what is wrong in a file an operator wrote, where, and how to mend it.

Each room contributes the faults of its own files; ``wirewatch check`` merges them. A fault whose
code starts with ``W`` is a warning: the file is still used.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict


class Fault(BaseModel):
    """One thing wrong in an operator's file.

    Attributes:
        file: Path of the file, as the operator named its folder.
        line: First line is 1.
        column: First column is 1.
        code: Stable code (``E...`` error, ``W...`` warning), listed in docs/faults.md.
        message: What is wrong, one sentence.
        mend: What to write instead, one sentence.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    line: int
    column: int
    code: str
    message: str
    mend: str

    @property
    def is_error(self) -> bool:
        """False for warnings."""
        return not self.code.startswith("W")

    def __str__(self) -> str:
        """``file:line:column: CODE message Mend``, the form editors can jump to."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message} {self.mend}"


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Sort by file, line and column; the same fault twice is listed once."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.code, f.message))
