"""``run``: every stage, for ever, in one process tree.

::

    main thread (asyncio)          threads
    ├─ ingest: scheduler, polls    ├─ relay        outbox ─▶ streams
    ├─ console (uvicorn)           ├─ processors   news.articles ─▶ news.matches
    └─ waits for SIGTERM, Ctrl-C   ├─ alerts       news.matches ─▶ decisions
                                   ├─ deliveries   notifications ─▶ receivers
                                   └─ housekeeping reload, retention, gauges

Each stage is kept going: one that ends with an error is started again, with longer and longer
pauses, and ``/healthz`` names it meanwhile. What it had in hand was not committed and comes again.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import closing, contextmanager

import structlog
import uvicorn

from alerts import worker as alerts
from config.errors import SettingsError, WirewatchError
from core import metrics
from core.store import feeds as feed_store
from core.text import for_log
from processors import worker as processors
from wirewatch.program import GROUPS, Program
from wirewatch.web.app import create_app

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
RELAY_SECONDS = 0.1
RELOAD_SECONDS = 2.0
TIDY_SECONDS = 60.0
FORGET_SECONDS = 3600.0

log = structlog.get_logger(__name__)


class Daemon:
    """The running stages."""

    def __init__(self, program: Program, stages: Set[str]) -> None:
        self._program = program
        self._stages = stages
        self._stop = threading.Event()
        self._ill: dict[str, str] = {}
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Run until SIGTERM or Ctrl-C; returns when everything in hand is finished or given back.

        Raises:
            SettingsError: The console's address cannot be used.
        """
        listener = self._listen() if "web" in self._stages else None
        try:
            asyncio.run(self._run(listener))
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()
            if listener:
                listener.close()
        log.info("stopped")

    async def _run(self, listener: socket.socket | None) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end, stop)
        self._start_threads()
        tasks = []
        if listener:
            tasks.append(asyncio.create_task(self._console(listener, stop)))
        if "ingest" in self._stages:
            tasks.append(asyncio.create_task(self._ingest(stop)))
        try:
            await stop.wait()
        finally:
            stop.set()
            self._stop.set()
            await asyncio.gather(*tasks)

    def _end(self, stop: asyncio.Event) -> None:
        log.info("stopping", first="the work in hand is finished")
        self._stop.set()
        stop.set()

    # ── stages ───────────────────────────────────────────────────────────────────────────────

    def _start_threads(self) -> None:
        stages: dict[str, Callable[[], None]] = {"relay": self._relay, "housekeeping": self._tidy}
        if "processors" in self._stages:
            stages["processors"] = self._match
        if "alerts" in self._stages:
            stages |= {"alerts": self._decide, "deliveries": self._deliver}
        for name, stage in stages.items():
            thread = threading.Thread(target=self._keep_going, args=(name, stage), name=name)
            thread.start()
            self._threads.append(thread)

    async def _ingest(self, stop: asyncio.Event) -> None:
        program, pause = self._program, FIRST_PAUSE
        while not stop.is_set():
            try:
                async with program.ingest() as ingest:
                    self._ill.pop("ingest", None)
                    await ingest.run(stop)
            except Exception as error:  # noqa: BLE001 one stage's end must not end the others
                self._fell(error, "ingest", pause)
                await _first(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _match(self) -> None:
        with closing(self._program.join(processors.GROUP)) as member:
            worker = self._program.matcher()
            worker.run(member, stop=self._stop.is_set, pause=self._stop.wait)

    def _decide(self) -> None:
        with closing(self._program.join(alerts.GROUP)) as member:
            worker = self._program.decider()
            worker.run(member, stop=self._stop.is_set, pause=self._stop.wait)

    def _deliver(self) -> None:
        self._program.dispatcher().run(self._stop)

    def _relay(self) -> None:
        relay = self._program.relay
        try:
            while not self._stop.is_set():
                if not relay.run_once():
                    self._stop.wait(RELAY_SECONDS)
            relay.drain()
        finally:
            relay.release()

    def _tidy(self) -> None:
        tidy = forget = 0.0
        while not self._stop.is_set():
            self._program.keeper.refresh()
            self._program.catalog()
            if time.monotonic() - tidy > TIDY_SECONDS:
                tidy = time.monotonic()
                self._program.streams.maintain()
                self._gauge()
            if "alerts" in self._stages and time.monotonic() - forget > FORGET_SECONDS:
                forget = time.monotonic()
                self._program.decider().forget()
            self._stop.wait(RELOAD_SECONDS)

    def _gauge(self) -> None:
        program = self._program
        for group, streams in GROUPS.items():
            lags = program.streams.lag(group, streams)
            metrics.LAG_RECORDS.labels(group).set(sum(lag.records for lag in lags))
            metrics.LAG_SECONDS.labels(group).set(max((lag.seconds for lag in lags), default=0))
        with program.store.read() as connection:
            states = feed_store.feed_states(connection, program.clock())
        read = [s.feed.last_success_at.timestamp() for s in states if s.feed.last_success_at]
        metrics.LAST_SUCCESS.set(max(read, default=0.0))

    # ── keeping them going ───────────────────────────────────────────────────────────────────

    def _keep_going(self, name: str, stage: Callable[[], None]) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                self._ill.pop(name, None)
                stage()
            except Exception as error:  # noqa: BLE001 one stage's end must not end the others
                if time.monotonic() - started > LONGEST_PAUSE:
                    pause = FIRST_PAUSE
                self._fell(error, name, pause)
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _fell(self, error: Exception, name: str, pause: float) -> None:
        self._ill[name] = for_log(str(error)) or type(error).__name__
        known = isinstance(error, WirewatchError)
        log.error(
            "stage_fell", stage=name, reason=self._ill[name], again_in=pause, exc_info=not known
        )

    # ── console ──────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> socket.socket:
        settings = self._program.settings
        host, port = settings.web_host, settings.web_port
        try:
            return socket.create_server((host, port), family=_family(host))
        except OSError as error:
            raise SettingsError(
                f"The console cannot listen on {host}:{port}: {error.strerror}.",
                mend="Perhaps another `wirewatch run` has it. Set WIREWATCH_WEB_PORT; 0 picks a "
                "free one.",
            ) from None

    async def _console(self, listener: socket.socket, stop: asyncio.Event) -> None:
        settings = self._program.settings
        app = create_app(
            self._program.store,
            self._program.clock,
            hosts=["127.0.0.1", "localhost", "[::1]", settings.web_host],
            topics=lambda: len(self._program.keeper.current.topics),
            ill=lambda: [f"{stage}: {why}" for stage, why in sorted(self._ill.items())],
        )
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=3,
            )
        )
        address = listener.getsockname()
        log.info("console", url=f"http://{settings.web_host}:{address[1]}/")
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await stop.wait()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Leaves the signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


async def _first(stop: asyncio.Event, seconds: float) -> None:
    """Wait for the stop or the time, whichever comes first."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
