"""``run``: some of the stages in one process, until it is asked to stop.

::

    a process of the stages                                  the console's process
    main thread (asyncio)          threads                   main thread (asyncio)
    ├─ ingest: scheduler, polls    ├─ relay        outbox ─▶ streams     ├─ console (uvicorn)
    ├─ heartbeat to a monitor,     ├─ processors   news.articles ─▶      └─ waits for SIGTERM
    │  in the first process        │                 news.matches        threads
    └─ waits for SIGTERM           ├─ alerts       news.matches ─▶       ├─ housekeeping
                                   │                 decisions           ├─ watchdog
                                   ├─ deliveries   notifications ─▶      └─ health
                                   │                 receivers
                                   ├─ archive      articles ─▶ archive.db
                                   ├─ nightly      deletes what is past its retention
                                   ├─ housekeeping reload, retention, gauges
                                   ├─ metrics      /metrics, in the first process, if it is set
                                   ├─ watchdog     notices loops that are stuck
                                   └─ health       for the console and `wirewatch health` ─▶ slot

The console shares with the stages only the store and the files of the slots, so nothing that its
clients do can hold a stage up. With ``--only web``, without it, or with
``WIREWATCH_WEB_PROCESS=false`` one process does everything that is left.

The supervisor restarts the process; :mod:`wirewatch.run.stages` restarts a stage. ``/healthz`` and
``wirewatch health`` list what is wrong (:mod:`wirewatch.run.diagnosis`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Set
from contextlib import closing
from dataclasses import replace

import structlog

from alerts import worker as alerts_worker
from config.i18n import Phrase
from config.settings import secret
from core.archive import worker as archive_worker
from core.canary import has_canaries
from core.processes.slots import read_statuses
from core.streams.consume_loop import LoopOptions
from processors import worker as processors_worker
from wirewatch.run.child import SLOT_TAKEN, Child
from wirewatch.run.definition_checks import DefinitionChecks
from wirewatch.run.diagnosis import Facts, diagnose
from wirewatch.run.health import ProcessHealth, are_healthy, keep_reporting, parse_reports
from wirewatch.run.health_messages import LOOK_SECONDS as MESSAGES_SECONDS
from wirewatch.run.health_messages import HealthMessages
from wirewatch.run.housekeeping import LONG_SECONDS, RELOAD_SECONDS, Housekeeping
from wirewatch.run.metrics_listener import MetricsListener
from wirewatch.run.nightly import LOOK_SECONDS
from wirewatch.run.outward_heartbeat import OutwardHeartbeat
from wirewatch.run.process_reports import ProcessReports, merge_reasons
from wirewatch.run.process_snapshot import take_snapshot
from wirewatch.run.program import Program
from wirewatch.run.stages import Stages
from wirewatch.run.store_gauges import LATENCY_SECONDS, UPDATE_SECONDS, StoreGauges
from wirewatch.run.watchdog import LoopWatchdog, time_event_loop

RELAY_SECONDS = 0.1

JOIN_SECONDS = 60.0
"""How long a stage may compile topics and join its group before it counts as late."""

STOP_SECONDS = 9.0
"""How long the stages may finish their work after a signal; what is left then is given back. The
parent kills half a second later, service managers and container engines after ten seconds."""

log = structlog.get_logger(__name__)


class Daemon:
    """The running stages of one process.

    Args:
        program: The opened program.
        requested: The stages to run.
        child: This process, as its parent knows it.
        listener: The console's socket; None in a process without the console.
    """

    def __init__(
        self,
        program: Program,
        requested: Set[str],
        child: Child,
        listener: socket.socket | None = None,
    ) -> None:
        self._program = program
        self._requested = requested
        self._child = child
        self._listener = listener
        self._stages = Stages()
        messages = HealthMessages(program, self._what_is_wrong)
        more = [(MESSAGES_SECONDS, 0.0, messages.run_due)] if self._speaks_for_all else []
        more.append((RELOAD_SECONDS, LONG_SECONDS, self._compile_topics))
        self._matcher: processors_worker.ProcessorsWorker | None = None
        self._checks = DefinitionChecks(program.keeper)
        self._gauges = StoreGauges(program)
        if listener:
            more.append((RELOAD_SECONDS, 0.0, self._checks.run_due))
            more.append((UPDATE_SECONDS, 0.0, self._gauges.update))
            more.append((LATENCY_SECONDS, LONG_SECONDS, self._gauges.update_latency))
        self._housekeeping = Housekeeping(program, requested, more)
        self._watchdog = LoopWatchdog(lambda: self._stages.loops)

    def run(self) -> None:
        """Run until SIGTERM. Return when the stages have finished their work.

        Raises:
            SlotTakenError: Another process uses the slot of this one.
        """
        asyncio.run(self._run())
        if self._stages.slot_error:
            raise self._stages.slot_error
        log.info("stopped")

    async def _run(self) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stages.on_slot_error = lambda: loop.call_soon_threadsafe(self._end, stop)
        loop.add_signal_handler(signal.SIGTERM, self._end, stop)
        keep_async = self._stages.keep_async
        tasks = [time_event_loop(self._stages.loop("event_loop"), stop)]
        if self._listener:
            serve = self._console(self._listener, stop)
            tasks.append(keep_async("console", serve, stop))
        if "ingest" in self._requested:
            tasks.append(keep_async("ingest", lambda: self._ingest(stop), stop))
        if (heartbeat := self._heartbeat()) is not None:
            tasks.append(keep_async("heartbeat", lambda: heartbeat.run(stop), stop))
        for name, stage in self._threaded().items():
            self._stages.keep(name, stage)
        self._child.report_ready()
        log.info(
            "stages_started",
            stages=sorted(self._requested),
            slot=self._program.slot,
            data=str(self._program.settings.data_dir),
        )
        try:
            await asyncio.gather(stop.wait(), *tasks)
        finally:
            self._stages.stop.set()
            await asyncio.to_thread(self._stages.join)
            self._checks.close()

    def _end(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            return
        log.info("stopping", note="unfinished work is completed first")
        self._stages.stop.set()
        stop.set()
        timer = threading.Timer(STOP_SECONDS, self._exit_now)
        timer.daemon = True
        timer.start()

    def _exit_now(self) -> None:
        """End the process. Its locks and leases end with it, and its work is repeated."""
        log.warning("stop_timed_out", stages=self._stages.running or ["ingest"])
        logging.shutdown()
        sys.stdout.flush()
        os._exit(SLOT_TAKEN if self._stages.slot_error else 0)

    # ── stages ───────────────────────────────────────────────────────────────────────────────

    def _threaded(self) -> dict[str, Callable[[], None]]:
        stages: dict[str, Callable[[], None]] = {
            "housekeeping": self._keep_house,
            "watchdog": lambda: self._watchdog.run(self._stages.stop),
            "health": self._report_health,
        }
        if (address := self._program.settings.metrics_listen) and self._child.number == 1:
            listener = MetricsListener(address, self._process_metrics)
            stages["metrics"] = lambda: listener.run(self._stages.stop)
        if {"ingest", "alerts"} & self._requested:
            stages["relay"] = self._relay
        if "processors" in self._requested:
            stages["processors"] = self._match
        if "alerts" in self._requested:
            stages |= {"alerts": self._decide, "deliveries": self._deliver}
        if "archive" in self._requested:
            stages["archive"] = self._archive
        if self._speaks_for_all:
            stages["nightly"] = self._forget
        return stages

    async def _ingest(self, stop: asyncio.Event) -> None:
        async with self._program.ingest() as ingest:
            await ingest.run(stop, self._stages.loop("ingest").turn)

    def _match(self) -> None:
        options = self._options(processors_worker.STAGE)
        with closing(self._program.join(processors_worker.GROUP)) as member:
            self._matcher = self._program.matcher(compiles_itself=False)
            self._matcher.run(member, **options)

    def _compile_topics(self) -> None:
        """Compile topics that changed, in the thread that reloads them; no article waits for it."""
        if self._matcher is not None:
            self._matcher.refresh()

    def _decide(self) -> None:
        options = self._options(alerts_worker.STAGE)
        with closing(self._program.join(alerts_worker.GROUP)) as member:
            self._program.decider().run(member, **options)

    def _archive(self) -> None:
        options = self._options(archive_worker.STAGE)
        archivist = self._program.archivist(options["stop"], options["report_turn"])
        with archivist as worker, closing(self._program.join(archive_worker.GROUP)) as member:
            worker.run(member, **options)

    def _forget(self) -> None:
        stop, report_turn = self._stages.stop, self._stages.loop("nightly").turn

        def rest(seconds: float) -> bool:
            report_turn(LONG_SECONDS)
            return not stop.wait(seconds)

        job = self._program.nightly_job(rest)
        while rest(0.0):
            job.run_due()
            report_turn(LOOK_SECONDS)
            stop.wait(LOOK_SECONDS)

    def _options(self, stage: str) -> LoopOptions:
        """Return the options of a stage that is about to join its group.

        The stage also ends, and is started again, when it has to read other streams.
        """
        stop, joined_with = self._stages.stop, self._has_canaries()
        report_turn = self._stages.loop(stage).turn
        report_turn(JOIN_SECONDS)
        return {
            "stop": lambda: stop.is_set() or self._has_canaries() != joined_with,
            "pause": stop.wait,
            "report_delay": self._stages.postponed(stage),
            "report_turn": report_turn,
        }

    def _has_canaries(self) -> bool:
        return has_canaries(self._program.keeper.current)

    def _report_health(self) -> None:
        keep_reporting(self._write_report, self._ill, self._program.clock, self._stages.stop)

    def _write_report(self, text: str) -> None:
        claim, keeper = self._child.claim, self._program.keeper
        claim.write_status(text)
        claim.write_snapshot(take_snapshot(keeper.revision))

    def _process_metrics(self) -> bytes:
        """Return the metrics of the processes of this host, without what the console has."""
        program = self._program
        reports = ProcessReports(
            program.settings,
            program.slot,
            self._ill,
            lambda: program.keeper.revision,
            program.clock,
        )
        return reports.metrics(with_shared=False)

    def _ill(self) -> list[Phrase]:
        """Return what is wrong with this process, and which canary is missing."""
        return diagnose(replace(self._facts(), canary=self._housekeeping.canary.problems))

    def _facts(self) -> Facts:
        facts = self._housekeeping.health.facts()
        return replace(facts, stages=self._stages.ill, stalled=self._watchdog.stalled)

    def _heartbeat(self) -> OutwardHeartbeat | None:
        """Return the heartbeat to an outside monitor; the first process sends it for all."""
        settings = self._program.settings
        if not (self._speaks_for_all and secret(settings.heartbeat_url)):
            return None
        return OutwardHeartbeat(settings, lambda: are_healthy(self._read_reports()))

    @property
    def _speaks_for_all(self) -> bool:
        """Whether this is the process of a run that tells others how all its processes are."""
        return self._child.number == 1 and bool(self._requested - {"web"})

    def _what_is_wrong(self) -> list[Phrase]:
        """Return what is wrong with the processes of this host, apart from the canary."""
        return merge_reasons(self._read_reports(), self._housekeeping.canary.problems)

    def _read_reports(self) -> list[ProcessHealth]:
        program = self._program
        return parse_reports(read_statuses(program.settings), program.clock())

    def _keep_house(self) -> None:
        self._housekeeping.run(self._stages.stop, self._stages.loop("housekeeping").turn)

    def _deliver(self) -> None:
        self._program.dispatcher().run(self._stages.stop, self._stages.loop("deliveries").turn)

    def _relay(self) -> None:
        relay, stop = self._program.relay, self._stages.stop
        report_turn = self._stages.loop("relay").turn
        try:
            while not stop.is_set():
                report_turn(RELAY_SECONDS)
                if not relay.run_once():
                    stop.wait(RELAY_SECONDS)
            relay.drain()
        finally:
            relay.release()

    def _console(
        self, listener: socket.socket, stop: asyncio.Event
    ) -> Callable[[], Awaitable[None]]:
        """Return the console, whose libraries are imported only where it runs."""
        from wirewatch.run.console import Console

        others, canary = self._requested - {"web"}, self._housekeeping.canary
        console = Console(
            self._program,
            others,
            lambda: diagnose(self._facts()),
            lambda: canary.problems,
            self._checks.faults,
            lambda: self._gauges.latency,
        )
        return lambda: console.run(listener, stop)
