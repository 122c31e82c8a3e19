"""The client's own log lines, few enough to be read.

kafka-python writes an error with a traceback for every connection it loses, many lines a second
while a broker is away. From each place in it one line a period is passed on, as a warning and
without the traceback; what matters is raised and logged by us.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable


class RateLimitedHandler(logging.Handler):
    """Passes one line per place and period on to the root logger.

    Args:
        now: Gives seconds from a fixed moment.
        period: Seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic, *, period: float = 30.0) -> None:
        super().__init__()
        self._now = now
        self._period = period
        self._last: dict[tuple[str, int], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the line on, or drop it."""
        place, now = (record.pathname, record.lineno), self._now()
        last = self._last.get(place)
        if last is not None and now - last < self._period:
            return
        self._last[place] = now
        if record.levelno > logging.WARNING:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        logging.getLogger().handle(record)


def calm_down() -> None:
    """Install it, once per process."""
    logger = logging.getLogger("kafka")
    if not any(isinstance(handler, RateLimitedHandler) for handler in logger.handlers):
        logger.addHandler(RateLimitedHandler())
        logger.propagate = False
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
