"""``wirewatch streams``: look at the streams, and replay records.

All commands use only the stream port, so they work the same on every engine.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.durations import format_duration
from core.clock import rfc3339, utc_now
from core.streams.prefix import Prefix
from wirewatch.cli.output import print_line, print_rows, write
from wirewatch.cli.streams import dead_letters
from wirewatch.cli.streams.lag import lag
from wirewatch.cli.streams.names import (
    Start,
    configured_specs,
    parse_start,
    unknown_name,
    without_prefix,
)
from wirewatch.cli.streams.replay import replay
from wirewatch.cli.streams.selection import MAX_LAST, check_last, select_records
from wirewatch.cli.terminal import has_colour
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import describe_location, read_streams, require_existing

if TYPE_CHECKING:
    from config.settings import Settings
    from core.streams.port import Record, StreamInfo, StreamLog, StreamSpec

app = typer.Typer(no_args_is_help=True, help="Look at the streams, and replay records.")
app.command()(lag)
app.command()(replay)
app.add_typer(dead_letters.app, name="dead-letter")

_COLUMNS = (
    "stream",
    "partitions",
    "replication",
    "records",
    "bytes",
    "retention",
    "max_record_bytes",
    "newest",
    "differs",
)

_DIFFERENCES_MEND = (
    "`wirewatch run` creates missing streams. The number of partitions of a stream never changes. "
    "On the embedded log, retention, size limit and replication follow the settings at the next "
    "run. On Kafka, change them with kafka-configs and kafka-reassign-partitions."
)


@app.command("list")
def list_streams(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """List all streams with their size, and where they differ from the settings."""
    settings = open_settings()
    with read_streams(settings) as log:
        infos = {info.name: info for info in log.list_streams()}
    specs = {spec.name: spec for spec in configured_specs(settings)} if infos else {}
    prefix = Prefix(settings.streams_prefix)
    rows = [_row(prefix, n, infos.get(n), specs.get(n)) for n in sorted(infos.keys() | specs)]
    where = describe_location(settings.streams_location)
    empty = f"There are no streams yet in {where}. `wirewatch run` creates them."
    print_rows(rows, _COLUMNS, as_json=as_json, empty=empty)
    if not as_json and any(row["differs"] for row in rows):
        write(f"\n{_DIFFERENCES_MEND}")


def _row(
    prefix: Prefix, name: str, info: StreamInfo | None, spec: StreamSpec | None
) -> dict[str, Any]:
    retention = info.retention if info else None
    return {
        "stream": prefix.add(name),
        "partitions": info.partitions if info else None,
        "replication": info.replication if info else None,
        "records": info.records if info else 0,
        "bytes": info.bytes if info else 0,
        "retention": format_duration(retention) if retention is not None else None,
        "retention_days": retention / timedelta(days=1) if retention is not None else None,
        "max_record_bytes": info.max_record_bytes if info else None,
        "newest": rfc3339(info.newest) if info and info.newest else None,
        "differs": differences(info, spec),
    }


def differences(info: StreamInfo | None, spec: StreamSpec | None) -> list[str]:
    """Return where a stream differs from the settings; an empty list without settings for it."""
    if spec is None:
        return []
    if info is None:
        return ["missing"]
    values = {
        "partitions": (info.partitions, spec.partitions),
        "replication": (info.replication, spec.replication),
        "retention": (format_duration(info.retention), format_duration(spec.retention)),
        "size limit": (info.max_record_bytes, spec.max_record_bytes),
    }
    return [f"{name}: settings say {want}" for name, (has, want) in values.items() if has != want]


@app.command()
def tail(
    stream: Annotated[
        str, typer.Argument(help="A stream such as news.matches.v1, with or without the prefix")
    ],
    *,
    start: Annotated[
        str, typer.Option("--from", help="start, end, a time (RFC 3339), or 1h for an hour ago")
    ] = "start",
    topic: Annotated[str, typer.Option(help="Only records about a topic, by its id.")] = "",
    last: Annotated[
        int, typer.Option(min=0, max=MAX_LAST, help="Only the last records; 0: all.")
    ] = 0,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new records.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Most records to read; 0: no limit.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on a terminal too.")] = False,
) -> None:
    """Read a stream from its start to its present end.

    On a terminal each record is a few lines of text; in a pipe it is a line of JSON.

    \b
    wirewatch streams tail news.matches.v1 --limit 10
    wirewatch streams tail news.matches.v1 --topic nato-membership --last 5
    wirewatch streams tail news.alerts.v1 --from 1h --json
    wirewatch streams tail news.articles.v1 --from end --follow
    """  # noqa: D301 click reads \b as: keep these lines
    first = parse_start(start, utc_now())
    check_last(last, follow=follow)
    settings = open_settings()
    if follow:
        require_existing(settings.streams_location)
    with read_streams(settings) as log:
        name = without_prefix(settings, stream)
        show = _printer(settings, for_people=sys.stdout.isatty() and not as_json)
        records = _records(log, settings, name, first, follow)
        try:
            for record in select_records(records, topic=topic, last=last, limit=limit):
                show(record)
        except KeyboardInterrupt:
            return


def _printer(settings: Settings, *, for_people: bool) -> Callable[[Record], None]:
    """Return a function that prints a record for people or for programs."""
    prefix = Prefix(settings.streams_prefix)
    if not for_people:
        return lambda record: print_line(as_line(record, prefix))
    from wirewatch.cli.streams.render import render_record

    colour = has_colour()

    def show(record: Record) -> None:
        name = prefix.add(record.stream)
        write("\n".join(render_record(record, colour=colour, name=name)), flush=True)

    return show


def _records(
    log: StreamLog, settings: Settings, stream: str, start: Start, follow: bool
) -> Iterator[Record]:
    """Yield the records of a stream; none of a stream that the first run has yet to create."""
    while stream not in (existing := {info.name for info in log.list_streams()}):
        configured = {spec.name for spec in configured_specs(settings)}
        if stream not in configured:
            raise unknown_name("stream", stream, existing | configured)
        if not follow:
            return
        time.sleep(0.5)
        start = "start"  # all its records are new
    yield from log.read(stream, start=start, follow=(lambda: True) if follow else None)


def as_line(record: Record, prefix: Prefix) -> dict[str, Any]:
    """Return the line of ``streams tail`` for a record, with the stream's full name."""
    return {
        "stream": prefix.add(record.stream),
        "partition": record.partition,
        "offset": record.offset,
        "key": _text(record.key),
        "time": rfc3339(record.time),
        "headers": {name: _text(value) for name, value in record.headers},
        "value": _value(record.value),
    }


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "replace")


def _value(raw: bytes | None) -> object:
    try:
        return None if raw is None else json.loads(raw)
    except (ValueError, RecursionError):
        return _text(raw)
