"""``wirewatch streams``: what is on the streams."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Any, Literal

import typer

from config.errors import UsageError
from core.clock import rfc3339
from core.streams.port import Record, StreamLog
from wirewatch.cli.output import print_line, print_rows
from wirewatch.program import open_instance, open_settings, open_stream_log

app = typer.Typer(no_args_is_help=True, help="Look at the streams.")

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")]


@contextmanager
def _streams() -> Iterator[StreamLog]:
    settings = open_settings()
    with open_instance(settings) as me, open_stream_log(settings, me) as log:
        yield log


@app.command("list")
def list_streams(*, as_json: JsonOption = False) -> None:
    """Every stream with its size."""
    with _streams() as log:
        rows = [
            {
                "stream": info.name,
                "partitions": info.partitions,
                "records": info.records,
                "bytes": info.bytes,
                "retention_days": info.retention / timedelta(days=1),
                "newest": rfc3339(info.newest) if info.newest else None,
            }
            for info in log.streams()
        ]
    columns = ("stream", "partitions", "records", "bytes", "retention_days", "newest")
    empty = "No stream yet: `wirewatch run` creates them."
    print_rows(rows, columns, as_json=as_json, empty=empty)


@app.command()
def tail(
    stream: Annotated[str, typer.Argument(help="For example news.matches.v1")],
    *,
    start: Annotated[
        str, typer.Option("--from", help="start, end, or a time (RFC 3339)")
    ] = "start",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for new records.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Stop after so many records; 0: never.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines with headers.")] = False,
) -> None:
    """Read a stream from the start to the present, as JSON lines."""
    del as_json  # JSON lines are what it prints in any case
    with _streams() as log:
        found = log.read(stream, start=_start(start), follow=(lambda: True) if follow else None)
        try:
            for record in islice(found, limit or None):
                print_line(as_line(record))
        except KeyboardInterrupt:
            return


def as_line(record: Record) -> dict[str, Any]:
    """A record as ``streams tail`` prints it."""
    return {
        "stream": record.stream,
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
    except ValueError:
        return _text(raw)


def _start(text: str) -> Literal["start", "end"] | datetime:
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
