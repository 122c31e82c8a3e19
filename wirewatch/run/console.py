"""The console, in the process that serves it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence, Set

import structlog

from config.faults import Fault
from config.i18n import Phrase
from config.settings import Settings
from wirewatch.outlet_latency import OutletLatency
from wirewatch.run.process_reports import ProcessReports
from wirewatch.run.program import Program
from wirewatch.web.app import create_app
from wirewatch.web.limits import OWN_DESCRIPTORS, ConnectionLimits
from wirewatch.web.listener import address
from wirewatch.web.runtime_status import RuntimeStatus
from wirewatch.web.server import serve

STAGE_DESCRIPTORS = 64
"""What the stages need besides the requests of ingest: the store, the streams, extraction,
deliveries. At rest a process of them has 17 more than the console's."""

log = structlog.get_logger(__name__)


class Console:
    """Serves the console.

    Args:
        program: The opened program.
        stages: The stages besides the console that this process runs.
        ill: Returns what is wrong with this process.
        canary: Returns what is wrong with the canary.
        faults: Returns the faults of the newest operator files.
        latency: Returns the latency of outlets.
    """

    def __init__(
        self,
        program: Program,
        stages: Set[str],
        ill: Callable[[], Sequence[Phrase]],
        canary: Callable[[], Sequence[Phrase]],
        faults: Callable[[], Sequence[Fault]],
        latency: Callable[[], Sequence[OutletLatency]],
    ) -> None:
        keeper = program.keeper
        reports = ProcessReports(
            program.settings, program.slot, ill, lambda: keeper.revision, program.clock
        )
        self._program = program
        self._stages = stages
        self._status = RuntimeStatus(
            catalog=lambda: keeper.current,
            ill=lambda: reports.ill(known=canary()),
            faults=faults,
            held=lambda: keeper.held,
            settings=program.settings,
            canary=canary,
            processes=lambda: [process.as_row() for process in reports.processes()],
            metrics=reports.metrics,
            latency=latency,
        )

    async def run(self, listener: socket.socket, stop: asyncio.Event) -> None:
        """Answer requests until ``stop`` is set."""
        log.info("console_started", url=address(listener))
        app = create_app(self._program.store, self._program.clock, self._status)
        settings = self._program.settings
        limits = ConnectionLimits(proxies=settings.web_proxies)
        await serve(app, listener, stop, limits, reserve_descriptors(settings, self._stages))


def reserve_descriptors(settings: Settings, stages: Set[str]) -> int:
    """Return how many descriptors a process needs besides the console's connections.

    Args:
        settings: Give the most requests of ingest; each has a connection and asks for an address.
        stages: The stages that run in the same process.
    """
    return OWN_DESCRIPTORS + (STAGE_DESCRIPTORS + 2 * settings.http_concurrency) * bool(stages)
