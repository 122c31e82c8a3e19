"""Keep stages running: restart a stage that ends with an error.

::

    keep(name, stage) ── returns ──▶ done, or started again if it was not asked to stop
         ▲       └────── raises ───▶ listed in ``ill``, logged, pause ─┐
         └───────────────── 1, 2, 4 … 60 s ◀───────────────────────────┘

The unfinished work of a failed stage was not committed and is repeated. A restarted stage counts as
healthy after some seconds, or after a minute where it failed several times in a row; a stage that
ran for a minute starts over with the first pause. A stage that does not fail but postpones its work
for a minute is listed in ``ill`` too. A stage also reports its turns, by which its delay is
measured while it runs (:mod:`core.loop_delay`). Where a stage finds that another process uses its
slot, the whole process ends.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from config.errors import SlotTakenError, WirewatchError, describe, out_of_memory, trouble_of
from config.i18n import Phrase, written_in_english
from core.backoff import exponential
from core.loop_delay import LoopDelay
from core.text import for_log

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """Times in seconds.

    Attributes:
        first: Pause after the first failure.
        longest: Pause after many failures in a row; a stage that ran longer starts over.
        healthy_after: How long a restarted stage runs before it counts as healthy; after several
            failures in a row that takes as long as the longest pause.
        patience: How long a stage may postpone its work.
    """

    first: float = 1.0
    longest: float = 60.0
    healthy_after: float = 5.0
    patience: float = 60.0


@dataclass(slots=True)
class _Failures:
    """The failures of a stage in a row; ``restarted_at`` is None during the pause."""

    reason: Phrase
    count: int
    restarted_at: float | None = None


@dataclass(frozen=True, slots=True)
class _Postponement:
    reason: Phrase
    since: float


class Stages:
    """The stages of one process. Thread-safe.

    Args:
        policy: When to restart a stage.
        now: Returns monotonic seconds.

    Attributes:
        stop: Ends all stages.
        slot_error: Why this process must end, where another process uses its slot.
        on_slot_error: Called then.
    """

    def __init__(
        self, policy: RestartPolicy | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.stop = threading.Event()
        self.slot_error: SlotTakenError | None = None
        self.on_slot_error: Callable[[], object] = self.stop.set
        self._policy = policy or RestartPolicy()
        self._now = now
        self._failures: dict[str, _Failures] = {}
        self._postponed: dict[str, _Postponement] = {}
        self._threads: list[threading.Thread] = []
        self._loops: dict[str, LoopDelay] = {}

    @property
    def loops(self) -> list[LoopDelay]:
        """The delays of all loops."""
        return list(self._loops.values())

    def loop(self, name: str) -> LoopDelay:
        """Return the delay of a loop: of a stage, or of another loop of this process."""
        return self._loops.setdefault(name, LoopDelay(name, self._now))

    @property
    def ill(self) -> list[Phrase]:
        """The stages that are not running, failed recently or postpone their work, with reasons."""
        latest = self._now() - self._policy.patience
        ill = {name: p.reason for name, p in list(self._postponed.items()) if p.since <= latest}
        ill |= {name: f.reason for name, f in list(self._failures.items()) if self._is_ill(f)}
        return [
            Phrase("health.stage", stage=name, reason=reason)
            for name, reason in sorted(ill.items())
        ]

    def postponed(self, name: str) -> Callable[[str], None]:
        """Return the function a stage calls with the reason for a delay, and with "" after it."""

        def report(reason: str) -> None:
            if not reason:
                self._postponed.pop(name, None)
            else:
                since = self._postponed[name].since if name in self._postponed else self._now()
                shown = written_in_english(for_log(reason), Phrase("trouble.postponed"))
                self._postponed[name] = _Postponement(shown, since)

        return report

    def keep(self, name: str, stage: Callable[[], None]) -> None:
        """Run a stage in a thread of its own until :attr:`stop` is set, which it must obey too."""
        thread = threading.Thread(target=self._run, args=(name, stage), name=name)
        thread.start()
        self._threads.append(thread)

    async def keep_async(
        self, name: str, stage: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Run a stage in the event loop until ``stop`` is set."""
        while not stop.is_set():
            started_at = self._begin(name)
            try:
                with self._resting_after(name):
                    await stage()
            except SlotTakenError as error:
                self._end_process(error)
                return
            except Exception as error:  # noqa: BLE001 one stage's failure must not end the others
                await _wait(stop, self._record_failure(name, error, started_at))

    def join(self) -> None:
        """Wait until all threads have ended."""
        for thread in self._threads:
            thread.join()

    @property
    def running(self) -> list[str]:
        """The names of the stages whose threads have not ended."""
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _run(self, name: str, stage: Callable[[], None]) -> None:
        while not self.stop.is_set():
            started_at = self._begin(name)
            try:
                with self._resting_after(name):
                    stage()
            except SlotTakenError as error:
                self._end_process(error)
                return
            except Exception as error:  # noqa: BLE001 one stage's failure must not end the others
                self.stop.wait(self._record_failure(name, error, started_at))

    @contextmanager
    def _resting_after(self, name: str) -> Iterator[None]:
        """Expect no turn of a stage after the block, in which it runs."""
        try:
            yield
        finally:
            if loop := self._loops.get(name):
                loop.rest()

    def _end_process(self, error: SlotTakenError) -> None:
        self.slot_error = error
        self.on_slot_error()

    def _begin(self, name: str) -> float:
        now = self._now()
        self._postponed.pop(name, None)
        if failures := self._failures.get(name):
            failures.restarted_at = now
        return now

    def _record_failure(self, name: str, error: Exception, started_at: float) -> float:
        """Record and log a failure. Return the seconds to pause."""
        before = self._failures.get(name)
        in_a_row = before is not None and self._now() - started_at < self._policy.longest
        count = before.count + 1 if before is not None and in_a_row else 1
        pause = exponential(self._policy.first, count, self._policy.longest)
        reason = for_log(describe(error))
        shown = written_in_english(reason, trouble_of(error))
        self._failures[name] = _Failures(shown, count)
        known = isinstance(out_of_memory(error) or error, WirewatchError)
        log.error("stage_failed", stage=name, reason=reason, restart_in=pause, exc_info=not known)
        return pause

    def _is_ill(self, failures: _Failures) -> bool:
        """Return whether failures make a stage ill: after several, it has to run for longer."""
        policy = self._policy
        needed = policy.healthy_after
        if failures.count > 1:
            needed = max(needed, policy.longest)
        restarted_at = failures.restarted_at
        return restarted_at is None or self._now() - restarted_at < needed


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    """Wait for the event or the time, whichever comes first."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
