"""The parent process of `run`: starts the processes that do the work and restarts those that end.

::

    parent ──fork──▶ process 1  (ready? ──▶ the others follow)   each with a slot of its own,
      │  ├──fork──▶ process 2                                    which the parent keeps claimed
      │  ├──fork──▶ …
      │  └──fork──▶ the console  (at once; it imports its libraries until process 1 is ready)
      ├─ a process ends        write why into its slot; restart it after 1, 2, 4 … 60 s
      ├─ none was ever ready   its settings or its environment are wrong: exit with its code
      ├─ SIGTERM, Ctrl-C       pass it on; kill what has not ended in time, or at a second signal
      └─ killed                the kernel and a closed pipe end the processes at once

The parent opens no database and starts no thread, so a fork takes milliseconds and is safe at any
time; each process opens what it needs itself. The work of a killed process was not committed and
is repeated, so killing is always safe.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import structlog

from config.errors import SlotTakenError
from config.i18n import Phrase, in_english
from core.backoff import exponential
from core.clock import Clock, utc_now
from core.processes.slots import SlotClaim
from wirewatch.run.child import SLOT_TAKEN, Child, exit_with_parent, reset_signals
from wirewatch.run.health import ended_report, starting_report

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the first restart, and before each of many."""

STOP_SECONDS = 9.5
"""How long processes may take to stop: they give their work back half a second earlier, and service
managers and container engines usually kill after ten seconds."""

SECOND_SIGNAL_SECONDS = 1.0
"""Signals closer together count as one: a terminal and a service manager may both send one."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restart:
    """Restart the process after a pause.

    Attributes:
        failures: How often it has failed in a row.
    """

    failures: int

    @property
    def pause(self) -> float:
        """The pause in seconds: 1, 2, 4 … 60."""
        return exponential(FIRST_PAUSE, self.failures, LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class Exit:
    """End the whole run with an exit code."""

    code: int


def after_exit(code: int, *, any_ready: bool, worked: float, failures: int) -> Restart | Exit:
    """Decide what to do about a process that ended by itself.

    Args:
        code: Its exit code, or minus the number of the signal that ended it.
        any_ready: Whether any process of this run was ever ready.
        worked: Seconds between ready and its end.
        failures: How often it had failed in a row before.
    """
    if code == SLOT_TAKEN:
        return Exit(SlotTakenError.exit_code)
    if code > 0 and not any_ready:
        return Exit(code)
    return Restart(1 if worked >= LONGEST_PAUSE else failures + 1)


def explain_exit(code: int) -> Phrase:
    """Return how a process ended."""
    if code >= 0:
        return Phrase("health.exited", code=code)
    return Phrase("health.killed", signal=_signal_name(-code))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@dataclass(slots=True)
class _Process:
    """One of the processes, whether it is running or not.

    Attributes:
        ready_pipe: Where it reports that it is ready; -1 where that pipe is closed.
        ready_at: When it was ready.
        start_at: When to start it next.
        failures: How often it has failed in a row.
    """

    number: int
    claim: SlotClaim
    pid: int = 0
    ready_pipe: int = -1
    ready_at: float | None = None
    start_at: float | None = None
    failures: int = 0


class Supervisor:
    """Keeps processes running until it is asked to stop.

    Args:
        claims: One slot for each process.
        early: The numbers of processes that start together with the first one; they wait for it
            themselves (:meth:`Child.await_first`).
        now: Returns monotonic seconds.
        clock: The present, for the slots' reports.
    """

    def __init__(
        self,
        claims: Sequence[SlotClaim],
        *,
        early: AbstractSet[int] = frozenset(),
        now: Callable[[], float] = time.monotonic,
        clock: Clock = utc_now,
    ) -> None:
        self._processes = [_Process(number, claim) for number, claim in enumerate(claims, 1)]
        self._early = early | {1}
        self._now = now
        self._clock = clock
        self._any_ready = False
        self._code: int | None = None
        self._taken_slot = ""
        self._deadline: float | None = None
        self._signalled_at = 0.0

    def run(self) -> int | Child:
        """Start the processes and keep them running.

        Returns:
            In each forked process, which one it is; in the parent, the exit code once all of them
            have ended.

        Raises:
            SlotTakenError: In the parent: a process on another host or in another container uses
                one of these slots.
        """
        self._install_signals()
        for process in self._processes:
            if process.number in self._early:
                process.start_at = self._now()
        while (code := self._exit_code()) is None:
            for process in self._due():
                if child := self._start(process):
                    return child
            self._wait()
            self._reap()
        if self._taken_slot:
            raise SlotTakenError(
                f"Another process uses the slot {self._taken_slot}.",
                mend="Give each host and each container a WIREWATCH_SLOT of its own.",
            )
        return code

    def _install_signals(self) -> None:
        """Let signals wake the parent through a socket; open a pipe that ends with the parent."""
        self._signal_reader, self._signal_writer = socket.socketpair()
        self._alive_reader, self._alive_writer = os.pipe()
        self._first_ready, self._first_ready_writer = os.pipe()
        self._signal_writer.setblocking(False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._signal_writer.fileno())

    def _exit_code(self) -> int | None:
        """Return the exit code once it is decided and all processes have ended."""
        return None if any(process.pid for process in self._processes) else self._code

    # ── starting ─────────────────────────────────────────────────────────────────────────────

    def _due(self) -> list[_Process]:
        now = self._now()
        return [p for p in self._processes if p.start_at is not None and p.start_at <= now]

    def _start(self, process: _Process) -> Child | None:
        """Fork, with signals blocked until the child handles them. Return it in the child."""
        process.ready_pipe, ready_writer = os.pipe()
        process.ready_at, process.start_at = None, None
        if not process.failures:  # otherwise the report says why it ended, until it works again
            self._write_report(process, starting_report(self._clock()))
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            process.pid = os.fork()
        except OSError as error:  # too many processes, or not enough memory
            restart = Restart(process.failures + 1)
            reason = str(error.strerror)
            self._schedule(process, restart, Phrase("health.not_started", reason=reason))
        else:
            if process.pid == 0:
                return self._become_child(process, ready_writer, mask)
        os.close(ready_writer)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return None

    def _become_child(
        self, process: _Process, ready_writer: int, mask: set[int | signal.Signals]
    ) -> Child:
        """In the forked process: release what belongs to the parent, and exit with it."""
        reset_signals()
        pipes = (p.ready_pipe for p in self._processes if p.ready_pipe >= 0)
        for descriptor in (self._alive_writer, *pipes):
            os.close(descriptor)
        if not self._any_ready:
            os.close(self._first_ready_writer)
        self._signal_reader.close()
        self._signal_writer.close()
        for other in self._processes:
            if other is not process:
                other.claim.detach()
        exit_with_parent(self._alive_reader)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return Child(process.number, process.claim, ready_writer, self._first_ready)

    # ── watching ─────────────────────────────────────────────────────────────────────────────

    def _wait(self) -> None:
        """Wait for a signal, a process that is ready, or the next thing to do; handle the first."""
        pipes = {p.ready_pipe: p for p in self._processes if p.ready_pipe >= 0}
        signals = self._signal_reader.fileno()
        readable, _, _ = select.select([signals, *pipes], [], [], self._seconds_left())
        for descriptor in readable:
            if descriptor == signals:
                self._handle_signals(self._signal_reader.recv(100))
            else:
                self._read_ready(pipes[descriptor])
        if self._deadline is not None and self._now() >= self._deadline:
            log.warning("stop_timed_out", processes=[p.number for p in self._processes if p.pid])
            self._kill()

    def _seconds_left(self) -> float | None:
        """Return the seconds until there is something to do; None where nothing is scheduled."""
        times = [p.start_at for p in self._processes if p.start_at is not None]
        if self._deadline is not None:
            times.append(self._deadline)
        return max(0.0, min(times) - self._now()) if times else None

    def _handle_signals(self, numbers: bytes) -> None:
        for number in numbers:
            if number == signal.SIGCHLD:
                continue
            if self._code is None:
                self._stop(0)
            elif self._now() - self._signalled_at >= SECOND_SIGNAL_SECONDS:
                log.warning("processes_killed", mend="The next start repeats unfinished work.")
                self._kill()

    def _read_ready(self, process: _Process) -> None:
        """Handle a process that is ready, or that closed its end of the pipe."""
        if not os.read(process.ready_pipe, 1):
            os.close(process.ready_pipe)
            process.ready_pipe = -1
            return
        process.ready_at = self._now()
        if not self._any_ready:
            self._any_ready = True
            os.close(self._first_ready_writer)
            if self._code is None:
                for other in self._processes:
                    if other.number not in self._early:
                        other.start_at = process.ready_at

    def _reap(self) -> None:
        """Collect processes that have ended; as a container's init, also those of strangers."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for process in self._processes:
                if process.pid == pid:
                    self._handle_exit(process, os.waitstatus_to_exitcode(status))

    def _handle_exit(self, process: _Process, code: int) -> None:
        if process.ready_pipe >= 0 and process.ready_at is None:
            self._read_ready(process)  # it may have been ready just before its end
        if process.ready_pipe >= 0:
            os.close(process.ready_pipe)
        process.pid, process.ready_pipe = 0, -1
        if self._code is not None:
            return
        worked = self._now() - process.ready_at if process.ready_at is not None else 0.0
        decision = after_exit(
            code, any_ready=self._any_ready, worked=worked, failures=process.failures
        )
        if isinstance(decision, Exit):
            self._taken_slot = process.claim.slot if code == SLOT_TAKEN else ""
            self._stop(decision.code)
        else:
            self._schedule(process, decision, explain_exit(code))

    def _schedule(self, process: _Process, restart: Restart, reason: Phrase) -> None:
        process.failures = restart.failures
        process.start_at = self._now() + restart.pause
        self._write_report(process, ended_report(reason, self._clock()))
        log.error(
            "process_ended",
            process=process.number,
            reason=in_english(reason),
            restart_in=restart.pause,
        )

    def _write_report(self, process: _Process, text: str) -> None:
        """Write what others read of a process; without it they know only that it is silent."""
        try:
            process.claim.write_status(text)
        except OSError as error:
            log.warning("report_not_written", process=process.number, reason=error.strerror)

    # ── stopping ─────────────────────────────────────────────────────────────────────────────

    def _stop(self, code: int) -> None:
        """Ask every process to finish its work or give it back."""
        self._code = code
        self._signalled_at = self._now()
        self._deadline = self._signalled_at + STOP_SECONDS
        for process in self._processes:
            process.start_at = None
        self._send(signal.SIGTERM)

    def _kill(self) -> None:
        self._deadline = self._now() + STOP_SECONDS
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        for process in self._processes:
            if process.pid:  # not reaped yet, so its number cannot be that of another process
                os.kill(process.pid, number)
