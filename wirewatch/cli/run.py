"""``wirewatch run``: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from config.errors import UsageError
from wirewatch.cli.output import print_json
from wirewatch.once import run_once
from wirewatch.program import open_program, open_settings

STAGES = ("ingest", "processors", "alerts", "web")


def run(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Poll what is due, drain, deliver, exit.")
    ] = False,
    only: Annotated[str, typer.Option(help="Only these stages: ingest,processors,alerts,web")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="With --once: the summary as JSON.")
    ] = False,
) -> None:
    """Poll feeds, match topics, tell people; Ctrl-C ends it."""
    stages = parse_stages(only)
    with open_program(open_settings()) as program:
        if not once:
            from wirewatch.daemon import Daemon  # the console's libraries are slow to import

            Daemon(program, stages).run()
            return
        summary = run_once(program, stages)
    if as_json:
        print_json(summary.as_json())
    else:
        print(summary.in_words())
    raise typer.Exit(summary.exit_code)


def parse_stages(only: str) -> frozenset[str]:
    """The stages named, all where none is.

    Raises:
        UsageError: One of them does not exist.
    """
    named = frozenset(word.strip() for word in only.split(",") if word.strip())
    unknown = named - set(STAGES)
    if unknown:
        raise UsageError(
            f"No such stage: {', '.join(sorted(unknown))}.", mend=f"There are {', '.join(STAGES)}."
        )
    return named or frozenset(STAGES)
