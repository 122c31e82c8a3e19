"""``wirewatch streams``: what is on the streams."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from config.errors import UsageError
from config.settings import Settings
from core.clock import rfc3339
from core.streams.names import Prefix
from wirewatch.cli.output import print_line, print_rows
from wirewatch.opening import open_instance, open_settings, open_stream_log

if TYPE_CHECKING:
    from core.streams.port import Record, StreamLog

app = typer.Typer(no_args_is_help=True, help="Look at the streams.")

Start = Literal["start", "end"] | datetime


@app.command("list")
def list_streams(
    *, as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False
) -> None:
    """Every stream with its size."""
    settings = open_settings()
    with open_instance(settings) as me, open_stream_log(settings, me) as log:
        found = log.streams()
    prefix = Prefix(settings.streams_prefix)
    rows = [
        {
            "stream": prefix.on(info.name),
            "partitions": info.partitions,
            "records": info.records,
            "bytes": info.bytes,
            "retention_days": info.retention / timedelta(days=1),
            "newest": rfc3339(info.newest) if info.newest else None,
        }
        for info in found
    ]
    columns = ("stream", "partitions", "records", "bytes", "retention_days", "newest")
    empty = "No stream yet: `wirewatch run` creates them."
    print_rows(rows, columns, as_json=as_json, empty=empty)


@app.command()
def tail(
    stream: Annotated[
        str, typer.Argument(help="For example news.matches.v1, with or without the prefix")
    ],
    *,
    start: Annotated[
        str, typer.Option("--from", help="start, end, or a time (RFC 3339)")
    ] = "start",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new records.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many records; 0: never.")] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines: what it prints in any case.")
    ] = False,
) -> None:
    """Read a stream from the start to the present, as JSON lines.

    \b
    wirewatch streams tail news.matches.v1 --limit 10
    wirewatch streams tail news.alerts.v1 --from 2026-11-22T09:00:00Z
    wirewatch streams tail news.articles.v1 --from end --follow
    """  # noqa: D301 click reads \b as: keep these lines
    del as_json
    first = parse_start(start)
    settings = open_settings()
    with open_instance(settings) as me, open_stream_log(settings, me) as log:
        prefix = Prefix(settings.streams_prefix)
        name = prefix.off(stream) or stream
        try:
            for record in islice(_records(log, settings, name, first, follow), limit or None):
                print_line(as_line(record, prefix))
        except KeyboardInterrupt:
            return


def _records(
    log: StreamLog, settings: Settings, stream: str, start: Start, follow: bool
) -> Iterator[Record]:
    """Records of a stream; none of one that the first run has yet to create."""
    from core.streams.specs import stream_specs

    while stream not in {info.name for info in log.streams()}:
        if stream not in {spec.name for spec in stream_specs(settings)}:
            mend = "`wirewatch streams list` names them all."
            raise UsageError(f"There is no stream {stream!r}.", mend=mend)
        if not follow:
            return
        time.sleep(0.5)
        start = "start"  # what comes now is new
    yield from log.read(stream, start=start, follow=(lambda: True) if follow else None)


def as_line(record: Record, prefix: Prefix) -> dict[str, Any]:
    """A record as ``streams tail`` prints it; the stream's name is the one consumers know."""
    return {
        "stream": prefix.on(record.stream),
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


def parse_start(text: str) -> Start:
    """Where to begin; a time without a zone is UTC.

    Raises:
        UsageError: It is neither a word nor a time.
    """
    if text == "start":
        return "start"
    if text == "end":
        return "end"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--from {text!r} is no time.", mend="Write start, end or 2026-11-22T09:00:00Z."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
