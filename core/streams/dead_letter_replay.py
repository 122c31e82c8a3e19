"""Listing dead letters, and replaying them: appending the originals to their streams again.

::

    news.dead-letter ──read──▶ DeadLetter ──select──▶ ReplayPlan ─┐ one transaction per batch
                         ▲                                        ├─▶ the original, to its stream
    receipts ────────────┘ replayed before? ◀─────────────────────┴─▶ a receipt

A letter counts as replayed when the stream of receipts has its receipt. Original and receipt are
appended in one transaction, so after a kill at any moment the receipts name exactly the letters
that were replayed. A replayed record that fails again becomes a new dead letter.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from config.errors import StreamError, StreamUnavailableError
from core.clock import Clock, rfc3339
from core.messages.envelope import DEAD_LETTER
from core.streams.bounded_replay import (
    LEAVE_SECONDS,
    BoundedReplay,
    delete_group,
    try_delete_group,
)
from core.streams.consume_loop import ConsumePolicy, LoopOptions
from core.streams.dead_letter import RECEIPTS, DeadLetterLimit, original_record
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamInfo, StreamLog

GROUP = "dead-letter-replay"

_POLICY = ConsumePolicy(
    poll_seconds=0.2, attempts=1, max_retries=8, limit=DeadLetterLimit(consecutive=0)
)
"""Every error is raised: a dead letter never becomes another dead letter."""


class DeadLetterId(NamedTuple):
    """Where a dead letter is in its stream. As text: ``PARTITION:OFFSET``."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter without its value, which stays in the stream.

    Attributes:
        id: Where it is.
        time: When the record was made a dead letter.
        size: Bytes of its value.
        target: Name of the stream that its original belongs to; None where its headers do not say.
        replayed: When it was replayed, or None.
    """

    id: DeadLetterId
    time: str
    key: str | None
    size: int
    target: str | None
    stage: str | None
    original_stream: str | None
    original_partition: str | None
    original_offset: str | None
    error_class: str | None
    error_code: str | None
    error_message: str | None
    attempts: str | None
    first_failed_at: str | None
    replayed: str | None = None


_HEADERS = (
    "stage",
    "original_stream",
    "original_partition",
    "original_offset",
    "error_class",
    "error_code",
    "error_message",
    "attempts",
    "first_failed_at",
)


def parse_dead_letter(record: Record) -> DeadLetter:
    """Return the dead letter in a record of the dead-letter stream, whatever it contains."""
    original = original_record(record)
    return DeadLetter(
        id=DeadLetterId(record.partition, record.offset),
        time=rfc3339(record.time),
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        size=len(record.value or b""),
        target=original.stream if original else None,
        **{name: record.header(f"dlq_{name}") for name in _HEADERS},
    )


def load_dead_letters(streams: StreamLog) -> list[DeadLetter]:
    """Return every dead letter, oldest first, with the time when it was replayed."""
    existing = {info.name for info in streams.list_streams()}
    if DEAD_LETTER not in existing:
        return []
    receipts = dict(map(_parse_receipt, streams.read(RECEIPTS))) if RECEIPTS in existing else {}
    letters = map(parse_dead_letter, streams.read(DEAD_LETTER))
    return [replace(letter, replayed=receipts.get(_receipt_key(letter))) for letter in letters]


def _receipt_key(letter: DeadLetter) -> str:
    """Return a key that stays unique if the stream is created again and its offsets restart."""
    return f"{letter.id}@{letter.time}"


def _parse_receipt(record: Record) -> tuple[str, str]:
    return (record.key or b"").decode("utf-8", "replace"), rfc3339(record.time)


@dataclass(frozen=True, slots=True)
class ReplaySelection:
    """Which letters to replay.

    Attributes:
        ids: Only these letters; None selects all.
        stage: Only letters of this stage.
        error: Only letters whose error class, code or message contains this text, ignoring case.
    """

    ids: frozenset[DeadLetterId] | None = None
    stage: str | None = None
    error: str | None = None

    def matches(self, letter: DeadLetter) -> bool:
        """Return whether a letter is selected, replayed or not."""
        text = f"{letter.error_class} {letter.error_code} {letter.error_message}".casefold()
        return (
            (self.ids is None or letter.id in self.ids)
            and self.stage in (None, letter.stage)
            and (self.error is None or self.error.casefold() in text)
        )


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay would do.

    Attributes:
        letters: Selected letters to replay.
        replayed: Selected letters that were replayed before.
        blocked: Selected letters that cannot be replayed, each with the reason.
        unknown: Selected ids that no letter has.
    """

    letters: tuple[DeadLetter, ...] = ()
    replayed: tuple[DeadLetter, ...] = ()
    blocked: tuple[tuple[DeadLetter, str], ...] = ()
    unknown: tuple[DeadLetterId, ...] = ()


def plan_replay(
    letters: Iterable[DeadLetter], selection: ReplaySelection, streams: Collection[StreamInfo]
) -> ReplayPlan:
    """Decide which letters a replay appends. Pure.

    Args:
        letters: Every letter.
        selection: Which of them to replay.
        streams: The streams that exist.
    """
    limits = {info.name: info.max_record_bytes for info in streams}
    ready, replayed, blocked = [], [], []
    ids = set()
    for letter in letters:
        ids.add(letter.id)
        if not selection.matches(letter):
            continue
        if letter.replayed:
            replayed.append(letter)
        elif reason := _obstacle(letter, limits):
            blocked.append((letter, reason))
        else:
            ready.append(letter)
    unknown = sorted((selection.ids or frozenset()) - ids)
    return ReplayPlan(tuple(ready), tuple(replayed), tuple(blocked), tuple(unknown))


def _obstacle(letter: DeadLetter, limits: Mapping[str, int]) -> str | None:
    if letter.target is None:
        return "its headers do not say which stream it came from"
    if letter.target not in limits:
        return f"the stream {letter.target} does not exist"
    if letter.size > limits[letter.target]:
        return f"its {letter.size:,} bytes are more than {letter.target} accepts"
    return None


def replay_dead_letters(
    streams: StreamLog,
    plan: ReplayPlan,
    *,
    clock: Clock,
    stop: Callable[[], bool],
    pause: Callable[[float], object] = time.sleep,
    patience: float = LEAVE_SECONDS,
) -> Counter[str]:
    """Replay the letters of a plan. Return how many records each stream got.

    Only one replay runs at a time. A letter that another replay appended after the plan was made
    has a receipt and is left out.

    Args:
        streams: The engine; the stream of receipts must exist.
        plan: What to replay.
        clock: Gives the time of the receipts.
        stop: True ends the replay after the batch in progress.
        pause: Waits between retries.
        patience: Seconds to wait for the group of another replay, which may have been killed.

    Raises:
        StreamError: Another replay is running, or the engine is unavailable.
    """
    counts: Counter[str] = Counter()
    if not plan.letters:
        return counts
    try:
        delete_group(streams, GROUP, patience=patience)  # a killed replay may have left a position
    except StreamUnavailableError:
        raise
    except StreamError as error:
        raise StreamError(
            "Another replay of dead letters is running.", mend="Wait until it has ended."
        ) from error
    receipts = {_parse_receipt(record)[0] for record in streams.read(RECEIPTS)}
    ids = {letter.id for letter in plan.letters if _receipt_key(letter) not in receipts}
    ends: dict[int, int] = {}
    for partition, offset in ids:
        ends[partition] = max(ends.get(partition, 0), offset + 1)

    def handle(consumer: Consumer, batch: Batch) -> None:
        letters = [r for r in batch.records if (r.partition, r.offset) in ids]
        with consumer.transaction(batch) as out:
            for record in letters:
                out.append(*_original_and_receipt(record, clock))
        counts.update(str(parse_dead_letter(record).target) for record in letters)

    replay_run = BoundedReplay(streams, GROUP, DEAD_LETTER, ends)
    options: LoopOptions = {"stop": stop, "pause": pause, "policy": _POLICY}
    replay_run.run(handle, stage=GROUP, start="start", clock=clock, **options)
    try_delete_group(streams, GROUP)
    return counts


def _original_and_receipt(record: Record, clock: Clock) -> tuple[NewRecord, ...]:
    original, letter = original_record(record), parse_dead_letter(record)
    if original is None:  # such letters are not in the plan
        return ()
    value = {"letter": str(letter.id), "time": letter.time, "stream": original.stream}
    headers = (("content-type", b"application/json"),)
    key = _receipt_key(letter).encode()
    return original, NewRecord(RECEIPTS, key, json.dumps(value).encode(), headers, clock())
