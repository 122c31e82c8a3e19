"""Dead letters as an operator sees them, and sending them back to where they came from.

::

    news.dead-letter ──read──▶ Letter ──choose──▶ Plan ─┐ one transaction of the consumer
                        ▲                               ├─▶ the original, to its stream
    receipts ───────────┘ replayed? ◀───────────────────┴─▶ a receipt

A letter is replayed when its receipt stands in the stream of receipts. Original and receipt are
written in one transaction: killed at any instant, the next replay finds the receipts of all that
went and of nothing else. A replayed record that fails again is a new letter.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from config.errors import StreamError, StreamUnavailableError
from core.clock import Clock, rfc3339
from core.messages.envelope import DEAD_LETTER
from core.streams.bounded_replay import LEAVING, BoundedReplay, forget, leave_no_trace
from core.streams.consume_loop import ConsumePolicy, LoopOptions
from core.streams.dead_letter import RECEIPTS, DeadLetterLimit, original
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamInfo, StreamLog

GROUP = "dead-letter-replay"

LetterId = tuple[int, int]
"""Partition and offset of a dead letter."""

_RAISE = ConsumePolicy(wait=0.2, attempts=1, patience=8, limit=DeadLetterLimit(consecutive=0))
"""What goes wrong here is raised; a dead letter is never made of a dead letter."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What an operator wants to know of a dead letter; its value stays in the stream.

    Attributes:
        place: Where it lies.
        time: When it was set aside.
        size: Bytes of its value.
        target: Stream its original goes back to; None where it does not say from where it came.
        replayed: When it went back, None if it never did.
    """

    place: LetterId
    time: str
    key: str | None
    size: int
    target: str | None
    stage: str | None
    original_stream: str | None
    original_partition: str | None
    original_offset: str | None
    error_class: str | None
    error_message: str | None
    attempts: str | None
    first_failed_at: str | None
    replayed: str | None = None

    @property
    def position(self) -> str:
        """``PARTITION:OFFSET``, as the command line takes it."""
        return f"{self.place[0]}:{self.place[1]}"


def dead_letter_of(record: Record) -> DeadLetter:
    """A record of the dead letter stream, whatever is in it."""
    back = original(record)
    return DeadLetter(
        place=(record.partition, record.offset),
        time=rfc3339(record.time),
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        size=len(record.value or b""),
        target=back.stream if back else None,
        **{name: record.header(f"dlq_{name}") for name in _TOLD},
    )


_TOLD = (
    "stage",
    "original_stream",
    "original_partition",
    "original_offset",
    "error_class",
    "error_message",
    "attempts",
    "first_failed_at",
)


def dead_letters(streams: StreamLog) -> list[DeadLetter]:
    """Every dead letter kept, oldest first, with when it was replayed."""
    known = {info.name for info in streams.streams()}
    if DEAD_LETTER not in known:
        return []
    receipts = dict(map(_receipt, streams.read(RECEIPTS))) if RECEIPTS in known else {}
    found = map(dead_letter_of, streams.read(DEAD_LETTER))
    return [replace(letter, replayed=receipts.get(_name(letter))) for letter in found]


def _name(letter: DeadLetter) -> str:
    """Place and time: a stream that was made anew counts its offsets from 0 again."""
    return f"{letter.position}@{letter.time}"


def _receipt(record: Record) -> tuple[str, str]:
    return (record.key or b"").decode("utf-8", "replace"), rfc3339(record.time)


@dataclass(frozen=True, slots=True)
class ReplaySelection:
    """Which letters to replay.

    Attributes:
        places: These; None means all that were never replayed.
        stage: Only letters of this stage.
        error: Only letters whose error's class or message holds this text, in any case.
    """

    places: frozenset[LetterId] | None = None
    stage: str | None = None
    error: str | None = None

    def fits(self, letter: DeadLetter) -> bool:
        """Whether the letter is meant, replayed or not."""
        said = f"{letter.error_class} {letter.error_message}".casefold()
        return (
            (self.places is None or letter.place in self.places)
            and self.stage in (None, letter.stage)
            and (self.error is None or self.error.casefold() in said)
        )


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay would do.

    Attributes:
        go: Letters that go back.
        done: Letters meant that went back before.
        stay: Letters meant that cannot go back, each with the reason.
        unknown: Places named where no letter lies.
    """

    go: tuple[DeadLetter, ...] = ()
    done: tuple[DeadLetter, ...] = ()
    stay: tuple[tuple[DeadLetter, str], ...] = ()
    unknown: tuple[LetterId, ...] = ()


def plan(
    found: Iterable[DeadLetter], choice: ReplaySelection, infos: Collection[StreamInfo]
) -> ReplayPlan:
    """Decide about each letter that is meant. Pure.

    Args:
        found: Every letter there is.
        choice: Which of them are meant.
        infos: The streams there are.
    """
    limits = {info.name: info.max_record_bytes for info in infos}
    go, done, stay = [], [], []
    places = set()
    for letter in found:
        places.add(letter.place)
        if not choice.fits(letter):
            continue
        if letter.replayed:
            done.append(letter)
        elif why := _obstacle(letter, limits):
            stay.append((letter, why))
        else:
            go.append(letter)
    unknown = sorted((choice.places or frozenset()) - places)
    return ReplayPlan(tuple(go), tuple(done), tuple(stay), tuple(unknown))


def _obstacle(letter: DeadLetter, limits: Mapping[str, int]) -> str | None:
    if letter.target is None:
        return "it does not say which stream it came from"
    if letter.target not in limits:
        return f"the stream {letter.target} is not there"
    if letter.size > limits[letter.target]:
        return f"its {letter.size:,} bytes are more than {letter.target} takes"
    return None


def replay_letters(
    streams: StreamLog,
    wanted: ReplayPlan,
    *,
    clock: Clock,
    stop: Callable[[], bool],
    pause: Callable[[float], object] = time.sleep,
    patience: float = LEAVING,
) -> Counter[str]:
    """Replay the letters of a plan; how many went to each stream.

    Only one replay runs at a time. A letter that another one sent back since the plan was made is
    left out: it has a receipt.

    Args:
        streams: The engine; the stream of receipts exists.
        wanted: What goes.
        clock: Dates the receipts.
        stop: True ends it after the batch in hand.
        pause: Waits between retries.
        patience: Seconds to wait for another replay that may have been killed.

    Raises:
        StreamError: Another replay is at work, or the engine is away.
    """
    sent: Counter[str] = Counter()
    if not wanted.go:
        return sent
    try:
        forget(streams, GROUP, patience=patience)  # a killed replay may have left a position
    except StreamUnavailableError:
        raise
    except StreamError as error:
        raise StreamError(
            "Another replay of dead letters is at work.", mend="Wait until it has ended."
        ) from error
    had = {_receipt(record)[0] for record in streams.read(RECEIPTS)}
    go = {letter.place for letter in wanted.go if _name(letter) not in had}
    ends: dict[int, int] = {}
    for partition, offset in go:
        ends[partition] = max(ends.get(partition, 0), offset + 1)

    def attempt(consumer: Consumer, batch: Batch) -> None:
        chosen = [r for r in batch.records if (r.partition, r.offset) in go]
        with consumer.transaction(batch) as out:
            for record in chosen:
                out.append(*_sent_back(record, clock))
        sent.update(str(dead_letter_of(r).target) for r in chosen)

    course = BoundedReplay(streams, GROUP, DEAD_LETTER, ends)
    how: LoopOptions = {"stop": stop, "pause": pause, "policy": _RAISE}
    course.run(attempt, stage=GROUP, start="start", clock=clock, **how)
    leave_no_trace(streams, GROUP)
    return sent


def _sent_back(record: Record, clock: Clock) -> tuple[NewRecord, ...]:
    """The original and its receipt."""
    back, letter = original(record), dead_letter_of(record)
    if back is None:  # the plan leaves such letters out
        return ()
    value = {"letter": letter.position, "time": letter.time, "stream": back.stream}
    headers = (("content-type", b"application/json"),)
    told = json.dumps(value).encode()
    return back, NewRecord(RECEIPTS, _name(letter).encode(), told, headers, clock())
