"""Open only the parts that a command needs, so that it starts quickly.

::

    environment ──▶ Settings ─┬─▶ the operator's files, with their faults
                              ├─▶ Store      (store.db)
                              └─▶ StreamLog  (streams.db); needs an Instance

Each function imports what it needs (settings, YAML, SQL, streams) when it is called. The whole
program is opened by :func:`wirewatch.run.program.open_program`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import CatalogError, SettingsError

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.faults import Fault
    from config.settings import Settings
    from core.archive import Archive
    from core.processes.instance import Instance
    from core.processes.slots import SlotClaim
    from core.store import Store
    from core.streams.port import StreamLog


_FILE = "sqlite:///"


def open_settings() -> Settings:
    """Load the settings and set up logs; every command does this first.

    Raises:
        SettingsError: A value is not valid.
    """
    import structlog

    from config.logs import set_up_logs
    from config.settings.load import load_settings, unknown_settings

    settings = load_settings()
    set_up_logs(settings)
    log = structlog.get_logger(__name__)
    for name, nearest in unknown_settings(os.environ).items():
        log.warning("unknown_setting", name=name, nearest=nearest or None)
    return settings


def make_data_private(settings: Settings) -> None:
    """Take away what other users may do with this program's data, and say so, or why not."""
    import structlog

    from core.private_files import tighten

    log = structlog.get_logger(__name__)
    locations = (settings.database_location, settings.streams_location)
    files = [Path(url.removeprefix(_FILE)) for url in locations if url.startswith(_FILE)]
    try:
        changed = tighten(settings.data_dir, files, never=settings.config_dir)
    except OSError as error:  # a file system without modes; the program works on it all the same
        log.warning(
            "data_not_made_private",
            path=error.filename,
            reason=error.strerror,
            mend="Other users of this machine may read it. Set WIREWATCH_DATA_DIR to another disk.",
        )
        return
    if changed:
        log.warning(
            "data_made_private",
            paths=[str(path) for path in changed[:10]],
            n=len(changed),
            mend="Other users of this machine can no longer read or write them.",
        )


def load_files(settings: Settings) -> tuple[Catalog, list[Fault]]:
    """Load the valid parts of the operator's files, with their faults."""
    from config.catalog.load import load_partly

    return load_partly(settings.config_dir, os.environ)


def load_outlets(settings: Settings) -> Catalog:
    """Load the operator's files for a command that needs only the outlets.

    Raises:
        CatalogError: ``sources.yaml`` is missing, or it or ``alerts.yaml`` has errors.
    """
    catalog, faults = load_files(settings)
    others = {"topics", "entities", "vocabulary"}
    errors = [f for f in faults if f.is_error and Path(f.file).parent.name not in others]
    if errors:
        raise CatalogError(errors)
    return catalog


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """Open the store alone."""
    from core.store import Store

    store = Store.open(settings.database_location)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open the archive alone; it is created if it is missing.

    Raises:
        ArchiveError: It is damaged or busy.
    """
    from core.archive import open as archive
    from processors.archive.words import words_of

    opened = archive.open_archive(settings, words_of)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def open_instance(settings: Settings) -> Iterator[Instance]:
    """Register this process in the data folder, as leases name it.

    Raises:
        SettingsError: The folder is not writable.
    """
    from core.processes.instance import Instance

    try:
        instance = Instance.start(settings.data_dir)
    except OSError as error:
        raise SettingsError(
            f"The data folder {settings.data_dir} is not writable: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR to a writable folder.",
        ) from None
    try:
        yield instance
    finally:
        instance.close()


@contextmanager
def open_slot(settings: Settings) -> Iterator[SlotClaim]:
    """Claim a slot of this host, for a command that joins a group.

    Raises:
        SettingsError: The folder of slots is not usable.
    """
    from core.processes.slots import claim_slot

    claim = claim_slot(settings)
    try:
        yield claim
    finally:
        claim.close()


@contextmanager
def open_stream_log(settings: Settings, instance: Instance) -> Iterator[StreamLog]:
    """Open the streams alone."""
    from core.clock import utc_now
    from core.streams import open_streams

    streams = open_streams(settings, instance=instance, clock=utc_now)
    try:
        yield streams
    finally:
        streams.close()
