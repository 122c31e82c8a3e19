"""Faults: what is wrong in an operator's file, where, and how to correct it.

Each package contributes the faults of its own files; ``wirewatch check`` merges them. A fault whose
code starts with ``W`` is a warning: the file is still used.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

FAILED_TEST = "W111"
"""Code of a topic's test that fails, where that must not keep the topic from being used."""


class Fault(BaseModel):
    """One fault in an operator's file.

    Attributes:
        file: Path of the file, as the operator named its folder.
        line: Line, from 1.
        column: Column, from 1.
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
        """Whether this is an error; False for warnings."""
        return not self.code.startswith("W")

    def __str__(self) -> str:
        """Return ``file:line:column: CODE message mend``: editors can jump to it."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message} {self.mend}"


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults sorted by file, line and column, without repeats."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.code, f.message))
