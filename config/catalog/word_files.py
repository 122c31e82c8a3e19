"""Terms that come from a file of words: one word or phrase a line, comments behind ``#``.

::

    terms: {companies: {file: companies.txt}}    the file beside the topic's
                │
                └──▶ Rheinmetall OR "H&M" OR "Deutsche Bank*", each word with its line
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.catalog import values
from config.catalog.models import FilePosition, SourceText
from config.catalog.section import Faults, Section
from config.faults import Fault
from config.yaml.nodes import YamlNode, decode, read, shown_path

MAX_WORDS: Final = 5_000
"""Most words of a file."""

_PLAIN = re.compile(r"=?[\w*?][\w*?.'’-]*")
_QUOTED = re.compile(r'=?"[^"]*"')
_OPERATORS: Final = frozenset({"AND", "OR", "NOT", "EXCEPT"})
_COMMENT = re.compile(r"(?:^|\s)#.*")


@dataclass(frozen=True, slots=True)
class WordFiles:
    """Reads the files of words that topics name.

    Attributes:
        files: Every file that was looked for, present or not, so that a change is noticed.
        replaced: Contents that are used instead of those of the files.
        contents: The contents that were used, filled while terms are read.
        users: The files of the topics that name a file, by its path in faults.
    """

    files: set[Path] = field(default_factory=set)
    replaced: Mapping[Path, bytes] = field(default_factory=dict)
    contents: dict[Path, bytes] = field(default_factory=dict)
    users: dict[str, list[str]] = field(default_factory=dict)

    def term(self, node: YamlNode, name: str, faults: Faults) -> SourceText | None:
        """Return the term of ``{file: words.txt}``, or None where it has faults.

        Args:
            node: The mapping.
            name: Of the term.
            faults: Collects the faults.
        """
        section = Section(faults, node, f"the term `{name}`", ("file",))
        given = section.require("file", values.text, "")
        if not given or not section.is_valid:
            return None
        position = section.pairs["file"][1].position
        path = _path_below(Path(position.file).parent, given)
        if path is None:
            mend = "Write the name of a file in the topic's folder, or below it."
            faults.add(position, "E221", f"{values.shown(given)} is outside of the folder.", mend)
            return None
        self.files.add(path)
        content = self.replaced.get(path) or read(path)
        if isinstance(content, Fault):
            message = f"The words of `{name}` are in {values.shown(given)}: {content.message}"
            faults.add(position, content.code, message, "Create it, or correct the name.")
            return None
        self.contents[path] = content
        self.users.setdefault(shown_path(path), []).append(position.file)
        return _source(shown_path(path), content, faults)


def _path_below(folder: Path, name: str) -> Path | None:
    """Return the path of a file; None where it leads out of the folder, also by a link."""
    try:
        path = (folder / name).resolve()
        return folder / name if path.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):  # too long, a cycle of links
        return None


def _source(file: str, content: bytes, faults: Faults) -> SourceText | None:
    text, problem = decode(file, content)
    start = FilePosition(file, 1, 1)
    if problem is not None:
        faults.extend([problem])
        return None
    words = list(_words(text))
    if not words:
        faults.add(start, "E212", "The file has no words.", "Write one word or phrase a line.")
        return None
    if len(words) > MAX_WORDS:
        message = f"The file has {len(words)} words; {MAX_WORDS} are allowed."
        position = FilePosition(file, words[MAX_WORDS][1], words[MAX_WORDS][2])
        faults.add(position, "E012", message, "Split it into the files of several terms.")
        return None
    return _joined(file, words)


def _words(text: str) -> list[tuple[str, int, int]]:
    """Return each word or phrase as a query has it, with its line and column."""
    words = []
    for number, line in enumerate(text.splitlines(), 1):
        written = _COMMENT.sub("", line)
        if word := written.strip():
            words.append((word, number, len(written) - len(written.lstrip()) + 1))
    return words


def _joined(file: str, words: list[tuple[str, int, int]]) -> SourceText:
    pieces: list[str] = []
    lines: list[tuple[int, int, int]] = []
    offset = 0
    for word, line, column in words:
        lines.append((offset, line, column))
        if _QUOTED.fullmatch(word) or _is_plain(word):
            pieces.append(word)
        else:
            lines.append((offset + 1, line, column))
            sign = "=" if word.startswith("=") else ""
            pieces.append(f'{sign}"{word.removeprefix("=").replace(chr(34), " ")}"')
        offset += len(pieces[-1]) + len(" OR ")
    first = FilePosition(file, lines[0][1], lines[0][2])
    return SourceText(" OR ".join(pieces), first, tuple(lines), is_list=True)


def _is_plain(word: str) -> bool:
    """Return whether a query may have a word without quotes."""
    return _PLAIN.fullmatch(word) is not None and word not in _OPERATORS
