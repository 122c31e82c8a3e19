"""The demo from beginning to end.

::

    newsroom on loopback ◀──polls── `wirewatch run` (a child) ──▶ streams, store, console
         ▲ timetable                                                   │ read only
         └──────────────── Show: publish, look, say ◀──────────────────┘
                                      └─▶ summary, compared with the table ─▶ exit code
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from config.errors import ExternalError, StoreError, StreamError
from core.clock import utc_now
from wirewatch.demo import summary
from wirewatch.demo.press import DemoPublisher
from wirewatch.demo.room import load
from wirewatch.demo.screen import Screen
from wirewatch.demo.server import serving
from wirewatch.demo.timetable import due
from wirewatch.demo.verdict import EditionNames, load_expected
from wirewatch.demo.watch import DemoObserver, compiled, watching
from wirewatch.demo.workspace import Workspace, end, workspace

TICK = 0.2
UP_SECONDS = 90.0
"""`run` is up in some seconds; a machine under load takes longer."""
LATE_SECONDS = 90.0
"""What is not decided so long after the last edition stays undecided."""
QUIET_SECONDS = 3.0
"""More than one poll of every feed: nothing may be told twice at the end."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the operator asked for.

    Attributes:
        folder: Where to work; None for a temporary folder.
        keep: Whether a temporary folder stays.
        stay: Whether everything goes on after the summary until it is told to stop.
        speed: How many times faster than written the timetable runs; polls keep their two
            seconds.
        port: The console's, if it is free.
    """

    folder: Path | None = None
    keep: bool = False
    stay: bool = False
    speed: float = 1.0
    port: int = 8080


def show(options: DemoOptions, screen: Screen) -> int:
    """Run the demo; 0 where everything came as the table says, 1 where not.

    Raises:
        UsageError: The folder cannot be used.
        OutsideError: `run` did not start, or ended by itself.
    """
    with workspace(options.folder, keep=options.keep, port=options.port) as place:
        code = asyncio.run(_Show(options, screen, place).run())
        if options.keep or options.folder:
            screen.say(f"Everything is kept in {place.folder}")
    return code


class _Show:
    def __init__(self, options: DemoOptions, screen: Screen, place: Workspace) -> None:
        self._options = options
        self._screen = screen
        self._place = place
        self._stop = asyncio.Event()
        self._began = time.monotonic()
        self._newsroom = load()
        self._press = DemoPublisher(self._newsroom, utc_now)

    async def run(self) -> int:
        with self._signals():
            async with serving(self._press):
                for edition in self._newsroom.editions:
                    if edition.at <= 0:
                        self._press.publish(edition)
                self._place.configure(self._newsroom, self._press.urls)
                child = self._place.start()
                try:
                    return await self._with(child)
                finally:
                    await asyncio.to_thread(end, child)

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

    async def _with(self, child: subprocess.Popen[bytes]) -> int:
        screen, place, expected = self._screen, self._place, load_expected()
        self._greet()
        compiling = asyncio.create_task(asyncio.to_thread(compiled, place.settings))
        await self._until_up(child)
        if self._stop.is_set():
            return self._stopped()
        with watching(place.settings, await compiling) as opened:
            watch = DemoObserver(
                opened, EditionNames(self._newsroom, self._press.urls), self._press, expected
            )
            watch.began = self._began
            await self._publish(child, watch)
            if self._stop.is_set():
                return self._stopped()
            code = summary.write(screen, watch, self._press, expected)
        if self._options.stay:
            screen.say("\nEverything goes on: ", (place.console, "bold underline"))
            screen.say("Ctrl-C ends it.")
            while not await self._pause(0.5):
                self._check(child)
        return code

    def _greet(self) -> None:
        count = len(self._newsroom.outlets)
        self._screen.say(
            f"Wirewatch is starting on {count} invented outlets on this machine; for about a "
            "minute they publish. Nothing leaves this machine."
        )
        self._screen.say("Console: ", (self._place.console, "bold underline"))
        self._screen.say(f"Log of `wirewatch run`: {self._place.log_file}")
        self._screen.gap()

    def _stopped(self) -> int:
        self._screen.say("Stopped before the end: nothing was compared.")
        return 0

    async def _until_up(self, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + UP_SECONDS
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while not await self._pause(TICK):
                self._check(child)
                try:
                    async with session.get(f"{self._place.console}healthz"):
                        return
                except (aiohttp.ClientError, TimeoutError):
                    if time.monotonic() > deadline:
                        raise ExternalError(
                            f"`wirewatch run` did not answer within {UP_SECONDS:.0f} s.",
                            mend=self._log(),
                        ) from None

    async def _publish(self, child: subprocess.Popen[bytes], watch: DemoObserver) -> None:
        """Work through the timetable, then wait until all of it is decided."""
        began, over = time.monotonic(), 0.0
        while not await self._pause(TICK):
            self._check(child)
            second = (time.monotonic() - began) * self._options.speed
            self._put_out(second, watch)
            await asyncio.to_thread(self._look, watch)
            watch.tell(self._screen)
            if second < self._newsroom.seconds or not watch.all_out:
                continue
            over = over or time.monotonic()
            waited = time.monotonic() - max(over, watch.last_change)
            if (watch.is_settled and waited > QUIET_SECONDS) or (
                time.monotonic() - over > LATE_SECONDS
            ):
                return

    def _put_out(self, second: float, watch: DemoObserver) -> None:
        for outlet in self._newsroom.outlets:
            if outlet.trouble and second >= outlet.trouble.at and watch.begin_trouble(outlet):
                self._press.break_feed(outlet)
        ready = due(
            self._newsroom,
            self._press.out,
            second,
            lambda e: (second - e.at) / self._options.speed,
            watch.is_read,
        )
        for edition in ready:
            self._press.publish(edition)
            watch.published(self._screen, edition)

    def _look(self, watch: DemoObserver) -> None:
        """A look that fails is made again at the next tick: `run` may hold a database just now."""
        try:
            watch.look()
        except (StoreError, StreamError) as error:
            if not error.retry:
                raise

    def _check(self, child: subprocess.Popen[bytes]) -> None:
        code = child.poll()
        if code is not None and not self._stop.is_set():
            raise ExternalError(f"`wirewatch run` ended by itself with {code}.", mend=self._log())

    def _log(self) -> str:
        tail = self._place.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        return "It said: " + " / ".join(tail)

    async def _pause(self, seconds: float) -> bool:
        """Whether it is told to stop; waits so long for it."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True
