"""Streams: the port, and the engines behind it. On Kafka a stream is a topic.

``open_streams(settings, ...)`` opens the engine that ``WIREWATCH_STREAMS_URL`` names. Nothing
outside this package knows which one it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import SettingsError
from core.clock import Clock
from core.processes.instance import Instance
from core.streams.port import StreamLog

if TYPE_CHECKING:
    from config.settings import Settings

__all__ = ["open_streams"]

_MEND = "Write sqlite:///FILE (four slashes for an absolute path) or kafka://HOST:PORT,HOST:PORT."


def open_streams(settings: Settings, *, instance: Instance, clock: Clock) -> StreamLog:
    """Open the configured engine. Creates no streams; see :mod:`core.streams.topology`.

    Args:
        settings: Name the engine, the prefix and the durability.
        instance: This process, which other members of its groups know it by.
        clock: Gives the present, from which expiry and retention count.

    Raises:
        SettingsError: The URL or what it names cannot be used.
        OperatorError: The file is damaged.
        StreamUnavailableError: The engine is unavailable.
    """
    scheme, _, location = settings.streams_location.partition("://")
    open_engine = _ENGINES.get(scheme)
    if open_engine is None:
        raise SettingsError(
            f"WIREWATCH_STREAMS_URL names {scheme!r}, which is not supported.", mend=_MEND
        )
    return open_engine(location, settings, instance, clock)


def _open_embedded(
    location: str, settings: Settings, instance: Instance, clock: Clock
) -> StreamLog:
    from core.streams.embedded import EmbeddedLog  # the other engine needs no SQLite

    path = location.removeprefix("/")
    if not location.startswith("/") or not path or path == ":memory:":
        raise SettingsError("WIREWATCH_STREAMS_URL names no file.", mend=_MEND)
    return EmbeddedLog(
        Path(path),
        clock=clock,
        instance=f"{instance.id}@{instance.folder.resolve()}",
        is_alive=lambda other: _is_alive(instance, other),
        prefix=settings.streams_prefix,
        durability=settings.streams_durability,
    )


def _open_kafka(location: str, settings: Settings, instance: Instance, clock: Clock) -> StreamLog:
    from core.streams.kafka import KafkaLog, client_options  # the other engine needs no client

    options = client_options(location, settings, client_id=f"wirewatch-{instance.id}")
    return KafkaLog(options, clock=clock, prefix=settings.streams_prefix)


def _is_alive(instance: Instance, other: str) -> bool | None:
    """Return whether another member's process is alive.

    Processes with other data folders may share the file, so this looks in the folder of their own
    lock, which their name contains.
    """
    name, _, folder = other.partition("@")
    return dataclasses.replace(instance, folder=Path(folder)).alive(name)


_ENGINES: dict[str, Callable[[str, Settings, Instance, Clock], StreamLog]] = {
    "kafka": _open_kafka,
    "sqlite": _open_embedded,
}
