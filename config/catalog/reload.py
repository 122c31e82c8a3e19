"""The catalog of a running program: read again when files change, never with errors.

::

    refresh() ── stat of every file ── unchanged, or just being written ──▶ nothing
                        │ changed
                        ▼
                 content unchanged ──────────────▶ nothing
                        │ changed
                        ▼
        settle: of files with errors, the last good content ──▶ current = new catalog
                        │
                        ▼
             faults and held files for the log, the console and metrics
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from config.catalog.last_good import GoodFile, GoodFiles, HeldFile, Settled, Validate, settle
from config.catalog.load import RawFile, gather, operator_files
from config.catalog.models import Catalog
from config.catalog.variables import Variables
from config.errors import CatalogError, ExternalError
from config.faults import Fault
from config.yaml.nodes import YamlNode, parse, read

log = structlog.get_logger(__name__)

_WRITING: Final = timedelta(milliseconds=500)
"""A file that changed more recently may be half written: many editors truncate it first."""

_SETTLED: Final = timedelta(seconds=2)
"""Within this time a second write may leave the same time stamps: their resolution is coarse."""

Tree = tuple[YamlNode | None, list[Fault]]
Stamps = tuple[tuple[str, int, int, int, int], ...]
OnReload = Callable[[Sequence[Fault], Sequence[HeldFile]], None]


class CatalogKeeper:
    """Provides the newest catalog without errors. Thread-safe.

    A file with an error keeps the last good content that it had; the others are used.

    Args:
        folder: The operator's files.
        environ: Where ``${NAME}`` is looked up first.
        validate: Further checks; a file with one of their errors is not used either.
        clock: The present.
        on_reload: Called after each load with the faults and with the files that are held.
        dotenv: Where ``${NAME}`` is looked up last.
        logs: Whether to log each reload; false where another process does.
        good_files: Stores the last good content of files; None keeps it in memory only.

    Raises:
        CatalogError: A file has errors that the program cannot start without.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        validate: Sequence[Validate],
        clock: Callable[[], datetime],
        *,
        on_reload: OnReload = lambda _faults, _held: None,
        dotenv: Path = Path(".env"),
        logs: bool = True,
        good_files: GoodFiles | None = None,
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._validate = tuple(validate)
        self._clock = clock
        self._on_reload = on_reload
        self._dotenv = dotenv
        self._logs = logs
        self._good_files = good_files
        self._good: Mapping[str, GoodFile] = {}
        self._saved: Mapping[str, GoodFile] = {}
        self._lock = threading.Lock()
        self._watched: frozenset[Path] = frozenset()
        self._stamps: Stamps = ()
        self._content = ""
        self._revision = ("", clock())
        self._faults: tuple[Fault, ...] = ()
        self._held: tuple[HeldFile, ...] = ()
        self._trees: dict[tuple[str, bytes], Tree] = {}
        self._current = self._load(None)
        self._log_result((), reloaded=False)
        self._save()

    @property
    def current(self) -> Catalog:
        """The catalog in use; it never has errors."""
        return self._current

    @property
    def revision(self) -> tuple[str, datetime]:
        """The hash of the files in use, and since when they are."""
        return self._revision

    @property
    def newest(self) -> str:
        """The hash of the newest files, in use or not."""
        return self._content

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults of the newest files; one with an error among them is not in use."""
        return self._faults

    @property
    def held(self) -> tuple[HeldFile, ...]:
        """The files whose newest content is not in use."""
        return self._held

    def store_in(self, good_files: GoodFiles) -> None:
        """Store the last good content of files from now on."""
        with self._lock:
            self._good_files = good_files
            stored = self._load_good()
            self._good = {key: stored[key] for key in self._good}
            self._save()

    def refresh(self) -> bool:
        """Load files that changed. Return whether another catalog is in use now."""
        with self._lock:
            self._save()
            if not self._changed():
                return False
            before = self._faults
            try:
                catalog = self._load(self._current)
            except CatalogError:  # not even a part of the files can be used
                catalog = self._current
            self._log_result(before, reloaded=True)
            self._save()
            if catalog == self._current:
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

    def _load(self, running: Catalog | None) -> Catalog:
        """Read all files, and return what is in force of them.

        Raises:
            CatalogError: A file has no good content that is required.
        """
        stamps = self._stamp_files()
        files = gather(self._folder)
        variables = Variables(self._environ, self._dotenv)
        try:
            settled = self._settle(files, variables, running)
        except CatalogError as error:
            self._faults, self._held = error.faults, ()
            self._on_reload(self._faults, self._held)
            raise
        finally:
            # The stamps are from before reading: the next refresh notices a write in between.
            self._stamps = stamps if variables.files == self._watched else ()
            self._watched = frozenset(variables.files)
            self._content = self._fingerprint(files)
        self._use(settled)
        self._on_reload(self._faults, self._held)
        return settled.catalog

    def _settle(
        self, files: Sequence[RawFile], variables: Variables, running: Catalog | None
    ) -> Settled:
        now, good = self._clock(), self._load_good()
        return settle(
            self._folder, files, good, variables, self._validate, self._parse, now, running
        )

    def _use(self, settled: Settled) -> None:
        self._faults, self._held, self._good = settled.faults, settled.held, settled.good
        contents = {good.content for good in settled.good.values()}
        self._trees = {key: tree for key, tree in self._trees.items() if key[1] in contents}
        watched = "".join(str(read(path)) for path in sorted(self._watched))
        revision = hashlib.sha256(f"{settled.revision}{watched}".encode()).hexdigest()
        if revision != self._revision[0]:
            self._revision = (revision, self._clock())

    def _load_good(self) -> Mapping[str, GoodFile]:
        """Return the last good content of each file that this or another process has used."""
        if self._good_files is None:
            return self._good
        try:
            stored = self._good_files.load()
        except ExternalError as error:
            log.warning("last_good_files_not_read", reason=str(error))
            return self._good
        own = {k: good for k, good in self._good.items() if _is_newer(good, stored.get(k))}
        return {**stored, **own}

    def _save(self) -> None:
        """Store the last good content of files if it changed; a failure is tried again later."""
        if self._good_files is None or self._saved == self._good:
            return
        try:
            self._good_files.save(self._good)
        except ExternalError as error:
            mend = "It is tried again. Until then a restart does not have it."
            log.warning("last_good_files_not_stored", reason=str(error), mend=mend)
        else:
            self._saved = self._good

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

    def _log_result(self, before: Sequence[Fault], *, reloaded: bool) -> None:
        errors = [fault for fault in self._faults if fault.is_error]
        if not self._logs:
            return
        if errors and list(self._faults) != list(before):
            good = {file.file: file.good_at for file in self._held if file.good_at}
            log.error(
                "configuration_rejected",
                errors=len(errors),
                first=str(errors[0]),
                last_good={name: at.isoformat(timespec="seconds") for name, at in good.items()},
                off=[file.file for file in self._held if file.is_off],
                mend="Correct these files; all others are in use. `wirewatch check` lists errors.",
            )
        elif reloaded and not errors and any(fault.is_error for fault in before):
            log.info("configuration_fixed", folder=str(self._folder))
        elif reloaded and not errors:
            log.info("configuration_reloaded", folder=str(self._folder))


def _is_newer(good: GoodFile, stored: GoodFile | None) -> bool:
    """Return whether a file has another content than what is stored, and a newer one."""
    return stored is None or (good.content != stored.content and good.at >= stored.at)


def _stamp(path: Path) -> tuple[str, int, int, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        return (str(path), -1, error.errno or 0, 0, 0)
    return (str(path), status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
