"""``wirewatch streams lag``: what each consumer group has not read yet."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.streams.prefix import Prefix
from wirewatch.cli.output import counted, print_rows, say
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import describe_location, read_streams

if TYPE_CHECKING:
    from core.streams.port import PartitionLag, StreamLog

PARTITION_COLUMNS = (
    "group",
    "stream",
    "partition",
    "records",
    "seconds",
    "position",
    "end",
    "member",
)
GROUP_COLUMNS = ("group", "stream", "records", "seconds", "members")


def lag(
    *,
    partitions: Annotated[
        bool, typer.Option("--partitions", help="List each partition with its member.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array on stdout.")] = False,
) -> None:
    """List what each group has not read yet: records, age of the oldest, and the members.

    Exits with 0 whatever the lag is.

    \b
    wirewatch streams lag
    wirewatch streams lag --partitions --json
    """  # noqa: D301 click reads \b as: keep these lines
    settings = open_settings()
    with read_streams(settings) as log:
        lags = load_lags(log)
    prefix = Prefix(settings.streams_prefix)
    rows = [_partition_row(prefix, x) for x in lags] if partitions else group_rows(prefix, lags)
    columns = PARTITION_COLUMNS if partitions else GROUP_COLUMNS
    where = describe_location(settings.streams_location)
    empty = f"There are no streams yet in {where}. `wirewatch run` creates them."
    print_rows(rows, columns, as_json=as_json, empty=empty)
    if not as_json:
        for sentence in explain(lags):
            say(sentence)


def stage_streams() -> dict[str, tuple[str, ...]]:
    """Return the streams of each stage's group.

    They are those of :data:`wirewatch.run.program.GROUPS`, which is slow to import.
    """
    from core.messages.envelope import ARTICLES, ENRICHED, MATCHES

    return {"alerts": (MATCHES,), "archive": (ARTICLES, ENRICHED), "processors": (ARTICLES,)}


def load_lags(log: StreamLog) -> list[PartitionLag]:
    """Return the lag of all groups on their streams; that of the stages even before they run."""
    names = [info.name for info in log.list_streams()]
    lags: list[PartitionLag] = []
    stages = stage_streams()
    for group in sorted({*log.list_groups(), *stages}):
        own = stages.get(group, ())
        lags += [x for x in log.lag(group, names) if x.stream in own or _is_read(x)]
    return lags


def _is_read(lag: PartitionLag) -> bool:
    return lag.position is not None or lag.member is not None


def group_rows(prefix: Prefix, lags: Iterable[PartitionLag]) -> list[dict[str, Any]]:
    """Return one row for each group and stream."""
    rows = []
    for (group, stream), members in groupby(lags, key=lambda x: (x.group, x.stream)):
        partitions = list(members)
        row = {
            "group": prefix.add(group),
            "stream": prefix.add(stream),
            "records": sum(x.records for x in partitions),
            "seconds": max(x.seconds for x in partitions),
            "members": sorted({x.member for x in partitions if x.member}),
        }
        rows.append(row)
    return rows


def _partition_row(prefix: Prefix, lag: PartitionLag) -> dict[str, Any]:
    return {
        "group": prefix.add(lag.group),
        "stream": prefix.add(lag.stream),
        "partition": lag.partition,
        "records": lag.records,
        "seconds": lag.seconds,
        "position": lag.position,
        "end": lag.end,
        "member": lag.member,
    }


def explain(lags: Iterable[PartitionLag]) -> list[str]:
    """Return a sentence for each group and stream that is not read, or only in part."""
    sentences = []
    for (group, stream), members in groupby(lags, key=lambda x: (x.group, x.stream)):
        partitions = list(members)
        unread = sum(x.records for x in partitions if x.member is None)
        if any(x.member for x in partitions):
            if unread:
                where = f"partitions of {stream} without a member"
                sentences.append(f"{group}: {counted(unread, 'record')} in {where}.")
        elif unread:
            records = counted(unread, "unread record")
            sentences.append(f"{group} is not running; {stream} has {records}.")
        else:
            sentences.append(f"{group} is not running; new records of {stream} wait for it.")
    return sentences
