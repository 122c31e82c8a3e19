"""Restore a backup into a new folder, and prove that it is whole.

::

    manifest: can this version read it? ─▶ copy, comparing hashes ─▶ databases without damage
      ─▶ store: schema brought up to date, leases released, possible repeats marked
      ─▶ streams: read ─▶ on Kafka the groups' positions reset ─▶ the folder gets its name
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import BackupError, BackupInvalidError
from core import private_files
from core.archive.sqlite import VERSION as ARCHIVE_VERSION
from core.backup import manifest as names
from core.backup.blocks import Report
from core.backup.create import check_space
from core.backup.manifest import GroupPosition, Manifest, load_manifest, newer
from core.backup.moment import check_copy, read_value
from core.backup.new_folder import new_folder
from core.clock import Clock
from core.store import Store, migrate
from core.store.inventory import (
    Inventory,
    mark_possible_repeats,
    release_all_leases,
    take_inventory,
)
from core.streams.embedded import EmbeddedLog
from core.streams.embedded.schema import VERSION as STREAMS_VERSION
from core.streams.port import PartitionLag

READ_BYTES = 1 << 20

MoveGroups = Callable[[Sequence[GroupPosition]], None]
"""Moves groups on Kafka to positions."""


@dataclass(frozen=True, slots=True)
class GroupLag:
    """What a group has left to read.

    Attributes:
        group: Its name.
        unread: Number of records.
    """

    group: str
    unread: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Attributes:
        manifest: Of the backup.
        inventory: What the store contains.
        possible_repeats: Undelivered messages that may have been delivered after the backup.
        streams: Number of records of each stream; none where they are on Kafka.
        groups: What each group has left to read; none where they are on Kafka.
        archived: Revisions in the archive; None where it is not a file of the backup.
    """

    manifest: Manifest
    inventory: Inventory
    possible_repeats: int
    streams: dict[str, int]
    groups: tuple[GroupLag, ...]
    archived: int | None


def restore_backup(
    backup: Path,
    target: Path,
    *,
    database_url: str = "",
    streams_prefix: str = "",
    move_groups: MoveGroups,
    clock: Clock,
    report: Report = lambda _: None,
) -> Restored:
    """Restore a backup.

    Args:
        backup: Its folder.
        target: The new data folder, which must not exist or be empty; the operator's files are in
            its folder ``config``.
        database_url: An empty database on PostgreSQL, for a store that was there.
        streams_prefix: Prefix of the streams in the backup.
        move_groups: Called last, for an installation on Kafka.
        clock: The present.
        report: Is told how many bytes were copied.

    Raises:
        UsageError: The target exists, or the database is not empty.
        BackupInvalidError: The backup is damaged, or of a newer version of the program.
        BackupError: The disk is full, or ``pg_restore`` failed.
        StreamError: Groups on Kafka cannot be moved.
    """
    manifest = load_manifest(backup)
    check_versions(manifest)
    with new_folder(target) as folder:
        check_space(folder, manifest.bytes)
        for file in manifest.files:
            _copy(backup, folder, file, report)
        for name in (names.STORE, names.STREAMS, names.ARCHIVE):
            if manifest.has(name):
                check_copy(folder / name, whole=True)
        inventory, repeats = _prepare_store(manifest, folder, database_url, clock)
        streams, groups = _read_streams(manifest, folder, streams_prefix, clock)
        restored = Restored(manifest, inventory, repeats, streams, groups, _archived(folder))
        if manifest.positions:
            move_groups(manifest.positions)
    return restored


def check_versions(manifest: Manifest) -> None:
    """Check that this version of the program can read the databases.

    Raises:
        BackupInvalidError: A newer version wrote one of them.
    """
    if not migrate.is_known(manifest.schema_revision):
        raise newer(f"The store's schema {manifest.schema_revision}", manifest)
    if manifest.streams_version > STREAMS_VERSION:
        raise newer("The stream file", manifest)
    if manifest.archive_version > ARCHIVE_VERSION:
        raise newer("The archive", manifest)


def _copy(backup: Path, folder: Path, file: names.BackedUpFile, report: Report) -> None:
    """Copy a file, comparing its hash."""
    source, target = backup / file.path, folder / file.path
    private_files.make_folder(target.parent)
    private_files.make_file(target)
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as reader, target.open("wb") as writer:
            while block := reader.read(READ_BYTES):
                writer.write(block)
                digest.update(block)
                size += len(block)
                report(len(block))
    except FileNotFoundError:
        raise BackupInvalidError(f"{file.path} is missing in the backup {backup}.") from None
    except OSError as error:
        raise BackupError(f"{file.path} cannot be copied: {error.strerror}.") from None
    if (digest.hexdigest(), size) != (file.sha256, file.bytes):
        raise BackupInvalidError(
            f"{file.path} in the backup {backup} is not what was backed up: its hash differs.",
            mend="Use another backup.",
        )


def _prepare_store(
    manifest: Manifest, folder: Path, database_url: str, clock: Clock
) -> tuple[Inventory, int]:
    """Bring the store up to date. Return what it contains, and how many repeats are possible."""
    url = f"sqlite:///{folder / names.STORE}"
    if manifest.store == "postgresql":
        from core.store import dump

        url = database_url
        dump.restore(url, folder / names.STORE_DUMP)
        (folder / names.STORE_DUMP).unlink()
    store = Store.open(url, clock=clock)
    try:
        with store.write() as connection:
            release_all_leases(connection)
            repeats = mark_possible_repeats(connection, clock())
        with store.read() as connection:
            return take_inventory(connection), repeats
    finally:
        store.close()


def _read_streams(
    manifest: Manifest, folder: Path, prefix: str, clock: Clock
) -> tuple[dict[str, int], tuple[GroupLag, ...]]:
    """Read the stream file as the program does. Return its streams and groups."""
    if not manifest.has(names.STREAMS):
        return {}, ()
    log = EmbeddedLog(
        folder / names.STREAMS,
        clock=clock,
        instance="restore",
        is_alive=lambda _: False,
        prefix=prefix,
    )
    try:
        streams = {stream.name: stream.records for stream in log.list_streams()}
        groups = [
            GroupLag(
                name, sum(lag.records for lag in log.lag(name, list(streams)) if _is_read(lag))
            )
            for name in log.list_groups()
        ]
        return streams, tuple(groups)
    finally:
        log.close()


def _is_read(lag: PartitionLag) -> bool:
    """Return whether the group reads this partition at all."""
    return lag.position is not None


def _archived(folder: Path) -> int | None:
    path = folder / names.ARCHIVE
    if not path.exists():
        return None
    return int(read_value(path, "SELECT count(*) FROM archive_revisions") or 0)
