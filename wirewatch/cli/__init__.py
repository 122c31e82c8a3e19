"""The entry point of the command line.

::

    main ──▶ packages in place? ──▶ execute ──▶ typer ──▶ command ──▶ exit code
                                       └─ WirewatchError: one message on stderr, its exit code

Exit codes: 0 success, 1 the checked thing is bad, 2 wrong usage, 3 something outside this program
failed. Commands import their libraries when they are called, so that ``--help`` starts quickly.
A `run` that is signalled before it has started exits with 0 too: there is no work to finish.
"""

from __future__ import annotations

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
    os.umask(0o077)  # what this program writes is for its user alone
    from wirewatch.install_check import find_problem

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # JSON is UTF-8, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if problem := find_problem():
        sys.stderr.write(f"wirewatch: {problem}\n")
        sys.exit(1)
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run a command in this process, write what it prints, and return its exit code."""
    from wirewatch.cli.output import flush

    code = _execute(arguments)
    return flush() or code


def _execute(arguments: Sequence[str]) -> int:
    from config.errors import CatalogError, WirewatchError
    from config.secrets import mask
    from core.text import for_log
    from wirewatch.cli.app import app

    try:
        app(list(arguments), prog_name="wirewatch")
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
    return 0
