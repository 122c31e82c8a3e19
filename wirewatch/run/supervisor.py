"""The parent of `run`: starts the processes that do the work, and starts again one that ends.

::

    parent ──fork──▶ process 1  (up? ──▶ the others follow)      each under a slot of its own,
      │  ├──fork──▶ process 2                                    which the parent holds
      │  └──fork──▶ …
      ├─ one ends           again after 1, 2, 4 … 60 s, under the same slot
      ├─ none was ever up   its settings or its surroundings are at fault: end with its exit code
      ├─ SIGTERM, Ctrl-C    told on; who is not done in time, or at a second signal, is killed
      └─ killed             the kernel and a closed pipe tell the processes, and they end at once

The parent opens nothing and starts no thread, so a fork costs milliseconds and is safe at any time;
what a process needs it opens itself. What a killed process had in hand was not committed and comes
again: that is why killing is an answer here.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from config.errors import SlotTakenError
from core.processes.slots import SlotClaim
from wirewatch.run.child import SLOT_TAKEN, Child, die_with_parent, take_leave

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0

STOP_SECONDS = 9.5
"""After a signal; a process gives its work back half a second earlier, a supervisor kills later."""

HURRY_SECONDS = 1.0
"""Signals closer together are one: a terminal and a supervisor may both send it."""

_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restart:
    """Start it again after a pause, in seconds."""

    pause: float


@dataclass(frozen=True, slots=True)
class Exit:
    """End the whole run with an exit code."""

    code: int


def after_exit(code: int, *, anybody_up: bool, lasted: float, before: float) -> Restart | Exit:
    """What to do about a process that ended unasked.

    Args:
        code: Its exit code; the signal's number with a minus where one ended it.
        anybody_up: Whether any process of this run was ever at work.
        lasted: Seconds for which this one was at work.
        before: The last pause before it was started, 0 for none.
    """
    if code == SLOT_TAKEN:
        return Exit(SlotTakenError.exit_code)
    if code > 0 and not anybody_up:
        return Exit(code)
    return Restart(FIRST_PAUSE if lasted >= LONGEST_PAUSE else longer(before))


def longer(pause: float) -> float:
    """The pause after another one, in seconds: 1, 2, 4 … 60."""
    return max(FIRST_PAUSE, min(pause * 2, LONGEST_PAUSE))


def in_words(code: int) -> str:
    """How a process ended."""
    if code >= 0:
        return f"it ended with {code}"
    try:
        return f"{signal.Signals(-code).name} ended it"
    except ValueError:
        return f"signal {-code} ended it"


@dataclass(slots=True)
class _Process:
    """A process to be, or that is."""

    number: int
    claim: SlotClaim
    pid: int = 0
    news: int = -1
    up_at: float | None = None
    again_at: float | None = None
    pause: float = 0.0


class Supervisor:
    """Keeps processes going until it is told to stop.

    Args:
        claims: One slot for each process.
        now: Gives seconds from a fixed moment.
    """

    def __init__(
        self, claims: Sequence[SlotClaim], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._places = [_Process(n, claim) for n, claim in enumerate(claims, 1)]
        self._now = now
        self._anybody_up = False
        self._code: int | None = None
        self._taken = ""
        self._deadline: float | None = None
        self._told_at = 0.0

    def run(self) -> int | Child:
        """Start the processes and keep them going.

        Returns:
            In each process that is to do the work, what it is; in the parent, when all of them have
            ended, the exit code.

        Raises:
            SlotTakenError: In the parent: another process on another host or in another container
                works under a slot of ours.
        """
        self._listen()
        self._places[0].again_at = self._now()
        while (code := self._done()) is None:
            for place in self._due():
                if child := self._start(place):
                    return child
            self._wait()
            self._reap()
        if self._taken:
            raise SlotTakenError(
                f"Another process runs under the slot {self._taken}.",
                mend="Give each host and each container a WIREWATCH_SLOT of its own.",
            )
        return code

    def _listen(self) -> None:
        """Have signals written to a socket, and a pipe that ends when this process does."""
        self._ears, self._mouth = socket.socketpair()
        self._life, self._hand = os.pipe()
        self._mouth.setblocking(False)
        for number in _HEARD:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._mouth.fileno())

    def _done(self) -> int | None:
        """The exit code once one is set and every process has ended."""
        return None if any(place.pid for place in self._places) else self._code

    # ── starting ─────────────────────────────────────────────────────────────────────────────

    def _due(self) -> list[_Process]:
        now = self._now()
        return [p for p in self._places if p.again_at is not None and p.again_at <= now]

    def _start(self, place: _Process) -> Child | None:
        """Fork; in the new process, what it is. Signals that come meanwhile wait."""
        news, tell = os.pipe()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        place.news, place.up_at, place.again_at = news, None, None
        try:
            place.pid = os.fork()
        except OSError as error:  # too many processes, or too little memory
            self._plan(place, longer(place.pause), f"it cannot be started: {error.strerror}")
        else:
            if place.pid == 0:
                return self._become(place, tell, mask)
        os.close(tell)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return None

    def _become(self, place: _Process, tell: int, mask: set[int | signal.Signals]) -> Child:
        """In the new process: let go of what is the parent's, and die when it does."""
        take_leave()
        for descriptor in (self._hand, *(p.news for p in self._places if p.news >= 0)):
            os.close(descriptor)
        self._ears.close()
        self._mouth.close()
        for other in self._places:
            if other is not place:
                other.claim.detach()
        die_with_parent(self._life)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return Child(place.number, place.claim, tell)

    # ── watching ─────────────────────────────────────────────────────────────────────────────

    def _wait(self) -> None:
        """Until a signal, a process that is up, or the next thing to do; and heed it."""
        news = {p.news: p for p in self._places if p.news >= 0}
        ready, _, _ = select.select([self._ears.fileno(), *news], [], [], self._pause())
        for one in ready:
            if one in news:
                self._read_news(news[one])
            else:
                self._hear(self._ears.recv(100))
        if self._deadline is not None and self._now() >= self._deadline:
            log.warning("cut_short", processes=[p.number for p in self._places if p.pid])
            self._kill()

    def _pause(self) -> float | None:
        """Seconds until there is something to do; None where nothing is planned."""
        times = [p.again_at for p in self._places if p.again_at is not None]
        if self._deadline is not None:
            times.append(self._deadline)
        return max(0.0, min(times) - self._now()) if times else None

    def _hear(self, signals: bytes) -> None:
        for number in signals:
            if number == signal.SIGCHLD:
                continue
            if self._code is None:
                self._stop(0)
            elif self._now() - self._told_at >= HURRY_SECONDS:
                log.warning("hurried", mend="What was in hand comes again at the next start.")
                self._kill()

    def _read_news(self, place: _Process) -> None:
        """A process is up, or its end of the pipe is gone."""
        if not os.read(place.news, 1):
            os.close(place.news)
            place.news = -1
            return
        place.up_at = self._now()
        if not self._anybody_up:
            self._anybody_up = True
            if self._code is None:
                for other in self._places[1:]:
                    other.again_at = place.up_at

    def _reap(self) -> None:
        """Learn who has ended; orphans that an init process is given, too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for place in self._places:
                if place.pid == pid:
                    self._ended(place, os.waitstatus_to_exitcode(status))

    def _ended(self, place: _Process, code: int) -> None:
        if place.news >= 0 and place.up_at is None:
            self._read_news(place)  # it may have said so at its very end
        if place.news >= 0:
            os.close(place.news)
        place.pid, place.news = 0, -1
        if self._code is not None:
            return
        lasted = self._now() - place.up_at if place.up_at is not None else 0.0
        found = after_exit(code, anybody_up=self._anybody_up, lasted=lasted, before=place.pause)
        if isinstance(found, Exit):
            self._taken = place.claim.slot if code == SLOT_TAKEN else ""
            self._stop(found.code)
            return
        self._plan(place, found.pause, in_words(code))

    def _plan(self, place: _Process, pause: float, why: str) -> None:
        place.pause, place.again_at = pause, self._now() + pause
        log.error("process_ended", process=place.number, reason=why, again_in=pause)

    # ── ending ───────────────────────────────────────────────────────────────────────────────

    def _stop(self, code: int) -> None:
        """Tell every process to finish or give back what it has in hand."""
        self._code = code
        self._told_at = self._now()
        self._deadline = self._told_at + STOP_SECONDS
        for place in self._places:
            place.again_at = None
        self._send(signal.SIGTERM)

    def _kill(self) -> None:
        self._deadline = self._now() + STOP_SECONDS
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.pid:  # not buried yet, so the number is still its own
                os.kill(place.pid, number)
