"""Opening the parts a command needs, and no more: what only reads must start quickly.

::

    environment ──▶ Settings ─┬─▶ the operator's files, with their faults
                              ├─▶ Store      (store.db)
                              └─▶ StreamLog  (streams.db), known to others as Instance

Heavy libraries (SQL, streams) are imported by the function that opens them. The whole program is
opened by :func:`wirewatch.run.program.open_program`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from config.catalog.load import load_partly
from config.catalog.models import Catalog
from config.errors import CatalogError, SettingsError
from config.faults import Fault
from config.logs import set_up_logs
from config.settings import Settings
from config.settings.load import load_settings, unknown_settings

if TYPE_CHECKING:
    from core.processes.instance import Instance
    from core.processes.slots import SlotClaim
    from core.store import Store
    from core.streams.port import StreamLog

log = structlog.get_logger(__name__)


def open_settings() -> Settings:
    """Settings read, logs set up: the first thing every command does.

    Raises:
        SettingsError: A value cannot be used.
    """
    settings = load_settings()
    set_up_logs(settings)
    for name, nearest in unknown_settings(os.environ).items():
        log.warning("unknown_setting", name=name, nearest=nearest or None)
    return settings


def load_files(settings: Settings) -> tuple[Catalog, list[Fault]]:
    """The operator's files as far as they are sound, with the faults of reading them."""
    return load_partly(settings.config_dir, os.environ)


def load_outlets(settings: Settings) -> Catalog:
    """The operator's files for commands that need the outlets; a broken topic is no matter.

    Raises:
        CatalogError: ``sources.yaml`` holds errors, or there is none.
    """
    catalog, faults = load_files(settings)
    others = {"topics", "entities"}
    errors = [f for f in faults if f.is_error and Path(f.file).parent.name not in others]
    if errors:
        raise CatalogError(errors)
    return catalog


@contextmanager
def open_store(settings: Settings) -> Iterator[Store]:
    """The store alone."""
    from core.store import Store

    store = Store.open(settings.database_location)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_instance(settings: Settings) -> Iterator[Instance]:
    """This process's lock in the data folder.

    Raises:
        SettingsError: The folder cannot be written.
    """
    from core.processes.instance import Instance

    try:
        me = Instance.start(settings.data_dir)
    except OSError as error:
        raise SettingsError(
            f"The data folder {settings.data_dir} cannot be written: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR to a folder that can be written.",
        ) from None
    try:
        yield me
    finally:
        me.close()


@contextmanager
def open_slot(settings: Settings) -> Iterator[SlotClaim]:
    """A slot of this host, for a command that joins a group.

    Raises:
        SettingsError: The folder of slots cannot be used.
    """
    from core.processes.slots import claim_slot

    mine = claim_slot(settings)
    try:
        yield mine
    finally:
        mine.close()


@contextmanager
def open_stream_log(settings: Settings, me: Instance) -> Iterator[StreamLog]:
    """The streams alone."""
    from core.clock import utc_now
    from core.streams import open_streams

    streams = open_streams(settings, instance=me, clock=utc_now)
    try:
        yield streams
    finally:
        streams.close()
