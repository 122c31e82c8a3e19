"""``wirewatch health``: are the processes on this host healthy?"""

from __future__ import annotations

from typing import Annotated

import typer

from core.clock import utc_now
from wirewatch.cli.output import print_rows
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import describe_location


def health(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """Check that the processes of `wirewatch run` on this host are working.

    Exits with 1 if a process is ill or has stopped reporting, or if there is none: a health check
    for containers. Run it as the same user and with the same settings as `wirewatch run`.
    """
    from core.processes.slots import read_statuses
    from wirewatch.run.health import are_healthy, parse_reports

    settings = open_settings()
    processes = parse_reports(read_statuses(settings), utc_now())
    rows = [process.as_row() for process in processes]
    columns = ("slot", "status", "wrong", "at")
    where = describe_location(settings.streams_location)
    empty = f"No `wirewatch run` with the streams in {where} is running here."
    print_rows(rows, columns, as_json=as_json, empty=empty)
    raise typer.Exit(0 if are_healthy(processes) else 1)
