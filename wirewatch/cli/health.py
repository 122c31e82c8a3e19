"""``wirewatch health``: are the processes of this host well?"""

from __future__ import annotations

from typing import Annotated

import typer

from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_rows
from wirewatch.run.bootstrap import open_settings


def health(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """Are the processes of `wirewatch run` on this host at work?

    It exits 1 where one is ill or silent, or where there is none: a health check for containers.
    Run it as the same user with the same settings as `wirewatch run`.
    """
    from core.processes.slots import read_statuses
    from wirewatch.run.health import judge

    found = judge(read_statuses(open_settings()), utc_now())
    rows = [
        {
            "slot": one.slot,
            "status": "ill" if one.wrong else "ok",
            "wrong": one.wrong,
            "at": rfc3339(one.at),
        }
        for one in found
    ]
    columns = ("slot", "status", "wrong", "at")
    print_rows(rows, columns, as_json=as_json, empty="No `wirewatch run` is at work here.")
    raise typer.Exit(0 if found and not any(one.wrong for one in found) else 1)
