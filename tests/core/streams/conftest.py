"""The embedded log, for tests that are about it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.clock import Clock, utc_now
from core.streams.embedded import EmbeddedLog, SessionTimes

pytest.register_assert_rewrite(
    "tests.core.streams.support",
    "tests.core.streams.contract_groups",
    "tests.core.streams.contract_records",
    "tests.core.streams.contract_work",
)

from tests.core.streams.support import SPECS, Opener  # noqa: E402 - after its asserts are told of


@pytest.fixture
def opener(tmp_path: Path) -> Iterator[Opener]:
    """Opens one file again and again, as instances of given names."""
    made: list[EmbeddedLog] = []

    def open_as(
        instance: str = "me",
        *,
        clock: Clock = utc_now,
        alive: Callable[[str], bool | None] = lambda _: None,
        prefix: str = "",
        times: SessionTimes | None = None,
    ) -> EmbeddedLog:
        log = EmbeddedLog(
            tmp_path / "streams.db",
            clock=clock,
            instance=instance,
            alive=alive,
            prefix=prefix,
            times=times,
        )
        log.create(SPECS)
        made.append(log)
        return log

    yield open_as
    for log in made:
        log.close()
