"""``wirewatch run``: the main job."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from config.errors import SlotTakenError, UsageError
from config.settings import Settings
from wirewatch.cli.output import print_json, say
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.child import SLOT_TAKEN, Child

if TYPE_CHECKING:
    from wirewatch.run.summary import Summary

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
    settings = open_settings()
    if not once:
        raise typer.Exit(_go_on(settings, stages))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        summary = _once(settings, stages)
    except KeyboardInterrupt:  # what was in hand is given back by now
        log.info("stopped")
        return
    if as_json:
        print_json(summary.as_json())
    else:
        say(summary.as_text())
    raise typer.Exit(summary.exit_code)


def _once(settings: Settings, stages: frozenset[str]) -> Summary:
    from wirewatch.run.once import run_once
    from wirewatch.run.program import open_program

    with open_program(settings) as program:
        return run_once(program, stages)


def _go_on(settings: Settings, stages: frozenset[str]) -> int:
    """Start the processes; in each of them, do its work. The exit code."""
    from core.processes.slots import claim_slot
    from wirewatch.run.supervisor import Supervisor

    for event, mend in doubts(settings, stages):
        log.warning(event, mend=mend)
    others = stages - {"web"}
    claims = [claim_slot(settings) for _ in range(settings.processes if others else 1)]
    found = Supervisor(claims).run()
    if isinstance(found, Child):
        return _work(settings, stages if found.number == 1 else others, found)
    for each in claims:
        each.close()
    return found


def _work(settings: Settings, stages: frozenset[str], child: Child) -> int:
    """What one of the processes does; it imports here, so that the parent stays small."""
    from ingest.extract.pool import available_cores
    from wirewatch.run.program import open_program

    settings = share_out(settings, available_cores())
    try:
        with open_program(settings, child.claim) as program:
            from wirewatch.run.daemon import Daemon  # the console's libraries are slow to import

            Daemon(program, stages, child).run()
    except SlotTakenError as error:
        log.error("slot_taken", slot=child.claim.slot, reason=str(error))
        return SLOT_TAKEN
    return 0


def doubts(settings: Settings, stages: frozenset[str]) -> list[tuple[str, str]]:
    """What will work but hardly as it is meant: names of events, each with the mend."""
    found = []
    by_kafka = settings.streams_location.startswith("kafka:")
    if by_kafka and settings.database_location.startswith("sqlite:"):
        mend = "Several hosts need one PostgreSQL between them: set WIREWATCH_DATABASE_URL."
        found.append(("kafka_with_sqlite_store", mend))
    if "ingest" in stages and not settings.http_contact:
        found.append(("no_contact", "Set WIREWATCH_HTTP_CONTACT: outlets want to know it."))
    return found


def share_out(settings: Settings, cores: int) -> Settings:
    """The settings of one process: all of them together use the cores once."""
    workers = settings.extract_workers or max(1, cores // settings.processes)
    return settings.model_copy(update={"extract_workers": workers})


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
