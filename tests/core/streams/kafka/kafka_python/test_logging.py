"""Repairs of kafka-python: its log. The repair works, and the installed release needs it.

A test that finds a fault gone means that the repair can be deleted.
"""

from __future__ import annotations

import logging
import socket
from contextlib import closing
from types import SimpleNamespace

import pytest
from kafka.net import selector
from kafka.net.transport import KafkaTCPTransport

from core.streams.kafka.kafka_python import (
    RateLimitedHandler,
    limit_log_rate,
)

pytestmark = pytest.mark.filterwarnings(r"ignore:unclosed <(socket|ssl)\.:ResourceWarning")


# RateLimitedHandler


def test_one_line_per_location_and_period_is_passed_on_as_a_warning(
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
    logger.error("another location")
    now[0] += 31
    lose(5)
    assert [r.getMessage() for r in caplog.records] == ["lost 0", "another location", "lost 5"]
    assert {r.levelname for r in caplog.records} == {"WARNING"}
    assert {r.exc_info for r in caplog.records} == {None}


def test_the_handler_is_installed_once() -> None:
    limit_log_rate()
    limit_log_rate()
    handlers = logging.getLogger("kafka").handlers
    assert sum(isinstance(handler, RateLimitedHandler) for handler in handlers) == 1


def test_a_slow_step_of_the_clients_own_loop_is_no_warning() -> None:
    limit_log_rate()
    assert not logging.getLogger(selector.__name__).isEnabledFor(logging.WARNING)
    assert logging.getLogger(selector.__name__).isEnabledFor(logging.ERROR)


class Levels(logging.Handler):
    """Collects the levels of records as they are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.names.append(record.levelname)


def test_the_installed_release_logs_every_lost_connection_as_an_error() -> None:
    levels = Levels()
    logger = logging.getLogger("kafka.net.transport")
    logger.addHandler(levels)
    own, peer = socket.socketpair()
    peer.close()
    with closing(own):
        for _ in range(3):
            KafkaTCPTransport(SimpleNamespace(), own)._sock_recv()
    logger.removeHandler(levels)
    assert levels.names == ["ERROR"] * 3
