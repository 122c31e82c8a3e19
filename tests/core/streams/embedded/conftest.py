"""The embedded log, for tests that are about it alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import Clock, utc_now
from core.streams.embedded import EmbeddedLog, SessionTimeouts
from core.streams.embedded.group import IsAlive
from tests.core.streams.support import SPECS, OpenLog


@pytest.fixture
def open_log(tmp_path: Path) -> Iterator[OpenLog]:
    """Opens the same file any number of times, each time as another instance would."""
    logs: list[EmbeddedLog] = []

    def open_as(
        instance: str = "me",
        *,
        clock: Clock = utc_now,
        is_alive: IsAlive = lambda _: None,
        prefix: str = "",
        timeouts: SessionTimeouts | None = None,
    ) -> EmbeddedLog:
        log = EmbeddedLog(
            tmp_path / "streams.db",
            clock=clock,
            instance=instance,
            is_alive=is_alive,
            prefix=prefix,
            timeouts=timeouts,
        )
        log.create(SPECS)
        logs.append(log)
        return log

    yield open_as
    for log in logs:
        log.close()
