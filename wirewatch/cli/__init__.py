"""The entry point of the command line.

::

    main ──▶ packages in place? ──▶ execute ──▶ typer ──▶ command ──▶ exit code
                                       └─ WirewatchError: one message on stderr, its exit code

Exit codes: 0 success, 1 the checked thing is bad, 2 wrong usage, 3 something outside this program
failed, or there is not enough memory. Commands import their libraries when they are called, so that
``--help`` starts quickly.
A `run` that is signalled before it has started exits with 0 too: there is no work to finish.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper


def main() -> None:
    """Run the command line and exit.

    Imports come late, after the check that the program's packages are its own.
    """
    if sys.argv[1:2] == ["run"]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(0))
    atexit.register(gc.freeze)  # the interpreter would look for garbage in all compiled topics
    os.umask(0o077)  # what this program writes is for its user alone
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy computes no matrices here
    try:
        sys.exit(_start())
    except MemoryError:  # so early that the error tree may not be there
        os.write(2, b"wirewatch: There is not enough memory.\n")
        os._exit(3)


def _start() -> int:
    """Check the installation, run the command, and return the exit code."""
    from wirewatch.install_check import find_problem

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # JSON is UTF-8, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if problem := find_problem():
        sys.stderr.write(f"wirewatch: {problem}\n")
        return 1
    from core.garbage import examine_rarely
    from wirewatch.cli import uncaught

    examine_rarely()
    uncaught.install()
    return execute(sys.argv[1:])


def execute(arguments: Sequence[str]) -> int:
    """Run a command in this process, write what it prints, and return its exit code."""
    from wirewatch.cli.output import flush

    code = _execute(arguments)
    return flush() or code


def _execute(arguments: Sequence[str]) -> int:
    from config.errors import CatalogError, WirewatchError, out_of_memory
    from config.secrets import mask
    from core.text import for_log
    from wirewatch.cli.uncaught import message_of, require_memory

    try:
        require_memory()
        from wirewatch.cli.app import run_command

        run_command(arguments)
    except SystemExit as ended:  # typer ends every command so
        return ended.code if isinstance(ended.code, int) else 0
    except CatalogError as error:
        for fault in error.faults:
            sys.stderr.write(f"{for_log(mask(str(fault)), 1000)}\n")
        return error.exit_code
    except WirewatchError as error:
        sys.stderr.write(f"wirewatch: {for_log(mask(str(error)), 1000)}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if out_of_memory(error) is None:
            raise
        sys.stderr.write(message_of(error))
        return 3
    return 0
