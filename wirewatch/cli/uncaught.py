"""What is written when an error leaves a command: a traceback, or one sentence without memory.

A traceback quotes the messages of libraries, so it is masked like a line of the log.
"""

from __future__ import annotations

import mmap
import resource
import sys
import threading
import traceback
from types import TracebackType

from config.errors import WirewatchError, out_of_memory
from config.secrets import mask

NEEDED = 160 * 2**20
"""Octets of address space that a command has to be able to reserve before it imports its libraries:
numpy's OpenBLAS ends the process by itself, with 1 and no sentence, where it gets no memory."""


def install() -> None:
    """Handle errors that nothing else handles, in this process and in all its threads."""
    sys.excepthook = _report
    sys.unraisablehook = lambda args: _report(args.exc_type, args.exc_value, args.exc_traceback)
    threading.excepthook = lambda args: _report(args.exc_type, args.exc_value, args.exc_traceback)


def require_memory() -> None:
    """Raise where the operator's limit (``ulimit -v``) leaves too little to begin.

    Raises:
        OutOfMemoryError: It does.
    """
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    try:
        mmap.mmap(-1, NEEDED).close()
    except (OSError, MemoryError) as error:
        raise out_of_memory(error) or error from None


def message_of(error: BaseException) -> str:
    """Return what to write about an error, with a line feed."""
    memory = error if isinstance(error, WirewatchError) else out_of_memory(error)
    if memory is not None:
        return f"wirewatch: {mask(str(memory))}\n"
    return mask("".join(traceback.format_exception(error)))


def _report(
    kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
) -> None:
    if kind is SystemExit or sys.stderr is None:
        return
    sys.stderr.write(message_of(error or kind()))
