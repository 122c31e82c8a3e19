"""The catalog of a running program: read again when files change, never one with errors.

::

    refresh() ── stat of every file ── unchanged, or just being written ──▶ nothing
                        │ changed
                        ▼
                 content unchanged ──────────────▶ nothing
                        │ changed
                        ▼
             assemble, validate ── errors ──▶ the last good catalog stays; logged once
                        │ none
                        ▼
                  current = new catalog
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from config.catalog.load import RawFile, assemble, gather, operator_files
from config.catalog.models import Catalog
from config.catalog.variables import Variables
from config.errors import CatalogError
from config.faults import Fault, in_file_order
from config.yaml.nodes import YamlNode, parse, read

log = structlog.get_logger(__name__)

Validate = Callable[[Catalog], Sequence[Fault]]
"""Returns the faults of a part of the catalog: queries, receivers."""

_WRITING: Final = timedelta(milliseconds=500)
"""A file that changed more recently may be half written: many editors truncate it first."""

_SETTLED: Final = timedelta(seconds=2)
"""Within this time a second write may leave the same time stamps: their resolution is coarse."""

Tree = tuple[YamlNode | None, list[Fault]]
Stamps = tuple[tuple[str, int, int, int, int], ...]


class CatalogKeeper:
    """Provides the newest catalog without errors. Thread-safe.

    Args:
        folder: The operator's files.
        environ: Where ``${NAME}`` is looked up first.
        validate: Further checks; a catalog with one of their errors is not used either.
        clock: The present.
        on_reload: Called after each load with whether the newest files are in use.
        dotenv: Where ``${NAME}`` is looked up last.
        logs: Whether to log each reload; false where another process does.

    Raises:
        CatalogError: The files have errors at the first load.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        validate: Sequence[Validate],
        clock: Callable[[], datetime],
        *,
        on_reload: Callable[[bool], None] = lambda _: None,
        dotenv: Path = Path(".env"),
        logs: bool = True,
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._validate = tuple(validate)
        self._clock = clock
        self._on_reload = on_reload
        self._dotenv = dotenv
        self._logs = logs
        self._lock = threading.Lock()
        self._watched: frozenset[Path] = frozenset()
        self._stamps: Stamps = ()
        self._content = ""
        self._revision = ("", clock())
        self._faults: tuple[Fault, ...] = ()
        self._trees: dict[tuple[str, bytes], Tree] = {}
        catalog = self._read()
        if catalog is None:
            on_reload(False)
            raise CatalogError(self._faults)
        self._current = catalog
        self._revision = (self._content, clock())
        on_reload(True)

    @property
    def current(self) -> Catalog:
        """The catalog in use; it never has errors."""
        return self._current

    @property
    def revision(self) -> tuple[str, datetime]:
        """The hash of the files in use, and since when they are."""
        return self._revision

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the newest files; with an error among them, they are not in use."""
        return self._faults

    def refresh(self) -> bool:
        """Load files that changed. Return whether another catalog is in use now."""
        with self._lock:
            if not self._changed():
                return False
            before = self._faults
            catalog = self._read()
            if self._logs:
                self._log_result(before, catalog)
            self._on_reload(catalog is not None)
            if catalog is not None:
                self._revision = (self._content, self._clock())
            if catalog is None or catalog == self._current:
                return False
            self._current = catalog
            return True

    def _changed(self) -> bool:
        stamps = self._stamp_files()
        newest = max((stamp[-1] for stamp in stamps), default=0)
        age = self._clock() - datetime.fromtimestamp(newest / 1e9, UTC)
        if timedelta(0) <= age < _WRITING or (stamps == self._stamps and age > _SETTLED):
            return False
        if self._fingerprint(gather(self._folder)) == self._content:
            self._stamps = stamps
            return False
        return True

    def _read(self) -> Catalog | None:
        """Read all files, set ``_faults``, and return the catalog where there is no error."""
        stamps = self._stamp_files()
        files = gather(self._folder)
        variables = Variables(self._environ, self._dotenv)
        catalog, faults = assemble(files, variables, self._parse)
        contents = {file.content for file in files}
        self._trees = {key: tree for key, tree in self._trees.items() if key[1] in contents}
        for check in self._validate:
            faults = [*faults, *check(catalog)]
        # The stamps are from before reading: the next refresh notices a write in between.
        self._stamps = stamps if variables.files == self._watched else ()
        self._watched = frozenset(variables.files)
        self._content = self._fingerprint(files)
        self._faults = tuple(in_file_order(faults))
        return None if any(f.is_error for f in faults) else catalog

    def _parse(self, file: str, content: bytes) -> Tree:
        """Parse a file unless its content is unchanged; parsing is most of the time of a load."""
        tree = self._trees.get((file, content)) or parse(file, content)
        self._trees[file, content] = tree
        return tree

    def _stamp_files(self) -> Stamps:
        paths = [*(path for _, path in operator_files(self._folder)), *sorted(self._watched)]
        return tuple(_stamp(path) for path in paths)

    def _fingerprint(self, files: Iterable[RawFile]) -> str:
        hasher = hashlib.sha256()
        for file in files:
            hasher.update(f"{file.path}\0{file.fingerprint}\0".encode("utf-8", "surrogateescape"))
        for path in sorted(self._watched):
            hasher.update(str(read(path)).encode())
        return hasher.hexdigest()

    def _log_result(self, before: Sequence[Fault], catalog: Catalog | None) -> None:
        errors = [fault for fault in self._faults if fault.is_error]
        if errors and list(self._faults) != list(before):
            log.error("configuration_rejected", errors=len(errors), first=str(errors[0]))
        elif catalog is not None and any(fault.is_error for fault in before):
            log.info("configuration_fixed", folder=str(self._folder))
        elif catalog is not None:
            log.info("configuration_reloaded", folder=str(self._folder))


def _stamp(path: Path) -> tuple[str, int, int, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        return (str(path), -1, error.errno or 0, 0, 0)
    return (str(path), status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
