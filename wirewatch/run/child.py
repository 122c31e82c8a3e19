"""A process that does the work, as its parent forked it.

::

    fork ──▶ release what belongs to the parent ──▶ Child ──report_ready()──▶ parent
                  └─ the parent is gone (a pipe ends; Linux also sends SIGKILL): exit at once

Unfinished work was not committed and is repeated.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from core.processes.slots import SlotClaim

SLOT_TAKEN = 4
"""Exit code of a process whose slot another process uses. Only the parent sees it."""

_PR_SET_PDEATHSIG = 1  # prctl(2)

_LOWER_BY = 4
"""By how much work is nicer: of a processor that both want, the other gets seven tenths."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Child:
    """This process.

    Attributes:
        number: From 1, in the order of the slots.
        claim: Its slot.
    """

    number: int
    claim: SlotClaim
    _ready_writer: int
    _first_ready: int

    def report_ready(self) -> None:
        """Tell the parent that this process is working."""
        os.write(self._ready_writer, b"1")

    def await_first(self) -> None:
        """Wait until any process of this run is ready, or was."""
        if self._first_ready >= 0:
            os.read(self._first_ready, 1)  # ends when the parent closes the pipe


def run_at_low_priority(work: Callable[[], T]) -> T:
    """Do work that can wait for the other processes of this run, and return its result.

    On Linux a priority is a thread's own, and a process may not raise it again: so the work runs in
    a thread that ends with it. Elsewhere it runs at the priority of the process.
    """
    with ThreadPoolExecutor(1, initializer=_lower_priority) as executor:
        return executor.submit(work).result()


def _lower_priority() -> None:
    if sys.platform == "linux":
        with suppress(OSError):
            thread = threading.get_native_id()
            nice = os.getpriority(os.PRIO_PROCESS, thread) + _LOWER_BY
            os.setpriority(os.PRIO_PROCESS, thread, nice)


def reset_signals() -> None:
    """Handle signals as a child does, in a process just forked, while signals are blocked."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal signals all; the parent decides
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # no work has started yet


def exit_with_parent(alive_reader: int) -> None:
    """End this process as soon as the parent is gone, by every means of this system.

    Args:
        alive_reader: The reading end of a pipe whose writing end only the parent has.
    """
    threading.Thread(
        target=_exit_after, args=(alive_reader,), name="parent-watch", daemon=True
    ).start()
    if sys.platform == "linux":  # works even while no thread can run: inside a long call into C
        import ctypes  # imported here: the parent does not need it

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def _exit_after(alive_reader: int) -> None:
    os.read(alive_reader, 1)
    os._exit(1)
