"""Run a test on every stream engine: settings, environments and the opened engine.

A fixture with ``params=ENGINES`` that returns :func:`settings_of` gives each test a prefix of its
own on Kafka, else a file of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.port import StreamLog

ENGINES = ["embedded", pytest.param("kafka", marks=pytest.mark.kafka)]


def settings_of(request: pytest.FixtureRequest, data_dir: Path) -> Settings:
    """Return the settings of the engine that is the fixture's parameter."""
    if request.param == "embedded":
        url, prefix = f"sqlite:///{data_dir / 'streams.db'}", ""
    else:
        url = f"kafka://{request.getfixturevalue('kafka').address}"
        prefix = f"test-{uuid.uuid4().hex[:12]}"
    return Settings(
        data_dir=data_dir,
        streams_url=url,
        streams_prefix=prefix,
        streams_partitions=3,
        streams_durability="normal",
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the same settings as environment variables."""
    return {
        "WIREWATCH_STREAMS_URL": settings.streams_url,
        "WIREWATCH_STREAMS_PREFIX": settings.streams_prefix,
        "WIREWATCH_STREAMS_PARTITIONS": str(settings.streams_partitions),
        "WIREWATCH_STREAMS_DURABILITY": settings.streams_durability,
    }


@contextmanager
def opened(settings: Settings) -> Iterator[StreamLog]:
    """Open the engine as a process does."""
    instance = Instance.start(settings.data_dir)
    log = open_streams(settings, instance=instance, clock=utc_now)
    try:
        yield log
    finally:
        log.close()
        instance.close()
