"""``wirewatch run``: run the stages."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from config.errors import SlotTakenError, UsageError
from wirewatch.cli.output import print_json, say
from wirewatch.cli.uncaught import require_memory
from wirewatch.run.bootstrap import make_data_private, open_settings
from wirewatch.run.child import SLOT_TAKEN, Child, run_at_low_priority

if TYPE_CHECKING:
    import socket

    import structlog

    from config.catalog.reload import CatalogKeeper
    from config.settings import Settings
    from wirewatch.run.summary import Summary

STAGES = ("ingest", "processors", "alerts", "archive", "web")


def run(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Poll due feeds, process everything, deliver, exit.")
    ] = False,
    only: Annotated[
        str, typer.Option(help="Only these stages: ingest,processors,alerts,archive,web")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="With --once: print the summary as JSON.")
    ] = False,
) -> None:
    """Poll feeds, match topics, notify people, until Ctrl-C or SIGTERM.

    With --once it exits with 1 if an operator file has an error, and with 3 if no outlet could be
    reached, or a delivery or a database failed.

    \b
    wirewatch run                            all stages, console on http://127.0.0.1:8080
    wirewatch run --only ingest,processors   some of them; the others may run elsewhere
    wirewatch run --once --json              one round, then the summary
    """  # noqa: D301 click reads \b as: keep these lines
    stages = parse_stages(only)
    if as_json and not once:
        raise UsageError("--json needs --once: without it, `run` has no summary.")
    settings = open_settings()
    make_data_private(settings)
    if not once:
        raise typer.Exit(_supervise(settings, stages))
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        summary = _once(settings, stages)
    except KeyboardInterrupt:  # unfinished work is given back by now
        _log().info("stopped")
        return
    if as_json:
        print_json(summary.as_json())
    else:
        say(summary.as_text())
    raise typer.Exit(summary.exit_code)


def _log() -> structlog.stdlib.BoundLogger:
    import structlog

    logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)
    return logger


def _once(settings: Settings, stages: frozenset[str]) -> Summary:
    from wirewatch.run.once import run_once
    from wirewatch.run.program import open_program

    with open_program(settings) as program:
        return run_once(program, stages)


def _supervise(settings: Settings, stages: frozenset[str]) -> int:
    """Start the processes and return the exit code; in each of them, do its work."""
    from core.processes.slots import claim_slot
    from wirewatch.run.supervisor import Supervisor
    from wirewatch.web.listener import listen

    for event, mend in setting_warnings(settings, stages):
        _log().warning(event, mend=mend)
    listener = listen(settings.web_host, settings.web_port) if "web" in stages else None
    _log().info("starting", note="topics and their words are read first, for some seconds")
    roles = assign_stages(settings, stages)
    claims = [claim_slot(settings) for _ in roles]
    consoles = {number for number, role in enumerate(roles, 1) if role == {"web"}}
    result = Supervisor(claims, early=consoles).run()
    if isinstance(result, Child):
        return _work(settings, roles[result.number - 1], result, listener)
    for claim in claims:
        claim.close()
    return result


def assign_stages(settings: Settings, stages: frozenset[str]) -> list[frozenset[str]]:
    """Return the stages of each process: the console's is the last, or there is none."""
    others = stages - {"web"}
    if not others:
        return [stages]
    if "web" not in stages or not settings.web_process:
        return [stages, *[others] * (settings.processes - 1)]
    return [*[others] * settings.processes, frozenset({"web"})]


def _work(
    settings: Settings, stages: frozenset[str], child: Child, listener: socket.socket | None
) -> int:
    """Run the stages in one of the processes. Imports come here, so that the parent stays small."""
    require_memory()
    if "web" not in stages and listener:
        listener.close()
        listener = None
    keeper, is_added = None, stages == {"web"} and child.number > 1
    if is_added:
        keeper = run_at_low_priority(lambda: _prepare_console(settings))
        child.await_first()
    from ingest.extract.pool import available_cores
    from wirewatch.run.daemon import Daemon
    from wirewatch.run.program import open_program

    settings = share_out(settings, available_cores())
    try:
        with open_program(settings, child.claim, keeper, logs_reloads=not is_added) as program:
            Daemon(program, stages, child, listener).run()
    except SlotTakenError as error:
        _log().error("slot_taken", slot=child.claim.slot, reason=str(error))
        return SLOT_TAKEN
    return 0


def _prepare_console(settings: Settings) -> CatalogKeeper | None:
    """Do what takes long while the first process starts, which reports faults and reloads."""
    from config.errors import CatalogError
    from wirewatch.run import console  # noqa: F401 imports its libraries
    from wirewatch.run.program import open_keeper

    try:
        keeper = open_keeper(settings, logs=False)
    except CatalogError:
        return None
    return None if keeper.held else keeper  # what is in force of these is in the store


def setting_warnings(settings: Settings, stages: frozenset[str]) -> list[tuple[str, str]]:
    """Return log events about settings that work but are hardly intended, each with its mend."""
    events = []
    on_kafka = settings.streams_location.startswith("kafka:")
    if on_kafka and settings.database_location.startswith("sqlite:"):
        mend = "Processes on several hosts need a shared PostgreSQL: set WIREWATCH_DATABASE_URL."
        events.append(("kafka_with_sqlite_store", mend))
    if "ingest" in stages and not settings.http_contact:
        mend = "Set WIREWATCH_HTTP_CONTACT, so that outlets can reach you."
        events.append(("contact_missing", mend))
    return events


def share_out(settings: Settings, cores: int) -> Settings:
    """Return the settings of one process, which has its share of the cores for extraction."""
    workers = settings.extract_workers or max(1, cores // settings.processes)
    return settings.model_copy(update={"extract_workers": workers})


def parse_stages(only: str) -> frozenset[str]:
    """Return the named stages, or all where none is named.

    Raises:
        UsageError: One of them does not exist.
    """
    named = frozenset(word.strip() for word in only.split(",") if word.strip())
    unknown = named - set(STAGES)
    if unknown:
        raise UsageError(
            f"Unknown stage: {', '.join(sorted(unknown))}.", mend=f"Stages: {', '.join(STAGES)}."
        )
    return named or frozenset(STAGES)
