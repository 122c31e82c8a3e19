"""Run the demo from beginning to end.

::

    newsroom on loopback ◀──polls── `wirewatch run` (a child) ──▶ streams, store, console
         ▲ timetable                                                   │ read only
         └─────────── _Demo: publish, observe, print ◀─────────────────┘
                                      └─▶ summary, compared with the expected ─▶ exit code
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from config.errors import ExternalError, StoreError, StreamError
from core.clock import utc_now
from wirewatch.demo import summary
from wirewatch.demo.expectations import EditionNames, load_expected
from wirewatch.demo.heeded_settings import DEFAULT_PORT
from wirewatch.demo.newsroom import load_newsroom
from wirewatch.demo.observer import DemoObserver, compile_topics, open_demo
from wirewatch.demo.publisher import DemoPublisher
from wirewatch.demo.screen import Screen
from wirewatch.demo.server import serve
from wirewatch.demo.timetable import due
from wirewatch.demo.workspace import Workspace, open_workspace, stop

TICK = 0.2
START_SECONDS = 300.0
"""How long `run` may take to start: some seconds, on a busy machine minutes. Its end is noticed at
once."""
DECIDE_SECONDS = 90.0
"""How long after the last edition to wait for decisions."""
QUIET_SECONDS = 3.0
"""How long to wait after the last record: every feed is polled again, and nothing may repeat."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of the command.

    Attributes:
        folder: The folder to use; None for a temporary one.
        keep: Whether to keep a temporary folder.
        stay: Whether to continue after the summary until Ctrl-C.
        speed: Factor that speeds up the timetable; feeds are polled every two seconds anyway.
        port: The console's port, if it is free.
        heeded: The user's variables that apply to the demo.
    """

    folder: Path | None = None
    keep: bool = False
    stay: bool = False
    speed: float = 1.0
    port: int = DEFAULT_PORT
    heeded: Mapping[str, str] = field(default_factory=dict)


def run_demo(options: DemoOptions, screen: Screen) -> int:
    """Run the demo. Return 0 where all results are as expected, otherwise 1.

    Raises:
        SettingsError: A setting that applies to the demo is not valid.
        UsageError: The folder is not usable.
        ExternalError: `run` did not start, or ended by itself.
    """
    with open_workspace(
        options.folder, keep=options.keep, port=options.port, heeded=options.heeded
    ) as workspace:
        _ = workspace.settings  # before anything starts: a value that applies may not be valid
        code = asyncio.run(_Demo(options, screen, workspace).run())
        if options.keep or options.folder:
            screen.say(f"The files are kept in {workspace.folder}")
    return code


class _Demo:
    def __init__(self, options: DemoOptions, screen: Screen, workspace: Workspace) -> None:
        self._options = options
        self._screen = screen
        self._workspace = workspace
        self._stop = asyncio.Event()
        self._began = time.monotonic()
        self._newsroom = load_newsroom()
        self._publisher = DemoPublisher(self._newsroom, utc_now)

    async def run(self) -> int:
        with self._signals():
            async with serve(self._publisher):
                for edition in self._newsroom.editions:
                    if edition.at <= 0:
                        self._publisher.publish(edition)
                self._workspace.configure(self._newsroom, self._publisher.urls)
                program = self._workspace.start()
                try:
                    return await self._observe(program)
                finally:
                    await asyncio.to_thread(stop, program)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop, numbers = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, self._stop.set)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    async def _observe(self, program: subprocess.Popen[bytes]) -> int:
        screen, workspace, expected = self._screen, self._workspace, load_expected()
        self._print_start()
        compiling = asyncio.create_task(
            asyncio.to_thread(compile_topics, workspace.settings, expected.lookalikes)
        )
        await self._until_started(program)
        if self._stop.is_set():
            return self._print_stopped()
        with open_demo(workspace.settings, *await compiling) as opened:
            names = EditionNames(self._newsroom, self._publisher.urls)
            observer = DemoObserver(opened, names, self._publisher, expected, began=self._began)
            await self._publish(program, observer)
            if self._stop.is_set():
                return self._print_stopped()
            code = summary.write(screen, observer, self._publisher, expected)
        if self._options.stay:
            screen.say("\nEverything is still running: ", (workspace.console, "bold underline"))
            screen.say("Ctrl-C ends it.")
            while not await self._pause(0.5):
                self._check(program)
        return code

    def _print_start(self) -> None:
        count = len(self._newsroom.outlets)
        self._screen.say(
            f"Wirewatch starts with {count} invented outlets on this machine, which publish for "
            "about a minute. Nothing leaves this machine."
        )
        self._screen.say("Console: ", (self._workspace.console, "bold underline"))
        self._screen.say(f"Log of `wirewatch run`: {self._workspace.log_file}")
        self._screen.gap()

    def _print_stopped(self) -> int:
        self._screen.say("Stopped before the end: no results were compared.")
        return 0

    async def _until_started(self, program: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not await self._pause(TICK):
                self._check(program)
                try:
                    async with session.get(f"{self._workspace.console}healthz"):
                        return
                except (aiohttp.ClientError, TimeoutError):
                    if time.monotonic() > deadline:
                        raise ExternalError(
                            f"`wirewatch run` did not answer within {START_SECONDS:.0f} s.",
                            mend=self._last_lines(),
                        ) from None

    async def _publish(self, program: subprocess.Popen[bytes], observer: DemoObserver) -> None:
        """Follow the timetable, then wait until everything is decided."""
        began, finished = time.monotonic(), 0.0
        while not await self._pause(TICK):
            self._check(program)
            second = (time.monotonic() - began) * self._options.speed
            self._publish_due(second, observer)
            await asyncio.to_thread(self._read_new, observer)
            observer.print_new(self._screen)
            if second < self._newsroom.seconds or not observer.is_all_published:
                continue
            now = time.monotonic()
            finished = finished or now
            quiet = now - max(finished, observer.last_change)
            if (observer.is_all_processed and quiet > QUIET_SECONDS) or (
                now - finished > DECIDE_SECONDS
            ):
                return

    def _publish_due(self, second: float, observer: DemoObserver) -> None:
        for outlet in self._newsroom.outlets:
            if outlet.trouble and second >= outlet.trouble.at and observer.starts_fault(outlet):
                self._publisher.break_feed(outlet)
        ready = due(
            self._newsroom,
            self._publisher.published,
            second,
            lambda e: (second - e.at) / self._options.speed,
            observer.is_processed,
        )
        for edition in ready:
            self._publisher.publish(edition)
            observer.print_published(self._screen, edition)

    def _read_new(self, observer: DemoObserver) -> None:
        """Read what is new; after a failure the next tick retries, as `run` may lock a database."""
        try:
            observer.read_new()
        except (StoreError, StreamError) as error:
            if not error.retry:
                raise

    def _check(self, program: subprocess.Popen[bytes]) -> None:
        code = program.poll()
        if code is not None and not self._stop.is_set():
            raise ExternalError(
                f"`wirewatch run` ended by itself with {code}.", mend=self._last_lines()
            )

    def _last_lines(self) -> str:
        log = self._workspace.log_file.read_text(encoding="utf-8", errors="replace")
        return "Its last lines: " + " / ".join(log.splitlines()[-5:])

    async def _pause(self, seconds: float) -> bool:
        """Wait. Return whether the demo is to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True
