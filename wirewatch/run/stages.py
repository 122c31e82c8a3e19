"""Keeping stages going: one that ends with an error is started again.

::

    keep(name, stage) ── returns ──▶ over (it was told to stop)
         ▲       └────── raises ───▶ named in ``ill``, logged, pause ─┐
         └───────────────── 1, 2, 4 … 60 s ◀──────────────────────────┘

What a stage had in hand when it fell was not committed and comes again. It is healthy again when
it has run for some seconds, or for a minute where it fell several times; then its pauses begin
anew, too. A stage that does not fall but postpones its work for a minute is named in ``ill`` as
well. One that finds another process under its slot is not started again: it ends all of them.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from config.errors import SlotTakenError, WirewatchError
from core.text import for_log

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How patient to be, in seconds.

    Attributes:
        first: Pause after a first fall.
        longest: Pause after many.
        healthy_after: How long a stage has to run to count as healthy again; as long as the longest
            pause where it fell several times in a row.
        patience: For how long it may postpone its work.
    """

    first: float = 1.0
    longest: float = 60.0
    healthy_after: float = 5.0
    patience: float = 60.0


@dataclass(slots=True)
class _Fall:
    why: str
    pause: float
    back_at: float | None = None


@dataclass(frozen=True, slots=True)
class _Delay:
    why: str
    since: float


class Stages:
    """The stages of one process. Thread-safe.

    Args:
        pace: How soon a stage is started again.
        now: Gives seconds from a fixed moment.

    Attributes:
        stop: Ends them all.
        taken: Why the process must end, where another one has its slot.
        on_taken: Called then.
    """

    def __init__(
        self, pace: RestartPolicy | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.stop = threading.Event()
        self.taken: SlotTakenError | None = None
        self.on_taken: Callable[[], object] = self.stop.set
        self._pace = pace or RestartPolicy()
        self._now = now
        self._falls: dict[str, _Fall] = {}
        self._delays: dict[str, _Delay] = {}
        self._threads: list[threading.Thread] = []

    @property
    def ill(self) -> list[str]:
        """The stages that do not run, fell a moment ago or get nothing done, with the reasons."""
        late = self._now() - self._pace.patience
        found = {name: d.why for name, d in list(self._delays.items()) if d.since <= late}
        found |= {name: fall.why for name, fall in list(self._falls.items()) if self._is(fall)}
        return [f"{name}: {why}" for name, why in sorted(found.items())]

    def postponed(self, name: str) -> Callable[[str], None]:
        """What a stage tells why its work is put off, and ``""`` once it goes on."""

        def tell(why: str) -> None:
            if not why:
                self._delays.pop(name, None)
            else:
                since = self._delays[name].since if name in self._delays else self._now()
                self._delays[name] = _Delay(for_log(why), since)

        return tell

    def keep(self, name: str, stage: Callable[[], None]) -> None:
        """Run a stage in a thread of its own until :attr:`stop` is set; it must heed that too."""
        thread = threading.Thread(target=self._run, args=(name, stage), name=name)
        thread.start()
        self._threads.append(thread)

    async def keep_async(
        self, name: str, stage: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """The same for a stage of the event loop."""
        while not stop.is_set():
            started = self._begin(name)
            try:
                await stage()
            except SlotTakenError as error:
                self._give_up(error)
                return
            except Exception as error:  # noqa: BLE001 one stage's end must not end the others
                await _first(stop, self._fell(name, error, started))

    def join(self) -> None:
        """Wait until every thread has ended."""
        for thread in self._threads:
            thread.join()

    @property
    def running(self) -> list[str]:
        """Names of the threads that have not ended."""
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _run(self, name: str, stage: Callable[[], None]) -> None:
        while not self.stop.is_set():
            started = self._begin(name)
            try:
                stage()
            except SlotTakenError as error:
                self._give_up(error)
                return
            except Exception as error:  # noqa: BLE001 one stage's end must not end the others
                self.stop.wait(self._fell(name, error, started))

    def _give_up(self, error: SlotTakenError) -> None:
        self.taken = error
        self.on_taken()

    def _begin(self, name: str) -> float:
        now = self._now()
        self._delays.pop(name, None)
        if fall := self._falls.get(name):
            fall.back_at = now
        return now

    def _fell(self, name: str, error: Exception, started: float) -> float:
        """Remember and log it; how long to pause."""
        before = self._falls.get(name)
        lasted = self._now() - started
        pause = self._pace.first
        if before and lasted < self._pace.longest:
            pause = min(before.pause * 2, self._pace.longest)
        why = for_log(str(error)) or type(error).__name__
        self._falls[name] = _Fall(why, pause)
        known = isinstance(error, WirewatchError)
        log.error("stage_fell", stage=name, reason=why, again_in=pause, exc_info=not known)
        return pause

    def _is(self, fall: _Fall) -> bool:
        """Whether it makes a stage ill: who fell again and again has to prove itself longer."""
        pace = self._pace
        again = fall.pause > pace.first
        proof = max(pace.healthy_after, pace.longest) if again else pace.healthy_after
        return fall.back_at is None or self._now() - fall.back_at < proof


async def _first(stop: asyncio.Event, seconds: float) -> None:
    """Wait for the stop or the time, whichever comes first."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
