"""``wirewatch backup`` and ``wirewatch restore``: a copy of an installation, and a proof of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, write
from wirewatch.cli.terminal import Progress
from wirewatch.run.bootstrap import open_instance, open_settings, open_stream_log

if TYPE_CHECKING:
    from config.settings import Settings
    from core.backup.blocks import Report
    from core.backup.manifest import GroupPosition, Manifest
    from core.backup.restore import Restored

MEGABYTE = 1_000_000


def backup(
    folder: Annotated[Path, typer.Argument(help="The new folder of the backup")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Make a consistent copy of this installation, which may be running.

    \b
    It contains the store, the streams, the archive and the operator's files, all as they
    are at one moment, but no settings and no secrets that are in variables. The folder
    gets its name when the copy is complete; nothing is overwritten.
      wirewatch backup /backup/wirewatch-$(date +%F)
    """  # noqa: D301 click reads \b as: keep these lines
    from core.backup.create import create_backup

    settings = open_settings()
    with _progress("read") as report:
        manifest = create_backup(
            settings,
            folder,
            load_positions=lambda: load_positions(settings),
            clock=utc_now,
            report=report,
        )
    if as_json:
        print_json(_as_row(folder, manifest))
    else:
        size = f"{manifest.bytes / MEGABYTE:,.1f} MB in {len(manifest.files)} files"
        write(
            f"{folder} is complete: {size}, as of {rfc3339(manifest.at)}."
            f" Nothing could be written for {manifest.held_seconds:.2f} s."
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `wirewatch backup` wrote")],
    *,
    to: Annotated[Path, typer.Option(help="The new data folder; its `config` has your files.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Restore a backup into a new data folder, and prove that it is whole.

    \b
    The program that the backup is of must have been stopped for good, or people get
    everything twice. A store on PostgreSQL goes into the empty database that
    WIREWATCH_DATABASE_URL names; on Kafka the groups of WIREWATCH_STREAMS_URL are moved
    back to what the store has seen.
      wirewatch restore /backup/wirewatch-2026-11-29 --to /var/lib/wirewatch
    """  # noqa: D301 click reads \b as: keep these lines
    from core.backup.manifest import load_manifest
    from core.backup.restore import restore_backup

    settings = open_settings()
    _check_engines(load_manifest(folder), settings)
    with _progress("copied") as report:
        restored = restore_backup(
            folder,
            to,
            database_url=settings.database_location,
            streams_prefix=settings.streams_prefix,
            move_groups=lambda positions: move_groups(settings, positions),
            clock=utc_now,
            report=report,
        )
    if as_json:
        print_json(_restored_row(to, restored))
    else:
        for line in describe(to, restored):
            write(line)


def load_positions(settings: Settings) -> list[GroupPosition]:
    """Return what each consumer group has processed.

    Raises:
        StreamError: The engine is unavailable.
    """
    from core.backup.manifest import GroupPosition

    with open_instance(settings) as instance, open_stream_log(settings, instance) as log:
        streams = [stream.name for stream in log.list_streams()]
        return [
            GroupPosition(
                group=name, stream=lag.stream, partition=lag.partition, offset=lag.position
            )
            for name in log.list_groups()
            for lag in log.lag(name, streams)
            if lag.position is not None
        ]


def move_groups(settings: Settings, positions: Sequence[GroupPosition]) -> None:
    """Move consumer groups to positions.

    Nothing is written to the data folder, which may be the one that is being restored.

    Raises:
        StreamError: A group has living members, or the engine is unavailable.
    """
    by_group: defaultdict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    for each in positions:
        by_group[each.group][each.stream, each.partition] = each.offset
    with TemporaryDirectory() as folder, ExitStack() as stack:
        elsewhere = settings.model_copy(update={"data_dir": Path(folder)})
        instance = stack.enter_context(open_instance(elsewhere))
        log = stack.enter_context(open_stream_log(elsewhere, instance))
        for name, offsets in by_group.items():
            log.set_positions(name, offsets)


def describe(folder: Path, restored: Restored) -> Iterator[str]:
    """Yield what a person wants to know about what was restored."""
    inventory, manifest = restored.inventory, restored.manifest
    yield f"{folder} has the state of {rfc3339(manifest.at)}. Every file has the hash that it had."
    yield (
        f"Store: {inventory.articles:,} articles in {inventory.revisions:,} revisions,"
        f" {inventory.feeds:,} feeds, {inventory.open_alerts:,} open stories"
        f" ({inventory.acknowledged_alerts:,} acknowledged)."
    )
    yield (
        f"Messages: {inventory.delivered:,} delivered, {inventory.undelivered:,} undelivered, of"
        f" which {restored.possible_repeats:,} say that they may be repeats: they may have been"
        " delivered after the backup."
    )
    if restored.archived is not None:
        yield f"Archive: {restored.archived:,} revisions."
    for stream, records in restored.streams.items():
        yield f"Stream {stream}: {records:,} records."
    for lag in restored.groups:
        yield f"Group {lag.group}: {lag.unread:,} records unread."
    if manifest.positions:
        yield f"Kafka: {len(manifest.positions)} positions of groups were reset."
    yield f"Start with WIREWATCH_DATA_DIR={folder} WIREWATCH_CONFIG_DIR={folder / 'config'}."


@contextmanager
def _progress(done: str) -> Iterator[Report]:
    progress, total = Progress(), 0

    def report(count: int) -> None:
        nonlocal total
        total += count
        progress.show(f"{total / MEGABYTE:,.0f} MB {done}")

    try:
        yield report
    finally:
        progress.end()


def _check_engines(manifest: Manifest, settings: Settings) -> None:
    """Check that the settings name the engines that the backup is of.

    Raises:
        UsageError: They do not.
    """
    if manifest.store == "postgresql" and not settings.database_url.startswith("postgres"):
        raise UsageError(
            "The store of this backup was in PostgreSQL.",
            mend="Set WIREWATCH_DATABASE_URL to an empty database.",
        )
    if manifest.streams == "kafka" and not settings.streams_location.startswith("kafka:"):
        raise UsageError(
            "The streams of this backup are on Kafka.",
            mend="Set WIREWATCH_STREAMS_URL as the installation had it.",
        )


def _as_row(folder: Path, manifest: Manifest) -> dict[str, Any]:
    fields = {"files", "positions"}
    row = manifest.model_dump(mode="json", exclude=fields)
    return {"folder": str(folder), **row, "files": len(manifest.files), "bytes": manifest.bytes}


def _restored_row(folder: Path, restored: Restored) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "at": rfc3339(restored.manifest.at),
        **asdict(restored.inventory),
        "possible_repeats": restored.possible_repeats,
        "archived": restored.archived,
        "streams": restored.streams,
        "unread": {lag.group: lag.unread for lag in restored.groups},
        "positions_reset": len(restored.manifest.positions),
    }
