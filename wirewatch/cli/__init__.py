"""The entry point.

::

    main ──▶ rooms in place? ──▶ typer ──▶ command ──▶ exit code
                                   └─ WirewatchError: one sentence on stderr, its exit code

Exit codes: 0 fine, 1 the thing asked about is bad, 2 wrong usage, 3 an outside service failed.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line and exit.

    Imports come late: first it is made sure that our rooms are ours.
    """
    from wirewatch.rooms import complaint

    if words := complaint():
        sys.stderr.write(f"wirewatch: {words}\n")
        sys.exit(1)

    from config.errors import CatalogError, WirewatchError
    from wirewatch.cli.app import app

    try:
        app()
    except CatalogError as error:
        for fault in error.faults:
            sys.stderr.write(f"{fault}\n")
        sys.exit(error.exit_code)
    except WirewatchError as error:
        sys.stderr.write(f"wirewatch: {error}\n")
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
