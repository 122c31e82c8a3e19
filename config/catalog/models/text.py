"""Texts of the operator's files, and where they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A position in an operator's file; lines and columns start at 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text value with the position of each of its characters.

    Attributes:
        value: The text as YAML reads it (folded, unquoted).
        position: Where the value starts.
        lines: For a value over several lines: (offset in value, line, column) of each piece, by
            ascending offset; empty for a value on one line.
        quoted: Whether the file has it in double quotes, outside of brackets: YAML takes them away,
            whatever the author of a query meant by them.
        is_list: Whether it is a list of words from a file, which may be longer than a query.
    """

    value: str
    position: FilePosition
    lines: tuple[tuple[int, int, int], ...] = ()
    quoted: bool = False
    is_list: bool = False

    def at(self, offset: int) -> FilePosition:
        """Return the position of the character at ``offset``."""
        piece = next((p for p in reversed(self.lines) if p[0] <= offset), None)
        if piece is None:
            return FilePosition(
                self.position.file, self.position.line, self.position.column + offset
            )
        return FilePosition(self.position.file, piece[1], piece[2] + offset - piece[0])
