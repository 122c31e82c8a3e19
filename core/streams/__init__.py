"""Streams: what Kafka calls topics. The port, and the engines behind it.

``open_streams(settings, ...)`` gives the engine named by ``WIREWATCH_STREAMS_URL``; nothing else
here knows which one it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from config.errors import SettingsError
from config.settings import Settings
from core.clock import Clock
from core.processes.instance import Instance
from core.streams.port import StreamLog

__all__ = ["open_streams"]

_MEND = "Write sqlite:///FILE (four slashes for an absolute path) or kafka://HOST:PORT,HOST:PORT."


def open_streams(settings: Settings, *, instance: Instance, clock: Clock) -> StreamLog:
    """Open the configured engine. Streams are not created here; see :mod:`core.streams.topology`.

    Args:
        settings: Names the engine, the prefix and the durability.
        instance: This process, as the members of its groups are known to others.
        clock: Tells expiry and retention.

    Raises:
        SettingsError: The URL or what it names cannot be used.
        OperatorError: The file is damaged.
        StreamUnavailableError: The engine is away.
    """
    scheme, _, rest = settings.streams_location.partition("://")
    engine = _ENGINES.get(scheme)
    if engine is None:
        raise SettingsError(
            f"WIREWATCH_STREAMS_URL names {scheme!r}, which is not supported.", mend=_MEND
        )
    return engine(rest, settings, instance, clock)


def _embedded(rest: str, settings: Settings, instance: Instance, clock: Clock) -> StreamLog:
    from core.streams.embedded import EmbeddedLog  # other engines need no SQLite

    name = rest.removeprefix("/")
    if not rest.startswith("/") or not name or name == ":memory:":
        raise SettingsError("WIREWATCH_STREAMS_URL names no file.", mend=_MEND)
    home = instance.folder.resolve()
    return EmbeddedLog(
        Path(name),
        clock=clock,
        instance=f"{instance.id}@{home}",
        alive=lambda other: _alive(instance, other),
        prefix=settings.streams_prefix,
        durability=settings.streams_durability,
    )


def _kafka(rest: str, settings: Settings, instance: Instance, clock: Clock) -> StreamLog:
    from core.streams.kafka import KafkaLog, options  # other engines need no client

    return KafkaLog(
        options(rest, settings, client=f"wirewatch-{instance.id}"),
        clock=clock,
        prefix=settings.streams_prefix,
    )


def _alive(instance: Instance, other: str) -> bool | None:
    """Processes with another data folder may share the file: look where *their* locks lie."""
    name, _, folder = other.partition("@")
    return dataclasses.replace(instance, folder=Path(folder)).alive(name)


_ENGINES: dict[str, Callable[[str, Settings, Instance, Clock], StreamLog]] = {
    "kafka": _kafka,
    "sqlite": _embedded,
}
