"""Choose what is in force of each operator file: its newest content, or its last good one.

::

    newest files ──▶ assemble, validate ──no error──▶ in force
                          ▲        │ errors in some files
                          │        ▼
                          └── of these: the last good content, or nothing where there is none

The unit is the file. Files that others refer to are settled first, so that no topic is blamed for a
vocabulary file that cannot be read. If a file that did not change gets an error, because a concept
that it uses was removed, the files that topics share keep their last good content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, Protocol

from config.catalog.load import FOLDERS, Kind, ParseFile, RawFile, assemble
from config.catalog.models import Catalog, FilePosition
from config.catalog.variables import Variables
from config.catalog.word_files import WordFiles
from config.errors import CatalogError
from config.faults import Fault, in_file_order
from config.yaml.nodes import fault, read, shown_path

Validate = Callable[[Catalog], Sequence[Fault]]
"""Returns the faults of a part of the catalog: queries, receivers."""

FileKind = Kind | Literal["words"]
"""What an operator file contains; ``words`` for a file that a term of a topic names."""

_SHARED: Final = ("words", "entities", "vocabulary")
"""Kinds of files that topics refer to. They are settled before the others."""

_REQUIRED: Final = ("sources", "alerts")
"""Kinds of files that are never off: without a good one, the program does not start."""


@dataclass(frozen=True, slots=True)
class GoodFile:
    """The content that an operator file had when it was in force without an error.

    Attributes:
        at: When it came into force.
    """

    content: bytes
    at: datetime


class GoodFiles(Protocol):
    """Stores the last good content of operator files, by path relative to their folder."""

    def load(self) -> Mapping[str, GoodFile]:
        """Return all files.

        Raises:
            ExternalError: They cannot be read.
        """

    def save(self, files: Mapping[str, GoodFile]) -> None:
        """Store these files; others that are stored are deleted.

        Raises:
            ExternalError: They cannot be written.
        """


@dataclass(frozen=True, slots=True)
class HeldFile:
    """An operator file whose newest content is not in force.

    Attributes:
        file: Its path, as faults have it.
        good_at: When the content in force came into force; None where the file is off.
    """

    file: str
    kind: FileKind
    good_at: datetime | None

    @property
    def is_off(self) -> bool:
        """Whether nothing of it is in force."""
        return self.good_at is None


@dataclass(frozen=True, slots=True)
class Settled:
    """What is in force of a folder of operator files.

    Attributes:
        catalog: The catalog in force; it has no errors.
        faults: The errors of the newest files, and the warnings of those in force.
        held: The files whose newest content is not in force.
        good: The last good content of each file, by path relative to the folder.
        revision: A hash of everything in force.
    """

    catalog: Catalog
    faults: tuple[Fault, ...]
    held: tuple[HeldFile, ...]
    good: Mapping[str, GoodFile]
    revision: str


def settle(
    folder: Path,
    files: Sequence[RawFile],
    good: Mapping[str, GoodFile],
    variables: Variables,
    validate: Sequence[Validate],
    parse: ParseFile,
    now: datetime,
    running: Catalog | None = None,
) -> Settled:
    """Return what is in force of the files of a folder.

    Args:
        folder: The folder.
        files: Its newest files, as :func:`config.catalog.load.gather` reads them.
        good: The last good content of files, by path relative to the folder.
        variables: Replaces ``${NAME}``.
        validate: Further checks.
        parse: Parses a file.
        now: The present.
        running: The catalog in force until now. Its outlets and alerts stay where neither the
            newest nor the last good file can be used, as when a variable is not set any more.

    Raises:
        CatalogError: The folder is missing, or a file has no good content that is required.
    """
    if not folder.is_dir():
        raise CatalogError([file.content for file in files if isinstance(file.content, Fault)])
    chosen = {key_of(folder, file.path): file for file in _expanded(folder, files, good)}
    settling = _Settling(folder, chosen, good, variables, parse, running)
    while errors := settling.find_errors(validate):
        settling.replace_faulty(errors)
    return settling.result(now)


def key_of(folder: Path, path: Path) -> str:
    """Return the path of a file relative to the folder of the operator's files."""
    return shown_path(path.relative_to(folder) if path.is_relative_to(folder) else path)


def _expanded(
    folder: Path, files: Iterable[RawFile], good: Mapping[str, GoodFile]
) -> Iterator[RawFile]:
    """Yield the files; for a subfolder that cannot be read, each of its last good files."""
    for file in files:
        names = [name for name in good if Path(name).parent == Path(key_of(folder, file.path))]
        if names:
            problem = file.content if isinstance(file.content, Fault) else _no_folder(file.path)
            yield from (RawFile(file.kind, folder / n, problem) for n in names if _is_yaml(n))
        else:
            yield file


def _no_folder(path: Path) -> Fault:
    position = FilePosition(shown_path(path), 1, 1)
    return fault(position, "E201", "This is not a folder.", "Replace it with a folder of files.")


def _is_yaml(key: str) -> bool:
    return key.endswith(".yaml")


def _kind(key: str) -> FileKind:
    """Return what a file contains, by its path relative to the folder."""
    for kind, name in FOLDERS:
        if key == name or key.startswith(f"{name}/"):
            return "words" if kind == "topic" and key != name and not _is_yaml(key) else kind
    return "alerts" if key == "alerts.yaml" else "sources"


@dataclass
class _Settling:
    """Replaces the content of files until no error is left.

    Attributes:
        newest: The newest files by their keys.
        replaced: The files of which something else is in force; None where nothing is.
        faults: The faults to report.
    """

    folder: Path
    newest: Mapping[str, RawFile]
    good: Mapping[str, GoodFile]
    variables: Variables
    parse: ParseFile
    running: Catalog | None
    replaced: dict[str, GoodFile | None] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    catalog: Catalog = field(default_factory=lambda: Catalog(()))
    words: WordFiles = field(default_factory=WordFiles)

    def find_errors(self, validate: Sequence[Validate]) -> dict[str, list[Fault]]:
        """Assemble the files. Return the errors of those to settle next, by their keys."""
        contents = {self.folder / k: good.content for k, good in self.replaced.items() if good}
        self.words = WordFiles(self.variables.files, contents)
        catalog, found = assemble(
            [*self._files()],
            self.variables,
            self.parse,
            self.words,
            is_partial=None in self.replaced.values(),
        )
        self.catalog = self._with_running(catalog)
        errors = self._by_file(found)
        if not any(_kind(key) in _SHARED for key in errors):
            found = [*found, *(f for check in validate for f in check(self.catalog))]
            errors = self._by_file(found)
        if not errors:
            self.faults += [f for f in found if self._key(f.file) not in self.replaced]
        shared = {key: faults for key, faults in errors.items() if _kind(key) in _SHARED}
        return shared or errors

    def replace_faulty(self, errors: Mapping[str, Sequence[Fault]]) -> None:
        """Replace the content of files with errors by the last good one, or turn them off.

        Raises:
            CatalogError: A file has no good content that is required.
        """
        before, changed = dict(self.replaced), self._changed_shared_files()
        for key, faults in errors.items():
            if key not in before:
                self.faults += faults
            good, is_required = self.good.get(key), _kind(key) in _REQUIRED
            if good and key not in before and self._content(key) != good.content:
                self.replaced[key] = good
            elif good and changed and not is_required:
                self.replaced |= changed
            else:
                self.replaced[key] = None
        unusable = [k for k, good in self.replaced.items() if good is None and self._is_needed(k)]
        if unusable or self.replaced == before:
            found = [f for faults in errors.values() for f in faults]
            raise CatalogError(in_file_order([*self.faults, *found]))

    def result(self, now: datetime) -> Settled:
        """Return what is in force; no file has an error any more."""
        files = [file for file in self._files() if file.path.suffix == ".yaml"]
        contents = {key_of(self.folder, file.path): file.content for file in files}
        contents |= {key_of(self.folder, path): text for path, text in self.words.contents.items()}
        in_force = {k: content for k, content in contents.items() if isinstance(content, bytes)}
        good = {key: self.good[key] for key in self.replaced if key in self.good}
        for key, content in in_force.items():
            old = self.good.get(key)
            good[key] = old if old and old.content == content else GoodFile(content, now)
        held = tuple(self._held(key) for key in sorted(self.replaced))
        faults = tuple(in_file_order(self.faults))
        return Settled(self.catalog, faults, held, good, _hash(in_force))

    def _files(self) -> Iterator[RawFile]:
        """Yield the files with the content that is in force, in the order of their paths."""
        for key in sorted({*self.newest, *self.replaced}):
            kind, good = _kind(key), self.replaced.get(key)
            if key not in self.replaced:
                yield self.newest[key]
            elif good is not None and kind != "words":
                yield RawFile(kind, self.folder / key, good.content)

    def _with_running(self, catalog: Catalog) -> Catalog:
        """Return the catalog with the outlets and alerts in force where the files have none."""
        off = {_kind(key) for key, good in self.replaced.items() if good is None}
        if self.running and "sources" in off:
            catalog = replace(catalog, outlets=self.running.outlets)
        if self.running and "alerts" in off:
            catalog = replace(catalog, alerts=self.running.alerts)
        return catalog

    def _is_needed(self, key: str) -> bool:
        return _kind(key) in _REQUIRED and self.running is None

    def _changed_shared_files(self) -> dict[str, GoodFile]:
        """Return the last good content of shared files that changed since, or are gone."""
        return {
            key: good
            for key, good in self.good.items()
            if _kind(key) in _SHARED
            and key not in self.replaced
            and self._content(key) != good.content
        }

    def _content(self, key: str) -> bytes | Fault | None:
        """Return the newest content of a file; None where it is gone."""
        if _kind(key) == "words":
            path = self.folder / key
            return self.words.contents.get(path) or read(path)
        file = self.newest.get(key)
        return file.content if file else None

    def _by_file(self, faults: Iterable[Fault]) -> dict[str, list[Fault]]:
        """Return the errors among faults by the keys of the files to settle."""
        errors: dict[str, list[Fault]] = {}
        for one in faults:
            if one.is_error:
                for key in self._keys(one):
                    errors.setdefault(key, []).append(one)
        return errors

    def _keys(self, of: Fault) -> list[str]:
        """Return the files that a fault is of.

        There are several where their folder cannot be read. A file of words that never was good is
        a fault of the topics that use it.
        """
        same = [
            key
            for key, file in self.newest.items()
            if file.content == of and key not in self.replaced
        ]
        key = self._key(of.file)
        if _kind(key) == "words" and (key in self.replaced or key not in self.good):
            same = [self._key(topic) for topic in self.words.users.get(of.file, ())]
        return same or [key]

    def _key(self, file: str) -> str:
        return key_of(Path(shown_path(self.folder)), Path(file))

    def _held(self, key: str) -> HeldFile:
        good, kind = self.replaced[key], _kind(key)
        if good is None and kind in _REQUIRED:
            good = self.good.get(key)
        file = shown_path(self.folder / key)
        return HeldFile(file, kind, good.at if good else None)


def _hash(contents: Mapping[str, bytes]) -> str:
    hasher = hashlib.sha256()
    for key in sorted(contents):
        digest = hashlib.sha256(contents[key]).hexdigest()
        hasher.update(f"{key}\0{digest}\0".encode())
    return hasher.hexdigest()
