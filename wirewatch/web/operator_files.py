"""Operator files that the console edits: read, compared and replaced as a whole."""

from __future__ import annotations

import difflib
import hashlib
import os
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.errors import UsageError
from config.faults import Fault
from config.i18n import Phrase
from config.yaml.nodes import read

SHOWN_DIGITS = 12
"""Digits of a file's hash in the audit log: enough to find the version in a history."""

MAX_DIFF_LINES = 20_000
"""Lines of each text that are compared; the rest is left out."""

_SAVING = threading.Lock()
"""Held from the comparison with the file until it is replaced: pages save in several threads."""


class SaveRefusal(StrEnum):
    """Why a text was not saved."""

    NOT_ALLOWED = "not_allowed"
    ERRORS = "errors"
    OTHER_ID = "other_id"
    CHANGED = "changed"
    EXISTS = "exists"
    OUTSIDE = "outside"
    UNWRITABLE = "unwritable"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class OperatorFile:
    """An operator file as it was read.

    Attributes:
        text: Its content with line feeds as line breaks; empty where there is none yet.
        digest: A hash of its bytes; empty where there is none yet.
        newline: How its lines end.
    """

    path: Path
    text: str = ""
    digest: str = ""
    newline: str = "\n"


def read_file(path: Path) -> OperatorFile:
    """Read an operator file.

    Raises:
        UsageError: It cannot be read, or is not UTF-8.
    """
    content = read(path)
    if isinstance(content, Fault):
        raise UsageError(Phrase("edit.file", file=path.name, fault=content.phrase))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(Phrase("edit.no_utf8", file=path.name)) from None
    newline = "\r\n" if "\r\n" in text else "\n"
    return OperatorFile(path, text.replace("\r\n", "\n"), _digest(content), newline)


def save_file(file: OperatorFile, text: str, folder: Path) -> SaveRefusal | None:
    """Replace an operator file as a whole, or create it. Return why not, or None.

    Args:
        file: The file as it was when its text was opened.
        text: The new text.
        folder: The only folder that is written to.
    """
    if not _is_inside(file.path, folder):
        return SaveRefusal.OUTSIDE
    content = _content(file, text)
    new = file.path.with_name(f".{file.path.name}.{os.getpid()}.new")
    with _SAVING:
        try:
            return _replace(file, content, new)
        except OSError:
            return SaveRefusal.UNWRITABLE
        finally:
            new.unlink(missing_ok=True)


def describe_change(file: OperatorFile, text: str) -> str:
    """Return which file was changed, with its hash before and after, for the audit log.

    The hashes are the first twelve digits that ``sha256sum`` prints; before the first version there
    is a dash.

    Args:
        file: The file as it was before.
        text: Its new text.
    """
    before, after = file.digest[:SHOWN_DIGITS], _digest(_content(file, text))[:SHOWN_DIGITS]
    return f"{file.path.name} {before or '-'} → {after}"


def _content(file: OperatorFile, text: str) -> bytes:
    return text.replace("\n", file.newline).encode()


def _replace(file: OperatorFile, content: bytes, new: Path) -> SaveRefusal | None:
    if not file.digest:
        file.path.parent.mkdir(exist_ok=True)
        _write(new, content, 0o644)
        try:
            os.link(new, file.path)  # unlike replace, this never overwrites
        except FileExistsError:
            return SaveRefusal.EXISTS
        return None
    if _digest(file.path.read_bytes()) != file.digest:
        return SaveRefusal.CHANGED
    _write(new, content, file.path.stat().st_mode & 0o777)
    new.replace(file.path)
    return None


def _write(path: Path, content: bytes, mode: int) -> None:
    with path.open("xb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    path.chmod(mode)


def _is_inside(path: Path, folder: Path) -> bool:
    """Return whether a path leads directly into a folder, and not out of it by a link."""
    return not path.is_symlink() and path.parent.resolve() == folder.resolve()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def unified_diff(before: str, after: str, name: str) -> str:
    """Return the change of a file as ``patch`` reads it; empty where there is none.

    Args:
        before: Its text; empty where there is none yet.
        after: Its new text.
        name: Its path in the folder of operator files.
    """
    old, new = (text.splitlines(keepends=True)[:MAX_DIFF_LINES] for text in (before, after))
    names = (f"a/{name}" if before else "/dev/null", f"b/{name}")
    return "".join(_whole(line) for line in difflib.unified_diff(old, new, *names))


def _whole(line: str) -> str:
    """Return a line of a diff; the last line of a text may lack its line break."""
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
