"""Faults: what is wrong in an operator's file, where, and how to correct it.

Each package contributes the faults of its own files; ``wirewatch check`` merges them. A fault whose
code starts with ``W`` is a warning: the file is still used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from config.i18n import Phrase, written_in_english

FAILED_TEST = "W111"
"""Code of a topic's test that fails, where that must not keep the topic from being used."""


MOST_NAMED = 4
"""Names of a message, or of a suggestion, that other languages show."""

_NAMED = re.compile(r"`([^`]+)`|(?<!\w)'([^']+)'(?!\w)|\"([^\"]+)\"")
_CHOICE = re.compile(r"(?:Known|(?:Write |Use |One )?one of|Expected): (.+?)[.…]?$", re.IGNORECASE)


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

    @property
    def phrase(self) -> Phrase:
        """What is wrong and what to do: in English with all details, in other languages by code.

        Those add what the message and the mend quote: names of the file, and what to write.
        """
        parts = [Phrase(f"fault.{self.code}")]
        if names := _named(self.message):
            parts.append(Phrase("faults.about", names=names))
        parts.append(Phrase(f"mend.{self.code}"))
        if names := _named(self.mend) or _choice(self.mend):
            parts.append(Phrase("faults.suggestion", names=names))
        meaning = parts[0]
        for part in parts[1:]:
            meaning = Phrase("faults.joined", first=meaning, then=part)
        return written_in_english(f"{self.message} {self.mend}", meaning)

    def __str__(self) -> str:
        """Return ``file:line:column: CODE message mend``: editors can jump to it."""
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message} {self.mend}"


def in_file_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults sorted by file, line and column, without repeats."""
    return sorted(set(faults), key=lambda f: (f.file, f.line, f.column, f.code, f.message))


def _named(text: str) -> str:
    """Return what an English sentence quotes, in backquotes, in order and without repeats."""
    found = ("".join(groups) for groups in _NAMED.findall(text))
    names = [f"`{name}`" for name in dict.fromkeys(name.strip() for name in found) if name]
    return ", ".join(names[:MOST_NAMED])


def _choice(text: str) -> str:
    """Return the values between which an English sentence lets the reader choose."""
    found = _CHOICE.search(text)
    return found[1] if found else ""
