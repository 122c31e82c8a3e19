"""The client's own log lines."""

from __future__ import annotations

import logging

import pytest

from core.streams.kafka.noise import RateLimitedHandler, calm_down


def test_one_line_per_place_and_period_is_passed_on_as_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [100.0]
    logger = logging.getLogger("a-client-of-this-test")
    logger.propagate = False
    logger.addHandler(RateLimitedHandler(lambda: now[0], period=30))

    def lose(number: int) -> None:
        try:
            1 // 0  # noqa: B018 - it raises
        except ZeroDivisionError:
            logger.exception("lost %d", number)

    for number in range(5):
        lose(number)
    logger.error("another place")
    now[0] += 31
    lose(5)
    assert [r.getMessage() for r in caplog.records] == ["lost 0", "another place", "lost 5"]
    assert {r.levelname for r in caplog.records} == {"WARNING"}
    assert {r.exc_info for r in caplog.records} == {None}


def test_it_is_installed_once() -> None:
    calm_down()
    calm_down()
    handlers = logging.getLogger("kafka").handlers
    assert sum(isinstance(handler, RateLimitedHandler) for handler in handlers) == 1
