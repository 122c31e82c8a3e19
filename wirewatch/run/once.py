"""``run --once``: poll every due feed once, drain every stage, deliver once, return a summary.

::

    ingest.run_once ─▶ ┌ until nothing is left ────────────────────┐ ─▶ deliver ─▶ relay ─▶ Summary
                       │ relay outbox ─▶ processors ─▶ alerts       │
                       └────────────────────────────────────────────┘

Two of them at once share the work: each continues until only work of other processes is left.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence, Set
from contextlib import ExitStack, closing
from typing import Protocol, Unpack

import structlog

from alerts import worker as alerts_worker
from alerts.canaries.timer import ONCE_EARLY, CanaryTimer
from config.catalog.last_good import HeldFile
from config.errors import ExternalError, StoreError, out_of_memory
from config.faults import Fault
from config.i18n import Phrase, in_english
from core.archive import worker as archive_worker
from core.clock import rfc3339
from core.store import outbox, targets
from core.store.targets import TargetState
from core.streams.consume_loop import ConsumePolicy, LoopOptions, LoopResult
from core.streams.port import Consumer
from ingest.service import IngestCounts
from processors import worker as processors_worker
from wirewatch.run.program import Program
from wirewatch.run.summary import Summary

STAGES = ("ingest", "processors", "alerts", "archive")

PATIENCE = 60.0
"""Seconds without progress after which the work of another process is left to it."""

POLICY = ConsumePolicy(poll_seconds=0.05, max_retries=5)

log = structlog.get_logger(__name__)


def run_once(program: Program, stages: Set[str] = frozenset(STAGES)) -> Summary:
    """Run one round of the given stages.

    Failures outside this program are listed in the summary's ``troubles``; work that was accepted
    is done by the next run.
    """
    summary = Summary()
    try:
        if "ingest" in stages:
            _ingest(program, summary)
        if "alerts" in stages:
            CanaryTimer(program.store, program.catalog).run_due(program.clock(), ONCE_EARLY)
        _settle(program, stages, summary)
        if "alerts" in stages:
            _deliver(program, summary)
        program.relay.drain()
        if "archive" in stages:
            _archive(program)
        if stages >= frozenset(STAGES):
            program.nightly_job(_rest).run_due()
    except Exception as error:
        known = out_of_memory(error) or error
        if not isinstance(known, ExternalError):
            raise
        log.error("run_failed", reason=str(known))
        summary.troubles.append(str(known))
    finally:
        _release(program)
    summary.faults = describe_faults(program.keeper.faults, program.keeper.held)
    summary.dispositions = {stage: program.dispositions.of(stage) for stage in STAGES}
    return summary


def _rest(seconds: float) -> bool:
    time.sleep(seconds)
    return True


def _release(program: Program) -> None:
    """Release the relay's lease; where the store fails, it ends with this process."""
    try:
        program.relay.release()
    except StoreError as error:
        log.warning("relay_not_released", reason=str(error))


def _ingest(program: Program, summary: Summary) -> None:
    counts = asyncio.run(_poll(program))
    summary.feeds = {
        "polled": counts.polled,
        "not_modified": counts.not_modified,
        "failed": counts.failed,
    }
    summary.articles = {"new": counts.new, "revised": counts.revised, "known": counts.known}
    if counts.reached_nothing:
        summary.troubles.append("No outlet could be reached.")


async def _poll(program: Program) -> IngestCounts:
    async with program.ingest() as ingest:
        return await ingest.run_once()


class _Worker(Protocol):
    def run(self, consumer: Consumer, **options: Unpack[LoopOptions]) -> LoopResult: ...


def _settle(program: Program, stages: Set[str], summary: Summary) -> None:
    """Process everything through the stages until nothing is left to do."""
    workers: dict[str, _Worker] = {}
    if "processors" in stages:
        workers[processors_worker.GROUP] = matcher = program.matcher()
    if "alerts" in stages:
        workers[alerts_worker.GROUP] = decider = program.decider()
    with ExitStack() as stack:
        members = {g: stack.enter_context(closing(program.join(g))) for g in workers}

        def step() -> int:
            moved = program.relay.drain()
            return moved + sum(_drain(workers[g], member) for g, member in members.items())

        def done() -> bool:
            return _outbox_is_empty(program) and all(_is_read(program, g) for g in workers)

        _until_done(step, done)
    if "processors" in stages:
        summary.matches = matcher.matches
    if "alerts" in stages:
        decider.close_inactive()
        summary.alerts = decider.counts


def _until_done(step: Callable[[], int], done: Callable[[], bool]) -> None:
    progress_at = time.monotonic()
    while True:
        if step():
            progress_at = time.monotonic()
        elif done():
            return
        elif time.monotonic() - progress_at > PATIENCE:
            log.warning("work_left_to_another_process", seconds_without_progress=PATIENCE)
            return
        else:
            time.sleep(0.05)


def _drain(worker: _Worker, member: Consumer) -> int:
    """Process the records of this member's partitions. Return how many there were."""
    result = worker.run(member, stop=lambda: False, idle=lambda: True, policy=POLICY)
    return result.records + result.dead_letters


def _is_read(program: Program, group: str) -> bool:
    return all(lag.records == 0 for lag in program.streams.lag(group, program.streams_of(group)))


def _archive(program: Program) -> None:
    """Store everything that was published; last, so that nothing waits for the archive."""
    group = archive_worker.GROUP
    with program.archivist() as worker, closing(program.join(group)) as member:
        _until_done(lambda: _drain(worker, member), lambda: _is_read(program, group))


def _outbox_is_empty(program: Program) -> bool:
    with program.store.read() as connection:
        return outbox.count_pending(connection) == 0


def _deliver(program: Program, summary: Summary) -> None:
    summary.deliveries = program.dispatcher().run_once()
    with program.store.read() as connection:
        summary.broken_targets = [
            describe_broken(target, waiting) for target, waiting in targets.list_broken(connection)
        ]
    undelivered = summary.deliveries["pending"] + summary.deliveries["failed"]
    if undelivered:
        summary.troubles.append(f"{undelivered} notification(s) could not be delivered.")


def describe_faults(faults: Sequence[Fault], held: Sequence[HeldFile]) -> list[str]:
    """Return a line for each error in an operator file, and for each other file that is held."""
    errors = [fault for fault in faults if fault.is_error]
    states = {file.file: _describe_held(file) for file in held}
    lines = [f"{fault} {states.get(fault.file, '')}".rstrip() for fault in errors]
    needed = states.keys() - {fault.file for fault in errors}
    return lines + [f"{file}: A topic needs it. {states[file]}" for file in sorted(needed)]


def _describe_held(file: HeldFile) -> str:
    if file.good_at is None:
        return "It is off: it never was without an error."
    return f"Its last good version of {rfc3339(file.good_at.replace(microsecond=0))} is in force."


def describe_broken(target: TargetState, waiting: int) -> str:
    """Return a line about a broken target, in English."""
    reason = in_english(Phrase.load(target.reason))
    since = rfc3339(target.broken_since or target.updated_at)
    return f"{target.receiver} ({target.target}) since {since}, {waiting} waiting: {reason}"
