"""The entry point.

::

    main ──▶ rooms in place? ──▶ typer ──▶ command ──▶ exit code
                                   └─ WirewatchError: one sentence on stderr, its exit code

Exit codes: 0 fine, 1 the thing asked about is bad, 2 wrong usage, 3 an outside service failed.
Commands import what they need when they are called: ``--help`` must not wait for a database.
A `run` that is told to end before it has begun ends with 0 as well: nothing is in hand yet.
"""

from __future__ import annotations

import os
import signal
import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command line and exit.

    Imports come late: first it is made sure that our rooms are ours.
    """
    if sys.argv[1:2] == ["run"]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(0))
    from wirewatch.install_check import complaint

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the locale: JSON is UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if words := complaint():
        sys.stderr.write(f"wirewatch: {words}\n")
        sys.exit(1)
    from wirewatch.cli.output import finish

    try:
        _run()
    finally:
        if code := finish():
            sys.exit(code)


def _run() -> None:
    from config.errors import CatalogError, WirewatchError
    from core.text import for_log
    from wirewatch.cli.app import app

    try:
        app()
    except CatalogError as error:
        for fault in error.faults:
            sys.stderr.write(f"{for_log(str(fault), 1000)}\n")
        sys.exit(error.exit_code)
    except WirewatchError as error:
        sys.stderr.write(f"wirewatch: {for_log(str(error), 1000)}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
