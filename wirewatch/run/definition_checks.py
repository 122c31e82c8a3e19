"""Run the tests of topics and concepts in a process of their own when the operator's files change.

::

    files changed ──quiet for 10 s──▶ `wirewatch check --json`, at low priority ──▶ faults
                                                                                     │
                          the console's pages, wirewatch_topic_tests_failed, the log ┘

Loading the files compiles queries but runs no tests: these take seconds of CPU, which the stages
need. The process that serves the console starts the check, and looks every two seconds whether it
has ended.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Final

import structlog
from pydantic import TypeAdapter, ValidationError

from config.catalog.reload import CatalogKeeper
from config.faults import FAILED_TEST, Fault, in_file_order
from core import metrics

QUIET_SECONDS: Final = 10.0
"""How long the files must not change before a check: who edits saves several times."""

MOST_SECONDS: Final = 600.0
"""How long a check may take."""

FAILED_CODES: Final = ("E020", "E021")
"""Codes that ``check`` gives to tests that fail."""

COMMAND: Final = (
    sys.executable,
    "-P",
    "-c",
    "import os; os.nice(19); from wirewatch.cli import main; main()",
    "check",
    "--json",
)

_FAULTS = TypeAdapter(list[Fault])

log = structlog.get_logger(__name__)


@dataclass
class DefinitionChecks:
    """Checks the operator's files after each change, in another process.

    Attributes:
        keeper: The operator's files.
        command: Prints the faults as a JSON array.
        monotonic: Seconds that only rise.
    """

    keeper: CatalogKeeper
    command: Sequence[str] = COMMAND
    monotonic: Callable[[], float] = time.monotonic
    _running: _RunningCheck | None = None
    _since: float = 0.0
    _seen: str = ""
    _checked: str = ""
    _found: tuple[Fault, ...] = ()

    def faults(self) -> tuple[Fault, ...]:
        """Return the faults of the newest files, with their tests that fail once these have run."""
        loaded = self.keeper.faults
        if self._checked != self.keeper.newest:
            return loaded
        errors = [fault for fault in loaded if fault.is_error]
        return tuple(in_file_order([*errors, *self._found]))

    def run_due(self) -> None:
        """Start a check of files that have changed and are quiet, or use the result of one."""
        now, newest = self.monotonic(), self.keeper.newest
        if self._running is not None:
            self._look_after(self._running, now)
        elif newest != self._seen:
            self._seen, self._since = newest, now
        elif newest != self._checked and now - self._since >= QUIET_SECONDS:
            self._running = _RunningCheck.start(self.command, newest, now)

    def close(self) -> None:
        """End a check that is running."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def _look_after(self, check: _RunningCheck, now: float) -> None:
        if check.process.poll() is None and now - check.started < MOST_SECONDS:
            return
        self._running, self._checked = None, check.newest
        try:
            found = check.result()
        except ValidationError:
            mend = "`wirewatch check` runs it by hand and says why."
            log.warning("definition_check_failed", exit=check.process.returncode, mend=mend)
            found = []
        self._use(found)

    def _use(self, found: Sequence[Fault]) -> None:
        as_warnings = map(_as_warning, found)
        before = _failed_tests(self._found)
        self._found = tuple(fault for fault in as_warnings if not fault.is_error)
        failed = _failed_tests(self._found)
        metrics.TOPIC_TESTS_FAILED.set(len(failed))
        if failed and failed != before:
            log.warning("topic_tests_failed", tests=len(failed), first=str(failed[0]))
        elif before and not failed:
            log.info("topic_tests_pass")


@dataclass
class _RunningCheck:
    """A check in a process.

    Attributes:
        newest: The files that it is about, as ``CatalogKeeper.newest`` has it.
        started: When it was started.
    """

    process: subprocess.Popen[bytes]
    output: IO[bytes]
    newest: str
    started: float

    @classmethod
    def start(cls, command: Sequence[str], newest: str, now: float) -> _RunningCheck:
        """Start a check."""
        output = tempfile.TemporaryFile()  # noqa: SIM115  # a pipe that nobody reads fills up
        process = subprocess.Popen(  # noqa: S603  # this program
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL
        )
        return cls(process, output, newest, now)

    def result(self) -> list[Fault]:
        """Return the faults that it found. One that is still running is ended.

        Raises:
            ValidationError: It printed no faults.
        """
        self.kill()
        with self.output as output:
            output.seek(0)
            return _FAULTS.validate_json(output.read())

    def kill(self) -> None:
        """End it, and wait until it has ended."""
        self.process.kill()
        self.process.wait()


def _as_warning(fault: Fault) -> Fault:
    """Return a failed test as the warning that it is to a running program; others as they are."""
    if fault.code not in FAILED_CODES:
        return fault
    return fault.model_copy(update={"code": FAILED_TEST})


def _failed_tests(faults: Sequence[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault.code == FAILED_TEST]
