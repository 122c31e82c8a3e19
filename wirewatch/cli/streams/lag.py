"""``wirewatch streams lag``: what each group has yet to read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.messages.envelope import ARTICLES, MATCHES
from core.streams.prefix import Prefix
from wirewatch.cli.output import print_rows, say
from wirewatch.run.bootstrap import open_instance, open_settings, open_stream_log

if TYPE_CHECKING:
    from core.streams.port import PartitionLag, StreamLog

STAGES = {"alerts": (MATCHES,), "processors": (ARTICLES,)}
"""What our stages' groups read: :data:`wirewatch.run.program.GROUPS`, which is slow to import."""

EACH = ("group", "stream", "partition", "records", "seconds", "position", "end", "member")
SUMMED = ("group", "stream", "records", "seconds", "members")


def lag(
    *,
    partitions: Annotated[
        bool, typer.Option("--partitions", help="A row for each partition, with its member.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """What each group has yet to read: records, age of the oldest, and who reads.

    Exits 0 whatever the lag.

    \b
    wirewatch streams lag
    wirewatch streams lag --partitions --json
    """  # noqa: D301 click reads \b as: keep these lines
    settings = open_settings()
    with open_instance(settings) as me, open_stream_log(settings, me) as log:
        found = lags(log)
    prefix = Prefix(settings.streams_prefix)
    rows = [_each(prefix, x) for x in found] if partitions else summed(prefix, found)
    empty = "Nothing to read yet: `wirewatch run` creates the streams."
    print_rows(rows, EACH if partitions else SUMMED, as_json=as_json, empty=empty)
    if not as_json:
        for words in meaning(found):
            say(words)


def lags(log: StreamLog) -> list[PartitionLag]:
    """Of every group, on the streams it reads; of our stages' groups even before they ever ran."""
    names = [info.name for info in log.list_streams()]
    found: list[PartitionLag] = []
    for group in sorted({*log.list_groups(), *STAGES}):
        own = STAGES.get(group, ())
        found += [x for x in log.lag(group, names) if x.stream in own or _reads(x)]
    return found


def _reads(x: PartitionLag) -> bool:
    return x.position is not None or x.member is not None


def summed(prefix: Prefix, found: Iterable[PartitionLag]) -> list[dict[str, Any]]:
    """One row for each group and stream."""
    rows = []
    for (group, stream), parts in groupby(found, key=lambda x: (x.group, x.stream)):
        own = list(parts)
        row = {
            "group": prefix.add(group),
            "stream": prefix.add(stream),
            "records": sum(x.records for x in own),
            "seconds": max(x.seconds for x in own),
            "members": sorted({x.member for x in own if x.member}),
        }
        rows.append(row)
    return rows


def _each(prefix: Prefix, x: PartitionLag) -> dict[str, Any]:
    return {
        "group": prefix.add(x.group),
        "stream": prefix.add(x.stream),
        "partition": x.partition,
        "records": x.records,
        "seconds": x.seconds,
        "position": x.position,
        "end": x.end,
        "member": x.member,
    }


def meaning(found: Iterable[PartitionLag]) -> list[str]:
    """A sentence for each group and stream that nobody reads, and what follows from it."""
    said = []
    for (group, stream), parts in groupby(found, key=lambda x: (x.group, x.stream)):
        own = list(parts)
        unread = sum(x.records for x in own if x.member is None)
        if any(x.member for x in own):
            if unread:
                said.append(
                    f"{group}: {unread} record(s) of {stream} lie where no member reads yet."
                )
        elif unread:
            said.append(f"{group}: nobody reads {stream}; {unread} record(s) wait for it to run.")
        else:
            said.append(f"{group}: nobody reads {stream} now; what comes waits until it runs.")
    return said
