"""``wirewatch streams replay``: process past articles again."""

from __future__ import annotations

from dataclasses import replace as with_fields
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import counted, print_json, say
from wirewatch.cli.streams.names import parse_start, unknown_name
from wirewatch.cli.terminal import Progress, stop_at_signal
from wirewatch.run.bootstrap import load_files, open_settings
from wirewatch.run.reading import change_streams, read_streams

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from config.settings import Settings
    from core.streams.port import StreamLog
    from processors.replay import Replay as ProcessorsReplay
    from processors.replay import ReplayCounts, ReplayRange


def replay(
    *,
    since: Annotated[
        str,
        typer.Option(
            "--from", help="Replay articles fetched at this time (RFC 3339) or later, or all: start"
        ),
    ],
    topic: Annotated[str | None, typer.Option(help="Only matches of this topic.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be published.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Process past articles again and publish the results with `origin: replay`.

    Replayed matches notify nobody. A record with the same content as an earlier one has the same
    ce_id. Articles that the running processors have not read yet are left to them.

    \b
    wirewatch streams replay --from 2026-11-20T00:00:00Z
    wirewatch streams replay --from start --topic nato-membership --dry-run
    """  # noqa: D301 click reads \b as: keep these lines
    first = _start_time(since)
    settings = open_settings()
    catalog = _catalog(settings, topic)
    open_it = read_streams if dry_run else change_streams
    with open_it(settings) as log, stop_at_signal() as stop:
        articles = _range(log, settings, catalog, dry_run=dry_run)
        progress = Progress()
        work = _replay(log, settings, catalog, first, topic, progress)
        try:
            if dry_run:
                work.preview(articles, stop=stop.is_set)
            else:
                size = settings.processors_batch
                work.run(articles, clock=utc_now, stop=stop.is_set, pause=stop.wait, batch=size)
        finally:
            progress.end()
    result = _result(work.counts, articles) | {
        "from": rfc3339(first) if first else "start",
        "topic": topic,
        "dry_run": dry_run,
        "finished": not stop.is_set(),
    }
    if as_json:
        print_json(result)
    else:
        _print_result(result)


def _start_time(text: str) -> datetime | None:
    """Return the time to start at; None for the oldest article.

    Raises:
        UsageError: The time is in the future.
    """
    now = utc_now()
    first = parse_start(text, now)
    if first == "start":
        return None
    if first == "end" or first > now:
        raise UsageError(f"--from {text} is in the future.", mend="Give a time in the past.")
    return first


def _catalog(settings: Settings, topic: str | None) -> Catalog:
    """Return the catalog with all topics, or with the given one.

    Raises:
        CatalogError: The files have errors.
        UsageError: The topic does not exist, or it is retired.
    """
    from config.catalog.models import TopicState
    from processors import topic_faults

    catalog, faults = load_files(settings)
    if topic is not None:
        known = {t.id: t for t in catalog.topics}
        broken = [f for f in faults if f.is_error and Path(f.file).stem == topic]
        if topic not in known and not broken:
            raise unknown_name("topic", topic, known)
        if topic in known:
            catalog = with_fields(catalog, topics=(known[topic],))
            if known[topic].state is TopicState.RETIRED:
                raise UsageError(f"The topic {topic!r} is retired: it matches nothing.")
    others = {"sources.yaml", "alerts.yaml"}
    relevant = [f for f in faults if Path(f.file).name not in others]
    if topic in {t.id for t in catalog.topics}:
        relevant = [f for f in relevant if Path(f.file).parent.name != "topics"]
    if errors := [f for f in [*relevant, *topic_faults(catalog)] if f.is_error]:
        raise CatalogError(errors)
    return catalog


def _range(log: StreamLog, settings: Settings, catalog: Catalog, *, dry_run: bool) -> ReplayRange:
    from core.messages.envelope import ARTICLES
    from core.streams.topology import stream_specs
    from processors.replay import ReplayRange, replay_range

    if not dry_run:
        published = [t.id for t in catalog.topics if t.publish]
        log.create(stream_specs(settings, published=published))
    if ARTICLES not in {info.name for info in log.list_streams()}:
        return ReplayRange({}, 0)
    return replay_range(log)


def _replay(
    log: StreamLog,
    settings: Settings,
    catalog: Catalog,
    first: datetime | None,
    topic: str | None,
    progress: Progress,
) -> ProcessorsReplay:
    from processors import Processors
    from processors.replay import Replay

    def show_progress(counts: ReplayCounts) -> None:
        at = f"{counts.reached.astimezone():%Y-%m-%d %H:%M}" if counts.reached else "-"
        progress.show(f"{counts.articles:,} articles, {counts.matches:,} matches, at {at}")

    compiled = Processors.compile(catalog, settings.language_codes)
    return Replay(log, compiled, since=first, enriched=topic is None, watch=show_progress)


def _result(counts: ReplayCounts, articles: ReplayRange) -> dict[str, Any]:
    return {
        "articles": counts.articles,
        "enriched": counts.enriched,
        "matches": counts.matches,
        "copies": counts.copies,
        "topics": dict(sorted(counts.topics.items())),
        "unreadable": counts.unreadable,
        "dead_letters": counts.dead_letters,
        "waiting": articles.waiting,
    }


def _print_result(result: dict[str, Any]) -> None:
    verb = "would be replayed" if result["dry_run"] else "replayed"
    articles = counted(result["articles"], "article")
    say(f"{articles} {verb}, {counted(result['matches'], 'match', 'matches')}.")
    for topic, number in result["topics"].items():
        say(f"{topic}: {number:,}", indent="  ")
    if result["unreadable"]:
        say(f"Skipped {counted(result['unreadable'], 'record')} without an article.")
    if result["dead_letters"]:
        failed = counted(result["dead_letters"], "article")
        say(f"{failed} could not be processed: see `wirewatch streams dead-letter list`.")
    if result["waiting"]:
        say(f"Left to the running processors: {counted(result['waiting'], 'newer article')}.")
    if not result["finished"]:
        say("Stopped before the end. The next replay starts over.")
