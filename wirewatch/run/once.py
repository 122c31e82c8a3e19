"""``run --once``: poll every due feed once, drain every stage, deliver once, say what happened.

::

    ingest.run_once ─▶ ┌ until nothing is left ────────────────────┐ ─▶ deliver ─▶ relay ─▶ Summary
                       │ relay outbox ─▶ processors ─▶ alerts       │
                       └────────────────────────────────────────────┘

Two at once share the work: each goes on until nothing is left that no other living process holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Set
from contextlib import ExitStack, closing
from typing import Protocol, Unpack

import structlog

from alerts import worker as alerts_worker
from config.errors import ExternalError, StoreError
from core.store import outbox
from core.streams.consume_loop import ConsumePolicy, LoopOptions, LoopResult
from core.streams.port import Consumer
from ingest.service import IngestCounts
from processors import worker as processors_worker
from wirewatch.run.program import GROUPS, Program
from wirewatch.run.summary import Summary

STAGES = ("ingest", "processors", "alerts")

PATIENCE = 60.0
"""Seconds without any progress after which what another process holds is left to it."""

POLICY = ConsumePolicy(poll_seconds=0.05, max_retries=5)

log = structlog.get_logger(__name__)


def run_once(program: Program, stages: Set[str] = frozenset(STAGES)) -> Summary:
    """One round of the stages asked for.

    What fails outside is counted and named in the summary's ``troubles``; what was accepted stays
    for the next run.
    """
    summary = Summary()
    try:
        if "ingest" in stages:
            _ingest(program, summary)
        _settle(program, stages, summary)
        if "alerts" in stages:
            _deliver(program, summary)
        program.relay.drain()
    except ExternalError as error:
        log.error("run_failed", reason=str(error))
        summary.troubles.append(str(error))
    finally:
        _release(program)
    summary.dispositions = {stage: program.dispositions.of(stage) for stage in STAGES}
    return summary


def _release(program: Program) -> None:
    """Where the store refuses even that, the lease ends with this process."""
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


class _Drainable(Protocol):
    def run(self, consumer: Consumer, **how: Unpack[LoopOptions]) -> LoopResult: ...


def _settle(program: Program, stages: Set[str], summary: Summary) -> None:
    """Carry everything through the stages until nothing is left to do."""
    workers: dict[str, _Drainable] = {}
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
        summary.alerts = decider.counts


def _until_done(step: Callable[[], int], done: Callable[[], bool]) -> None:
    since = time.monotonic()
    while True:
        if step():
            since = time.monotonic()
        elif done():
            return
        elif time.monotonic() - since > PATIENCE:
            log.warning("left_to_another_process", seconds=PATIENCE)
            return
        else:
            time.sleep(0.05)


def _drain(worker: _Drainable, member: Consumer) -> int:
    """Work through what this member holds; how many records went."""
    worked = worker.run(member, stop=lambda: False, idle=lambda: True, policy=POLICY)
    return worked.records + worked.dead_letters


def _is_read(program: Program, group: str) -> bool:
    return all(lag.records == 0 for lag in program.streams.lag(group, GROUPS[group]))


def _outbox_is_empty(program: Program) -> bool:
    with program.store.read() as connection:
        return outbox.count_pending(connection) == 0


def _deliver(program: Program, summary: Summary) -> None:
    summary.deliveries = program.dispatcher().run_once()
    undone = summary.deliveries["pending"] + summary.deliveries["failed"]
    if undone:
        summary.troubles.append(f"{undone} notification(s) could not be delivered.")
