"""Long commands: progress on one line of a terminal, and a clean end at a signal.

Progress goes to stderr, and only where that is a terminal.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from core.text import clean_line

T = TypeVar("T")

UPDATE_SECONDS = 0.2
"""Seconds between two updates of the progress line."""


def has_colour() -> bool:
    """Return whether stdout is a terminal that shows colours (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Progress:
    """A line on stderr that is overwritten; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._last = 0.0

    def show(self, text: str) -> None:
        """Overwrite the line, at most five times a second."""
        now = time.monotonic()
        if self._on and now - self._last >= UPDATE_SECONDS:
            self._last = now
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{clean_line(text, width)}")
            sys.stderr.flush()

    def end(self) -> None:
        """Erase the line."""
        if self._on and self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def with_progress(items: Iterable[T], noun: str) -> Iterator[T]:
    """Yield items unchanged, and show on a terminal how many there were.

    Args:
        items: The items.
        noun: What they are, in the plural.
    """
    progress = Progress()
    try:
        for number, item in enumerate(items, 1):
            progress.show(f"{number:,} {noun}")
            yield item
    finally:
        progress.end()


@contextmanager
def stop_at_signal() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM or Ctrl-C sets; a second signal has its usual effect."""
    stop = threading.Event()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.getsignal(number) for number in numbers}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def handle(*_: object) -> None:
        stop.set()
        restore()

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        restore()


def login_name() -> str:
    """Return the login name of who runs the command."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return "unknown"
