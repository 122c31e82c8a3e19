"""``wirewatch check``: all faults of all files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from config.faults import Fault, in_file_order
from wirewatch.cli.output import print_json, say, write
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.settings import Settings


def check(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """Check sources, topics, entities and alerts. Exits with 1 if there is an error."""
    faults = all_faults(open_settings())
    report(faults, as_json=as_json)
    if any(fault.is_error for fault in faults):
        raise typer.Exit(1)


def all_faults(settings: Settings) -> list[Fault]:
    """Return the faults that all packages find, in file order."""
    from alerts.receivers import receiver_faults
    from processors import topic_faults

    catalog, faults = load_files(settings)
    return in_file_order([*faults, *topic_faults(catalog), *receiver_faults(catalog)])


def report(faults: list[Fault], *, as_json: bool) -> None:
    """Print faults for programs or people."""
    if as_json:
        print_json([fault.model_dump() for fault in faults])
        return
    for fault in faults:
        say(str(fault))
    errors = sum(fault.is_error for fault in faults)
    write(f"{errors} error(s), {len(faults) - errors} warning(s)." if faults else "No faults.")
