"""Long work at a terminal: its progress on one line, and its end on a signal.

Both are silent in a pipe: progress goes to stderr, and only where that is a terminal.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.text import clean_line

EVERY = 0.2
"""Seconds between two looks of the progress line."""


def has_colour() -> bool:
    """Whether stdout is a terminal that wants colours (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Progress:
    """One line on stderr that is written over; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._last = 0.0

    def show(self, text: str) -> None:
        """Write the line anew, at most five times a second."""
        moment = time.monotonic()
        if self._on and moment - self._last >= EVERY:
            self._last = moment
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{clean_line(text, width)}")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._on and self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextmanager
def until_told() -> Iterator[threading.Event]:
    """SIGTERM or Ctrl-C sets the event, and the work in hand ends cleanly; a second one kills."""
    told = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def tell(*_: object) -> None:
        told.set()
        restore()

    for number in numbers:
        signal.signal(number, tell)
    try:
        yield told
    finally:
        restore()
