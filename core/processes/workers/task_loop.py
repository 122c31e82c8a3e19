"""What a worker process does: receive a task, run the handler within its limits, send the result.

::

    task    cpu seconds · wall seconds · largest result · length ── bytes
    result  status · length ── bytes

The timers of a task end the worker where their signals are not handled, which is so by default.
``ITIMER_PROF`` counts the CPU time of the process, ``ITIMER_REAL`` runs on the monotonic clock.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

TASK = struct.Struct("!ddQQ")
RESULT = struct.Struct("!BQ")

Handler = Callable[[bytes], bytes]
"""What a worker does with the bytes of a task."""

DETAIL = 2_000
"""Characters of a traceback that are sent."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_PR_SET_PDEATHSIG = 1  # prctl(2)


class Status(IntEnum):
    """How a task ended that did not end its worker."""

    DONE = 0
    SIZE = 1
    MEMORY = 2
    ERROR = 3


def serve(connection: socket.socket, handler: Handler, memory: int) -> None:
    """Run tasks until the parent closes the connection or this process is killed.

    Args:
        connection: The worker's end of the connection to its parent.
        handler: Runs a task.
        memory: Resident bytes that this process may have.
    """
    limit_memory(memory)
    while header := _receive(connection, TASK.size):
        cpu, wall, largest, length = TASK.unpack(header)
        task = _receive(connection, length)
        if len(task) < length:
            return
        signal.setitimer(signal.ITIMER_REAL, wall)
        signal.setitimer(signal.ITIMER_PROF, cpu)
        status, result = run(handler, task, largest)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.sendall(RESULT.pack(status, len(result)))
        connection.sendall(result)


def run(handler: Handler, task: bytes, largest: int) -> tuple[Status, bytes]:
    """Run one task. Return how it ended, with its result or the traceback of its error."""
    try:
        result = handler(task)
    except MemoryError:
        return Status.MEMORY, b""
    except Exception:  # noqa: BLE001 the parent logs it
        return Status.ERROR, traceback.format_exc()[-DETAIL:].encode("utf-8", "replace")
    return (Status.DONE, result) if len(result) <= largest else (Status.SIZE, b"")


def limit_memory(memory: int) -> None:
    """Refuse this process more data than it may have resident.

    The parent kills a worker that has too much. This limit is for the moment before it looks, and
    for systems on which it cannot look. Linux counts reserved addresses too, of which libraries
    take many at their start, so the limit is what there is now, and what may be added.
    """
    if sys.platform != "linux":
        return
    pages = Path("/proc/self/statm").read_text().split()
    resident, data = int(pages[1]) * _PAGE, int(pages[5]) * _PAGE
    limit = data + max(memory - resident, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def end_with_parent() -> None:
    """Let the kernel kill this process when the one that forked it has ended (Linux only).

    On other systems it ends when it has no task, or at the latest at the limits of its task.
    """
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))


def _receive(connection: socket.socket, length: int) -> bytes:
    """Return so many bytes, or fewer where the connection ends."""
    received = bytearray()
    while len(received) < length:
        part = connection.recv(min(length - len(received), 1_048_576))
        if not part:
            break
        received += part
    return bytes(received)
