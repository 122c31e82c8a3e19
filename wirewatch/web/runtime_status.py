"""What the console needs to know about the program it runs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import generate_latest

from config.catalog.last_good import HeldFile
from config.catalog.models import Catalog
from config.faults import Fault
from config.i18n import Phrase
from config.settings import Settings
from wirewatch.outlet_latency import OutletLatency


@dataclass(frozen=True, slots=True)
class RuntimeStatus:
    """State of the running program, asked for with every request.

    Attributes:
        catalog: Returns the operator's files in force.
        ill: Returns why the program is not healthy, apart from the canary; empty if all is well.
        faults: Returns the faults of the newest operator files; an error keeps its file from
            taking effect.
        settings: Settings of the whole program.
        canary: Returns what is wrong with the canary; empty where none is missing.
        processes: Returns a row for each process of the program, with its slot and status.
        metrics: Returns the metrics of all processes in Prometheus' format.
        held: Returns the operator files whose newest version is not in force.
        latency: Returns the latency of all outlets of the last 24 hours, then of each.
    """

    catalog: Callable[[], Catalog]
    ill: Callable[[], list[Phrase]]
    faults: Callable[[], Sequence[Fault]]
    settings: Settings
    canary: Callable[[], Sequence[Phrase]] = tuple
    processes: Callable[[], Sequence[Mapping[str, object]]] = tuple
    metrics: Callable[[], bytes] = generate_latest
    held: Callable[[], Sequence[HeldFile]] = tuple
    latency: Callable[[], Sequence[OutletLatency]] = tuple
