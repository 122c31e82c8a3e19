"""``wirewatch streams dead-letter``: what could not be processed, and sending it back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from config.settings import Settings
from core.streams.prefix import Prefix
from wirewatch.cli.output import print_json, print_rows, say
from wirewatch.cli.terminal import until_told
from wirewatch.run.bootstrap import open_instance, open_settings, open_stream_log

if TYPE_CHECKING:
    from threading import Event

    from core.streams.dead_letter_replay import (
        DeadLetter,
        DeadLetterId,
        ReplayPlan,
        ReplaySelection,
    )
    from core.streams.port import StreamLog

app = typer.Typer(no_args_is_help=True, help="Records that could not be processed.")

SHOWN = 100
"""Rows a person is shown where no limit is given; programs get all."""

COLUMNS = (
    "position",
    "time",
    "stage",
    "original",
    "error_class",
    "error_message",
    "attempts",
    "key",
    "replayed",
)

StageOption = Annotated[
    str | None, typer.Option(help="Only letters of this stage: processors, alerts ...")
]
ErrorOption = Annotated[
    str | None, typer.Option(help="Only letters whose error's class or message holds this text.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@contextmanager
def _log(settings: Settings) -> Iterator[StreamLog]:
    with open_instance(settings) as me, open_stream_log(settings, me) as log:
        yield log


@app.command("list")
def list_letters(
    *,
    stage: StageOption = None,
    error: ErrorOption = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many; else {SHOWN}, with --json all of them."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Dead letters, newest first: where from, why, how often tried, whether replayed."""
    from core.streams.dead_letter_replay import ReplaySelection, load_dead_letters

    settings = open_settings()
    with _log(settings) as log:
        selection = ReplaySelection(stage=stage, error=error)
        found = [x for x in load_dead_letters(log) if selection.matches(x)]
    found.sort(key=lambda x: (x.time, x.id), reverse=True)
    shown = found[: limit or (None if as_json else SHOWN)]
    rows = [as_row(x, Prefix(settings.streams_prefix)) for x in shown]
    print_rows(rows, COLUMNS, as_json=as_json, empty="No dead letter.")
    if not as_json and len(found) > len(shown):
        say(f"… and {len(found) - len(shown)} older; --limit shows more.")


def as_row(letter: DeadLetter, prefix: Prefix) -> dict[str, Any]:
    """A letter as ``list`` prints it."""
    stream = prefix.add(letter.original_stream) if letter.original_stream else None
    place = f"{letter.original_partition}:{letter.original_offset}"
    return {
        "position": str(letter.id),
        "partition": letter.id.partition,
        "offset": letter.id.offset,
        "time": letter.time,
        "stage": letter.stage,
        "original": f"{stream} {place}" if stream else None,
        "original_stream": stream,
        "original_partition": _number(letter.original_partition),
        "original_offset": _number(letter.original_offset),
        "error_class": letter.error_class,
        "error_message": letter.error_message,
        "attempts": _number(letter.attempts),
        "first_failed_at": letter.first_failed_at,
        "key": letter.key,
        "replayed": letter.replayed,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


@app.command()
def replay(
    positions: Annotated[
        list[str] | None,
        typer.Argument(help="PARTITION:OFFSET of each letter, as `list` shows them"),
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every letter that was not replayed yet.")
    ] = False,
    stage: StageOption = None,
    error: ErrorOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send dead letters back to the streams they came from, as they were.

    A letter goes once: killed anywhere, the next replay goes on with what has not gone. A record
    that fails again becomes a new dead letter. Exits 1 where a letter named cannot go.

    \b
    wirewatch streams dead-letter replay 0:17 2:4
    wirewatch streams dead-letter replay --all --stage processors --dry-run
    """  # noqa: D301 click reads \b as: keep these lines
    places = parse_places(positions or [])
    if bool(places) == everything:
        raise UsageError("Name positions, or --all.", mend="`list` shows the positions.")
    if places and (stage or error):
        raise UsageError("--stage and --error go with --all.", mend="Name positions, or filter.")
    from core.streams.dead_letter_replay import ReplaySelection

    choice = ReplaySelection(None if everything else places, stage, error)
    settings = open_settings()
    with _log(settings) as log, until_told() as told:
        wanted = _planned(log, choice)
        sent = Counter(str(x.target) for x in wanted.letters)
        if not dry_run:
            sent = _send(log, settings, wanted, told)
    result = _result(wanted, sent, Prefix(settings.streams_prefix), dry_run=dry_run)
    if as_json:
        print_json(result)
    else:
        _tell(result)
    if places and wanted.blocked:
        raise typer.Exit(1)


def parse_places(given: Sequence[str]) -> frozenset[DeadLetterId]:
    """Positions as the command line gives them.

    Raises:
        UsageError: One is none.
    """
    from core.streams.dead_letter_replay import DeadLetterId

    for text in given:
        if not re.fullmatch(r"[0-9]{1,9}:[0-9]{1,18}", text):
            raise UsageError(f"{text!r} is no position.", mend="Write PARTITION:OFFSET, as 2:17.")
    pairs = (text.split(":") for text in given)
    return frozenset(DeadLetterId(int(partition), int(offset)) for partition, offset in pairs)


def _planned(log: StreamLog, choice: ReplaySelection) -> ReplayPlan:
    from core.streams.dead_letter_replay import load_dead_letters, plan_replay

    wanted = plan_replay(load_dead_letters(log), choice, log.list_streams())
    if wanted.unknown:
        named = ", ".join(map(str, wanted.unknown))
        raise UsageError(
            f"There is no dead letter at {named}.",
            mend="`wirewatch streams dead-letter list` shows where they are.",
        )
    return wanted


def _send(log: StreamLog, settings: Settings, wanted: ReplayPlan, told: Event) -> Counter[str]:
    from core.clock import utc_now
    from core.streams.dead_letter_replay import replay_dead_letters
    from core.streams.topology import receipts_spec

    if wanted.letters:
        log.create([receipts_spec(settings)])
    return replay_dead_letters(log, wanted, clock=utc_now, stop=told.is_set, pause=told.wait)


def _result(
    wanted: ReplayPlan, sent: Counter[str], prefix: Prefix, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "replayed": sent.total(),
        "streams": {prefix.add(name): number for name, number in sorted(sent.items())},
        "already": len(wanted.replayed),
        "impossible": [{"position": str(x.id), "reason": why} for x, why in wanted.blocked],
        "left": len(wanted.letters) - sent.total(),
    }


def _tell(result: dict[str, Any]) -> None:
    went = "would go back" if result["dry_run"] else "went back"
    to = ", ".join(f"{number} to {name}" for name, number in result["streams"].items())
    say(f"{result['replayed']} dead letter(s) {went}{f': {to}' if to else ''}.")
    if result["already"]:
        say(f"{result['already']} went back before.")
    for x in result["impossible"]:
        say(f"{x['position']} cannot go back: {x['reason']}.")
    if result["left"]:
        say(f"{result['left']} did not go; run it again.")
