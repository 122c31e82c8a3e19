"""The catalog of a running system: re-read when files change, never a faulty one.

::

    refresh() ── stat of every file ── as before, or just being written ──▶ nothing
                        │ changed
                        ▼
                 content as before ──────────────▶ nothing
                        │ changed
                        ▼
             assemble, validate ── errors ──▶ last good catalog stays; said once
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
"""Gives the faults of what it knows about: queries, receivers."""

_WRITING: Final = timedelta(milliseconds=500)
"""A file changed so lately may be half written: many editors empty a file before they fill it."""

_SETTLED: Final = timedelta(seconds=2)
"""Within this time a second write may leave the same time stamps: file systems count coarsely."""

Tree = tuple[YamlNode | None, list[Fault]]
Stamps = tuple[tuple[str, int, int, int, int], ...]


class CatalogKeeper:
    """Keeps the newest catalog without errors. Thread-safe.

    Args:
        folder: The operator's files.
        environ: Where ``${NAME}`` is looked up first.
        validate: Further checks; an error of theirs keeps a catalog out as well.
        clock: Gives the present moment.
        on_reload: Told after each look at changed files whether the newest ones are in force.
        dotenv: Where ``${NAME}`` is looked up last.

    Raises:
        CatalogError: There is an error already at the first load.
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
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._validate = tuple(validate)
        self._clock = clock
        self._on_reload = on_reload
        self._dotenv = dotenv
        self._lock = threading.Lock()
        self._watched: frozenset[Path] = frozenset()
        self._stamps: Stamps = ()
        self._content = ""
        self._faults: tuple[Fault, ...] = ()
        self._trees: dict[tuple[str, bytes], Tree] = {}
        catalog = self._read()
        if catalog is None:
            on_reload(False)
            raise CatalogError(self._faults)
        self._current = catalog
        self._loaded_at = clock()
        on_reload(True)

    @property
    def current(self) -> Catalog:
        """The catalog in force; never a faulty one."""
        return self._current

    @property
    def loaded_at(self) -> datetime:
        """Since when it is in force."""
        return self._loaded_at

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the newest files; an error among it keeps them out of force."""
        return self._faults

    def refresh(self) -> bool:
        """Look whether files changed; True when another catalog came into force."""
        with self._lock:
            if not self._changed():
                return False
            before = self._faults
            catalog = self._read()
            self._say(before, catalog)
            self._on_reload(catalog is not None)
            if catalog is None or catalog == self._current:
                return False
            self._current, self._loaded_at = catalog, self._clock()
            return True

    def _changed(self) -> bool:
        stamps = self._look()
        newest = max((stamp[-1] for stamp in stamps), default=0)
        age = self._clock() - datetime.fromtimestamp(newest / 1e9, UTC)
        if timedelta(0) <= age < _WRITING or (stamps == self._stamps and age > _SETTLED):
            return False
        if self._fingerprint(gather(self._folder)) == self._content:
            self._stamps = stamps
            return False
        return True

    def _read(self) -> Catalog | None:
        """Read everything; what is found wrong is in ``_faults``."""
        stamps = self._look()
        files = gather(self._folder)
        variables = Variables(self._environ, self._dotenv)
        catalog, faults = assemble(files, variables, self._parse)
        there = {file.content for file in files}
        self._trees = {key: tree for key, tree in self._trees.items() if key[1] in there}
        for check in self._validate:
            faults = [*faults, *check(catalog)]
        # Stamps are those from before reading: a write in between is seen at the next look.
        self._stamps = stamps if variables.files == self._watched else ()
        self._watched = frozenset(variables.files)
        self._content = self._fingerprint(files)
        self._faults = tuple(in_file_order(faults))
        return None if any(f.is_error for f in faults) else catalog

    def _parse(self, file: str, content: bytes) -> Tree:
        """Parse what is new; parsing is nearly all of the time a load takes."""
        found = self._trees.get((file, content)) or parse(file, content)
        self._trees[file, content] = found
        return found

    def _look(self) -> Stamps:
        paths = [*(path for _, path in operator_files(self._folder)), *sorted(self._watched)]
        return tuple(_stamp(path) for path in paths)

    def _fingerprint(self, files: Iterable[RawFile]) -> str:
        hasher = hashlib.sha256()
        for file in files:
            hasher.update(f"{file.path}\0{file.fingerprint}\0".encode("utf-8", "surrogateescape"))
        for path in sorted(self._watched):
            hasher.update(str(read(path)).encode())
        return hasher.hexdigest()

    def _say(self, before: Sequence[Fault], catalog: Catalog | None) -> None:
        errors = [fault for fault in self._faults if fault.is_error]
        if errors and list(self._faults) != list(before):
            log.error("configuration_refused", errors=len(errors), first=str(errors[0]))
        elif catalog is not None and any(fault.is_error for fault in before):
            log.info("configuration_mended", folder=str(self._folder))
        elif catalog is not None:
            log.info("configuration_reloaded", folder=str(self._folder))


def _stamp(path: Path) -> tuple[str, int, int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        return (str(path), -1, error.errno or 0, 0, 0)
    return (str(path), found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
