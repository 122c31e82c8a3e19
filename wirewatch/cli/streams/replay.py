"""``wirewatch streams replay``: past articles through the processors once more."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import CatalogError, UsageError
from config.settings import Settings
from core.clock import rfc3339, utc_now
from wirewatch.cli.output import print_json, say
from wirewatch.cli.streams.names import parse_start, unknown
from wirewatch.cli.terminal import Progress, until_told
from wirewatch.run.bootstrap import load_files, open_instance, open_settings, open_stream_log

if TYPE_CHECKING:
    from config.catalog.models import Catalog
    from core.streams.port import StreamLog
    from processors.replay import Replay as Work
    from processors.replay import ReplayCounts, ReplayRange


def replay(
    *,
    since: Annotated[
        str, typer.Option("--from", help="Articles fetched at this time (RFC 3339) or later; start")
    ],
    topic: Annotated[str | None, typer.Option(help="Only this topic's matches.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be published.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The counts as JSON.")] = False,
) -> None:
    """Put past articles through the processors again, with `origin: replay`.

    Nobody is told of a replayed match. A record that says what an earlier one said has the same
    ce_id. Articles that the running processors have yet to read are left to them.

    \b
    wirewatch streams replay --from 2026-11-20T00:00:00Z
    wirewatch streams replay --from start --topic nato-membership --dry-run
    """  # noqa: D301 click reads \b as: keep these lines
    first = _first(since)
    settings = open_settings()
    catalog = _catalog(settings, topic)
    with open_instance(settings) as me, open_stream_log(settings, me) as log, until_told() as told:
        up_to = _reach(log, settings, catalog, dry_run=dry_run)
        progress = Progress()
        work = _work(log, settings, catalog, first, topic, progress)
        try:
            if dry_run:
                work.preview(up_to, stop=told.is_set)
            else:
                size = settings.processors_batch
                work.run(up_to, clock=utc_now, stop=told.is_set, pause=told.wait, batch=size)
        finally:
            progress.end()
    result = _result(work.counts, up_to) | {
        "from": rfc3339(first) if first else "start",
        "topic": topic,
        "dry_run": dry_run,
        "finished": not told.is_set(),
    }
    if as_json:
        print_json(result)
    else:
        _tell(result)


def _first(given: str) -> datetime | None:
    """The time to begin at; None for the oldest article kept.

    Raises:
        UsageError: There can be no article of that time.
    """
    first = parse_start(given)
    if first == "start":
        return None
    if first == "end" or first > utc_now():
        raise UsageError(f"--from {given} lies in the future.", mend="Name a time that has passed.")
    return first


def _catalog(settings: Settings, topic: str | None) -> Catalog:
    """The topics and entities in force, or the one topic asked for.

    Raises:
        CatalogError: Their files hold errors.
        UsageError: There is no such topic, or it is retired.
    """
    from config.catalog.models import TopicState
    from processors import topic_faults

    catalog, faults = load_files(settings)
    if topic is not None:
        known = {t.id: t for t in catalog.topics}
        broken = [f for f in faults if f.is_error and Path(f.file).stem == topic]
        if topic not in known and not broken:
            raise unknown("topic", topic, known)
        if topic in known:
            catalog = changed(catalog, topics=(known[topic],))
            if known[topic].state is TopicState.RETIRED:
                raise UsageError(f"The topic {topic!r} is retired: it matches nothing.")
    others = {"sources.yaml", "alerts.yaml"}
    mine = [f for f in faults if Path(f.file).name not in others]
    if topic in {t.id for t in catalog.topics}:
        mine = [f for f in mine if Path(f.file).parent.name != "topics"]
    if errors := [f for f in [*mine, *topic_faults(catalog)] if f.is_error]:
        raise CatalogError(errors)
    return catalog


def _reach(log: StreamLog, settings: Settings, catalog: Catalog, *, dry_run: bool) -> ReplayRange:
    from core.messages.envelope import ARTICLES
    from core.streams.topology import stream_specs
    from processors.replay import ReplayRange, replay_range

    if not dry_run:
        published = [t.id for t in catalog.topics if t.publish]
        log.create(stream_specs(settings, published=published))
    if ARTICLES not in {info.name for info in log.list_streams()}:
        return ReplayRange({}, 0)
    return replay_range(log)


def _work(
    log: StreamLog,
    settings: Settings,
    catalog: Catalog,
    first: datetime | None,
    topic: str | None,
    progress: Progress,
) -> Work:
    from processors import Processors
    from processors.replay import Replay

    def watch(counts: ReplayCounts) -> None:
        at = f"{counts.reached.astimezone():%Y-%m-%d %H:%M}" if counts.reached else "-"
        progress.show(f"{counts.articles:,} articles, {counts.matches:,} matches, at {at}")

    compiled = Processors.compile(catalog, settings.language_codes)
    return Replay(log, compiled, since=first, enriched=topic is None, watch=watch)


def _result(counts: ReplayCounts, up_to: ReplayRange) -> dict[str, Any]:
    return {
        "articles": counts.articles,
        "enriched": counts.enriched,
        "matches": counts.matches,
        "copies": counts.copies,
        "topics": dict(sorted(counts.topics.items())),
        "unreadable": counts.unreadable,
        "dead_letters": counts.dead_letters,
        "waiting": up_to.waiting,
    }


def _tell(result: dict[str, Any]) -> None:
    done = "would be replayed" if result["dry_run"] else "replayed"
    say(f"{result['articles']:,} article(s) {done}, {result['matches']:,} match(es).")
    for topic, number in result["topics"].items():
        say(f"{topic}: {number:,}", indent="  ")
    if result["unreadable"]:
        say(f"{result['unreadable']} record(s) are no article and were passed over.")
    if result["dead_letters"]:
        say(f"{result['dead_letters']} article(s) could not be processed: dead letters now.")
    if result["waiting"]:
        say(f"{result['waiting']:,} newer article(s) wait for the processors; left to them.")
    if not result["finished"]:
        say("Stopped before the end; the next replay begins anew.")
