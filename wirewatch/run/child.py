"""A process that does the work, as its parent made it: told to stop, and never left alone.

::

    fork ──▶ let go of what is the parent's ──▶ Child ──up()──▶ parent
                  └─ the parent is gone (a pipe ends; on Linux the kernel says so too): end at once

What is in hand then was not committed and comes again.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass

from core.processes.slots import SlotClaim

SLOT_TAKEN = 4
"""How a process ends that found another one under its slot. Nobody but the parent sees it."""

_PR_SET_PDEATHSIG = 1  # prctl(2)


@dataclass(frozen=True, slots=True)
class Child:
    """This process.

    Attributes:
        number: From 1; the first has the console.
        claim: Its slot.
    """

    number: int
    claim: SlotClaim
    _news: int

    def up(self) -> None:
        """Tell the parent that this process is at work."""
        os.write(self._news, b"1")


def take_leave() -> None:
    """In a process just forked, signals still blocked: hear them as a child does."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all, the parent decides
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # nothing is in hand yet


def die_with_parent(life: int) -> None:
    """End this process as soon as the parent is gone, by whatever works where we are.

    Args:
        life: The reading end of a pipe whose other end only the parent has.
    """
    threading.Thread(target=_end_after, args=(life,), name="parent-watch", daemon=True).start()
    if sys.platform == "linux":  # also where a thread cannot run: inside a long call into C
        import ctypes  # the parent needs none

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def _end_after(life: int) -> None:
    os.read(life, 1)
    os._exit(1)
