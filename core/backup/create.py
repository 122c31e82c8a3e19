"""Make a backup of an installation, which may be running."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from config.catalog.load import FOLDERS, operator_files
from config.errors import BackupError, UsageError
from config.settings import Settings
from core import private_files
from core.archive.open import FILE as ARCHIVE_FILE
from core.backup import manifest as names
from core.backup.blocks import Report
from core.backup.manifest import GroupPosition, Manifest, describe_file
from core.backup.moment import Moment, check_copy, copy_files, read_value
from core.backup.new_folder import new_folder
from core.clock import Clock

SPARE_BYTES = 64 << 20
"""Free space that is left on the disk of the backup."""

_SQLITE = "sqlite:///"

LoadPositions = Callable[[], Sequence[GroupPosition]]
"""Returns the positions of the groups on Kafka."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a copy of the store is."""

    moment: Moment
    schema_revision: str
    store_id: str


@dataclass(frozen=True, slots=True)
class Installation:
    """Where an installation has its data.

    Attributes:
        settings: Name its databases and folders.
        databases: Each SQLite file with its name in a backup, in the order of their locks.
    """

    settings: Settings
    databases: tuple[tuple[Path, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        settings = self.settings
        files = [
            (_path_of(settings.database_location), names.STORE),
            (settings.data_dir / ARCHIVE_FILE if self.store_is_sqlite else None, names.ARCHIVE),
            (_path_of(settings.streams_location), names.STREAMS),
        ]
        present = tuple((path, name) for path, name in files if path and path.is_file())
        object.__setattr__(self, "databases", present)

    @property
    def store_is_sqlite(self) -> bool:
        """Whether the store is a file."""
        return self.settings.database_location.startswith("sqlite:")

    @property
    def is_on_kafka(self) -> bool:
        """Whether the streams are on Kafka."""
        return self.settings.streams_location.startswith("kafka:")

    def check(self) -> None:
        """Check that there is something to back up.

        Raises:
            UsageError: The store or the stream file is missing.
        """
        required = {names.STORE} if self.store_is_sqlite else set()
        required |= set() if self.is_on_kafka else {names.STREAMS}
        if missing := required - {name for _, name in self.databases}:
            raise UsageError(
                f"There is no {' and no '.join(sorted(missing))} of an installation in"
                f" {self.settings.data_dir}.",
                mend="Set WIREWATCH_DATA_DIR to the folder that the running program uses.",
            )

    def operator_files(self) -> Iterator[Path]:
        """Yield the operator's files, those of words included."""
        folder = self.settings.config_dir
        yield from (path for _, path in operator_files(folder) if path.parent == folder)
        for _, name in FOLDERS:
            yield from sorted((folder / name).rglob("[!.]*"))


def create_backup(
    settings: Settings,
    target: Path,
    *,
    load_positions: LoadPositions,
    clock: Clock,
    report: Report = lambda _: None,
) -> Manifest:
    """Make a backup of an installation, which may be running.

    Args:
        settings: Name its databases and folders.
        target: The folder of the backup, which must not exist or be empty.
        load_positions: Called for an installation on Kafka, before the store is copied.
        clock: The present.
        report: Is told how many bytes were looked at.

    Raises:
        UsageError: The target exists, or there is no installation.
        BackupError: A database is busy, the disk is full, or ``pg_dump`` failed. Nothing is left.
        BackupInvalidError: A database of the installation is damaged. Nothing is left.
    """
    installation = Installation(settings)
    installation.check()
    if target.absolute().resolve().is_relative_to(settings.config_dir.resolve()):
        raise UsageError(f"{target} is in the folder of the operator's files.")
    with new_folder(target) as folder:
        check_space(folder, sum(path.stat().st_size for path, _ in installation.databases))
        positions = tuple(load_positions()) if installation.is_on_kafka else ()
        state = _copy_databases(installation, folder, clock, report)
        _copy_operator_files(installation, folder)
        manifest = _describe(installation, folder, state, positions)
        private_files.make_file(folder / names.FILE)
        (folder / names.FILE).write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest


def check_space(folder: Path, needed: int) -> None:
    """Check that a disk has room.

    Raises:
        BackupError: It has not.
    """
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise BackupError(
            f"The disk of {folder.parent} has {free >> 20:,} MB free; {needed >> 20:,} are needed.",
            mend="Choose a folder on another disk.",
        )


def _copy_databases(
    installation: Installation, folder: Path, clock: Clock, report: Report
) -> _State:
    pairs = [(path, folder / name) for path, name in installation.databases]
    if installation.store_is_sqlite:
        moment = copy_files(pairs, clock, report)
        store = folder / names.STORE
        schema = read_value(store, "SELECT version_num FROM alembic_version") or ""
        store_id = read_value(store, "SELECT value FROM about WHERE name = 'store_id'") or ""
        state = _State(moment, schema, store_id)
    else:
        state = _copy_with_dump(installation.settings, pairs, folder, clock, report)
    for _, copy in pairs:
        check_copy(copy, whole=False)
    return state


def _copy_with_dump(
    settings: Settings,
    pairs: Sequence[tuple[Path, Path]],
    folder: Path,
    clock: Clock,
    report: Report,
) -> _State:
    """Copy the stream file, if there is one, and the database as it is at the same moment.

    While the stream file is locked nothing that the store has passed on can be missing in it.
    """
    from core.store import dump

    with ExitStack() as stack:
        snapshot = stack.enter_context(dump.open_snapshot(settings.database_location))
        moment = copy_files(pairs, clock, report, on_moment=snapshot.fix)
        private_files.make_file(folder / names.STORE_DUMP)
        dump.dump(settings.database_location, snapshot, folder / names.STORE_DUMP)
        return _State(moment, snapshot.schema_revision, snapshot.store_id)


def _copy_operator_files(installation: Installation, folder: Path) -> None:
    base = installation.settings.config_dir
    for path in installation.operator_files():
        if path.is_file():
            copy = folder / names.CONFIG / path.relative_to(base)
            private_files.make_folder(copy.parent)
            private_files.make_file(copy)
            try:
                shutil.copyfile(path, copy)
            except OSError as error:
                raise BackupError(f"{path} cannot be copied: {error.strerror}.") from None


def _describe(
    installation: Installation,
    folder: Path,
    state: _State,
    positions: tuple[GroupPosition, ...],
) -> Manifest:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Manifest(
        format=names.FORMAT,
        program=version("wirewatch"),
        at=state.moment.at,
        held_seconds=round(state.moment.held_seconds, 3),
        store="sqlite" if installation.store_is_sqlite else "postgresql",
        schema_revision=state.schema_revision,
        store_id=state.store_id,
        streams="kafka" if installation.is_on_kafka else "sqlite",
        streams_version=_version_of(folder / names.STREAMS),
        archive_version=_version_of(folder / names.ARCHIVE),
        positions=positions,
        files=tuple(describe_file(folder, path) for path in files),
    )


def _version_of(database: Path) -> int:
    return int(read_value(database, "PRAGMA user_version") or 0) if database.exists() else 0


def _path_of(url: str) -> Path | None:
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
