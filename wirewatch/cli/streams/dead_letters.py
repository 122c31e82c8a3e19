"""``wirewatch streams dead-letter``: list and replay records that could not be processed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.errors import UsageError
from core.streams.prefix import Prefix
from wirewatch.cli.output import counted, print_json, print_rows, say
from wirewatch.cli.terminal import stop_at_signal
from wirewatch.run.bootstrap import open_settings
from wirewatch.run.reading import change_streams, describe_location, read_streams

if TYPE_CHECKING:
    from threading import Event

    from config.settings import Settings
    from core.streams.dead_letter_replay import (
        DeadLetter,
        DeadLetterId,
        ReplayPlan,
        ReplaySelection,
    )
    from core.streams.port import StreamLog

app = typer.Typer(no_args_is_help=True, help="List and replay records that could not be processed.")

DEFAULT_LIMIT = 100
"""Rows printed for people where no limit is given; programs get all."""

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
    str | None, typer.Option(help="Only dead letters of this stage: processors, alerts ...")
]
ErrorOption = Annotated[
    str | None,
    typer.Option(help="Only dead letters whose error class, code or message has this text."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


@app.command("list")
def list_dead_letters(
    *,
    stage: StageOption = None,
    error: ErrorOption = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"Most rows listed. Default: {DEFAULT_LIMIT}; all with --json."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, newest first: origin, error, attempts, whether replayed."""
    from core.streams.dead_letter_replay import ReplaySelection, load_dead_letters

    settings = open_settings()
    selection = ReplaySelection(stage=stage, error=error)
    with read_streams(settings) as log:
        letters = [letter for letter in load_dead_letters(log) if selection.matches(letter)]
    letters.sort(key=lambda letter: (letter.time, letter.id), reverse=True)
    listed = letters[: limit or (None if as_json else DEFAULT_LIMIT)]
    rows = [as_row(letter, Prefix(settings.streams_prefix)) for letter in listed]
    where = describe_location(settings.streams_location)
    empty = f"There are no dead letters in {where}."
    print_rows(rows, COLUMNS, as_json=as_json, empty=empty)
    if not as_json and len(letters) > len(listed):
        say(f"… and {len(letters) - len(listed)} older ones; --limit shows more.")


def as_row(letter: DeadLetter, prefix: Prefix) -> dict[str, Any]:
    """Return the row of ``list`` for a dead letter."""
    stream = prefix.add(letter.original_stream) if letter.original_stream else None
    position = f"{letter.original_partition}:{letter.original_offset}"
    return {
        "position": str(letter.id),
        "partition": letter.id.partition,
        "offset": letter.id.offset,
        "time": letter.time,
        "stage": letter.stage,
        "original": f"{stream} {position}" if stream else None,
        "original_stream": stream,
        "original_partition": _number(letter.original_partition),
        "original_offset": _number(letter.original_offset),
        "error_class": letter.error_class,
        "error_code": letter.error_code,
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
        typer.Argument(help="PARTITION:OFFSET of each dead letter, as `list` shows them"),
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="All dead letters that were not replayed yet.")
    ] = False,
    stage: StageOption = None,
    error: ErrorOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be replayed.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Append dead letters to their original streams again, unchanged.

    Each is replayed once: after an interruption the next replay continues with the rest. A record
    that fails again becomes a new dead letter. Exits with 1 if a given one cannot be replayed.

    \b
    wirewatch streams dead-letter replay 0:17 2:4
    wirewatch streams dead-letter replay --all --stage processors --dry-run
    """  # noqa: D301 click reads \b as: keep these lines
    ids = parse_positions(positions or [])
    if bool(ids) == everything:
        raise UsageError("Give positions, or --all.", mend="`list` shows the positions.")
    if ids and (stage or error):
        raise UsageError("--stage and --error need --all.", mend="Give positions, or filter.")
    from core.streams.dead_letter_replay import ReplaySelection

    selection = ReplaySelection(None if everything else ids, stage, error)
    settings = open_settings()
    with change_streams(settings) as log, stop_at_signal() as stop:
        replay_plan = _plan(log, selection)
        replayed = Counter(str(letter.target) for letter in replay_plan.letters)
        if not dry_run:
            replayed = _replay(log, settings, replay_plan, stop)
    result = _result(replay_plan, replayed, Prefix(settings.streams_prefix), dry_run=dry_run)
    if as_json:
        print_json(result)
    else:
        _print_result(result)
    if ids and replay_plan.blocked:
        raise typer.Exit(1)


def parse_positions(texts: Sequence[str]) -> frozenset[DeadLetterId]:
    """Parse positions of dead letters.

    Raises:
        UsageError: A text is not PARTITION:OFFSET.
    """
    for text in texts:
        if not re.fullmatch(r"[0-9]{1,9}:[0-9]{1,18}", text):
            mend = "Write PARTITION:OFFSET, for example 2:17."
            raise UsageError(f"{text!r} is not a position.", mend=mend)
    from core.streams.dead_letter_replay import DeadLetterId

    pairs = (text.split(":") for text in texts)
    return frozenset(DeadLetterId(int(partition), int(offset)) for partition, offset in pairs)


def _plan(log: StreamLog, selection: ReplaySelection) -> ReplayPlan:
    from core.streams.dead_letter_replay import load_dead_letters, plan_replay

    replay_plan = plan_replay(load_dead_letters(log), selection, log.list_streams())
    if replay_plan.unknown:
        positions = ", ".join(map(str, replay_plan.unknown))
        raise UsageError(
            f"There is no dead letter at {positions}.",
            mend="`wirewatch streams dead-letter list` shows their positions.",
        )
    return replay_plan


def _replay(
    log: StreamLog, settings: Settings, replay_plan: ReplayPlan, stop: Event
) -> Counter[str]:
    """Replay the dead letters. Return how many went to each stream."""
    from core.clock import utc_now
    from core.streams.dead_letter_replay import replay_dead_letters
    from core.streams.topology import receipts_spec

    if replay_plan.letters:
        log.create([receipts_spec(settings)])
    return replay_dead_letters(log, replay_plan, clock=utc_now, stop=stop.is_set, pause=stop.wait)


def _result(
    replay_plan: ReplayPlan, replayed: Counter[str], prefix: Prefix, *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "replayed": replayed.total(),
        "streams": {prefix.add(name): number for name, number in sorted(replayed.items())},
        "already": len(replay_plan.replayed),
        "impossible": [
            {"position": str(letter.id), "reason": reason} for letter, reason in replay_plan.blocked
        ],
        "left": len(replay_plan.letters) - replayed.total(),
    }


def _print_result(result: dict[str, Any]) -> None:
    verb = "would be replayed" if result["dry_run"] else "replayed"
    to = ", ".join(f"{number} to {name}" for name, number in result["streams"].items())
    replayed = counted(result["replayed"], "dead letter")
    say(f"{replayed} {verb}{f': {to}' if to else ''}.")
    if result["already"]:
        say(f"{result['already']} were replayed before.")
    for letter in result["impossible"]:
        say(f"{letter['position']} cannot be replayed: {letter['reason']}.")
    if result["left"]:
        say(f"{result['left']} were not replayed. Run the command again.")
