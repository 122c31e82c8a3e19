"""``wirewatch alerts simulate``: the messages that articles of a file would cause."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.terminal import Progress
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from wirewatch.simulation import SimulationReport


def simulate(
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON lines, one article each; - for stdin")
    ],
    *,
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show which messages articles would cause, when and for whom. Nothing is stored or sent.

    Each line is an article: {"url", "first_seen_at", "outlet", "language", "title", "lead", "text",
    "published_at"}. They go through the topics, stories and routes in force on a simulated clock.
    """
    from wirewatch.simulation import parse_lines
    from wirewatch.simulation import simulate as run_simulation

    settings = open_settings()
    catalog = _catalog(settings, topic or [])
    lines = parse_lines(_read(source), source)
    progress = Progress()

    def show_progress(report: SimulationReport) -> None:
        done = report.articles + report.gone
        progress.show(f"{done:,} of {len(lines):,} articles, {len(report.messages):,} messages")

    try:
        report = run_simulation(lines, catalog, settings, watch=show_progress)
    finally:
        progress.end()
    if as_json:
        print_json(report.as_json())
    else:
        _print_report(report)


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{source}: {why}.", mend="Name a file, or - for stdin.") from None


def _catalog(settings: Settings, topics: list[str]) -> Catalog:
    """Return the catalog with these topics, or with all where none is named.

    Raises:
        UsageError: A topic does not exist.
        CatalogError: A file that is used has errors.
    """
    from alerts.receivers import receiver_faults

    catalog, faults = load_files(settings)
    errors = [f for f in (*faults, *receiver_faults(catalog)) if f.is_error]
    if topics:
        errors = [f for f in errors if not _is_of_other_topic(f.file, topics)]
    if errors:
        raise CatalogError(errors)
    known = {t.id for t in catalog.topics}
    if unknown := [name for name in topics if name not in known]:
        mend = f"Topics: {', '.join(sorted(known)) or 'none'}."
        raise UsageError(f"There is no topic {unknown[0]!r}.", mend=mend)
    if not topics:
        return catalog
    return replace(catalog, topics=tuple(t for t in catalog.topics if t.id in topics))


def _is_of_other_topic(file: str, topics: list[str]) -> bool:
    path = Path(file)
    return path.parent.name == "topics" and path.stem not in topics


def _print_report(report: SimulationReport) -> None:
    for message in report.messages:
        _print_message(message)
    if not report.messages:
        write("No message would have been sent.")
    write("")
    write(
        f"{report.articles:,} articles, {report.matches:,} matches, "
        f"{len(report.messages):,} messages."
    )
    if report.gone:
        write(f"{report.gone:,} pages that vanished; alerts do not take note of that yet.")
    counts = Counter((row["event"], row["reason_code"]) for row in report.decisions)
    for (event, code), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        write(f"  {number:>6,}  {event}: {code}")


def _print_message(message: dict[str, Any]) -> None:
    topics = [t["id"] for t in message.get("topics", ())] or [message["topic"] or "-"]
    receivers = ", ".join(message["receivers"])
    say(f"{message['at']}  {message['kind']}  {', '.join(topics)} -> {receivers}")
    if message["held_until"]:
        say(f"held until {message['held_until']}", indent="    ")
    for text in (message["title"], message["development"], message["reason"], *message["urls"]):
        if text:
            say(text, indent="    ")
