"""``wirewatch alerts simulate``: the messages that articles would cause."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from core.clock import utc_now
from wirewatch.cli.output import print_json, say, write
from wirewatch.cli.terminal import Progress, stop_at_signal
from wirewatch.cli.times import parse_since
from wirewatch.run.bootstrap import load_files, open_settings

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from wirewatch.simulation import SimulationReport
    from wirewatch.simulation.articles import Arrival


def simulate(
    source: Annotated[
        str, typer.Argument(metavar="[FILE]", help="JSON lines, one article each; - for stdin")
    ] = "",
    *,
    since: Annotated[
        str,
        typer.Option(help="The articles of the archive instead, from a time, or from 2d ago, on."),
    ] = "",
    topic: Annotated[
        list[str] | None, typer.Option(help="Only this topic; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show which messages articles would cause, when and for whom. Nothing is stored or sent.

    Each line is an article: {"url", "first_seen_at", "outlet", "language", "title", "lead", "text",
    "published_at"}. They go through the topics, stories and routes in force on a simulated clock.
    """
    from wirewatch.simulation import simulate as run_simulation

    if bool(source) == bool(since):
        raise UsageError("Give either a file or --since.", mend="- reads stdin.")
    settings = open_settings()
    catalog = _catalog(settings, topic or [])
    progress = Progress()
    with _arrivals(source, since, catalog, settings) as (arriving, known), stop_at_signal() as stop:

        def watch(report: SimulationReport) -> None:
            if stop.is_set():
                raise KeyboardInterrupt  # the temporary store is deleted on the way out
            progress.show(_progress(report))

        try:
            report = run_simulation(arriving, known, settings, watch=watch)
        finally:
            progress.end()
    if as_json:
        print_json(report.as_json())
    else:
        _print_report(report)


def _progress(report: SimulationReport) -> str:
    done, messages = report.articles + report.gone, len(report.messages)
    return f"{done:,} articles, {report.matches:,} matches, {messages:,} messages"


@contextmanager
def _arrivals(
    source: str, since: str, catalog: Catalog, settings: Settings
) -> Iterator[tuple[Iterator[Arrival], Catalog]]:
    """Yield the articles to simulate, and the catalog with their outlets."""
    from wirewatch.past_articles import open_past_articles
    from wirewatch.simulation import arrivals, parse_lines, simulated_catalog, stored_arrivals

    if since:
        now = utc_now()
        start = parse_since(since, now)
        with open_past_articles(settings, start, now) as revisions:
            yield stored_arrivals(revisions), catalog
    else:
        lines = parse_lines(_read(source), source)
        known = simulated_catalog(catalog, lines)
        yield arrivals(lines, known, settings.fetch_live_gap), known


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
        f"Articles: {report.articles:,}. Matches: {report.matches:,}. "
        f"Messages: {len(report.messages):,}."
    )
    if report.gone:
        write(f"Pages that vanished: {report.gone:,}.")
    counts = Counter((row["event"], row["reason_code"]) for row in report.decisions)
    for (event, code), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        write(f"  {number:>6,}  {event}: {code}")


def _print_message(message: dict[str, Any]) -> None:
    topics = [t["id"] for t in message.get("topics", ())] or [message["topic"] or "-"]
    receivers = ", ".join(message["receivers"])
    step = f" (escalation {message['escalation']})" if message.get("escalation") else ""
    say(f"{message['at']}  {message['kind']}{step}  {', '.join(topics)} -> {receivers}")
    if message["held_until"]:
        say(f"held until {message['held_until']}", indent="    ")
    for text in (message["title"], message["development"], message["reason"], *message["urls"]):
        if text:
            say(text, indent="    ")
    for item in message.get("items", ()):
        say(f"{item['kind']} {item['topic']}: {item['title']}", indent="    - ")
        if item["held_reason"]:
            say(item["held_reason"], indent="      ")
