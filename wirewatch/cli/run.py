"""``wirewatch run``: the main job."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from config.errors import UsageError
from wirewatch.cli.output import print_json, say
from wirewatch.opening import open_settings

if TYPE_CHECKING:
    from wirewatch.summary import Summary

STAGES = ("ingest", "processors", "alerts", "web")

log = structlog.get_logger(__name__)


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
    """Poll feeds, match topics, tell people; Ctrl-C or SIGTERM ends it.

    With --once it exits 3 where no outlet could be reached, or a delivery or a database failed.

    \b
    wirewatch run                            all stages, console on http://127.0.0.1:8080
    wirewatch run --only ingest,processors   a part of them; others may run elsewhere
    wirewatch run --once --json              one round, and what came of it
    """  # noqa: D301 click reads \b as: keep these lines
    stages = parse_stages(only)
    if as_json and not once:
        raise UsageError("--json goes with --once: `run` goes on until it is told to stop.")
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        summary = _run(stages, once=once)
    except KeyboardInterrupt:  # what was in hand is given back by now
        log.info("stopped")
        return
    if summary is None:
        return
    if as_json:
        print_json(summary.as_json())
    else:
        say(summary.in_words())
    raise typer.Exit(summary.exit_code)


def _run(stages: frozenset[str], *, once: bool) -> Summary | None:
    settings = open_settings()
    from wirewatch.program import open_program

    with open_program(settings) as program:
        if once:
            from wirewatch.once import run_once

            return run_once(program, stages)
        from wirewatch.daemon import Daemon  # the console's libraries are slow to import

        Daemon(program, stages).run()
        return None


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
