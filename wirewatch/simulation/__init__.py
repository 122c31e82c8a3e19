"""The simulation: which messages articles of a file would have caused, and when.

::

    FILE.jsonl, or the store ─▶ arrivals in the order of time
                                  │  the clock is set to the time of each
                                  ▼
                  Processors ─▶ AlertsWorker ─▶ temporary store ─▶ deliveries that are due
                                  │                                    │
                              decisions                             messages

Topics, stories, decisions and the plan are those of the running program. Only the clock, the store
and what happens to a delivery that is due differ: nothing is sent, and the store is deleted.
"""

from wirewatch.simulation.articles import (
    arrivals,
    parse_lines,
    simulated_catalog,
    stored_arrivals,
)
from wirewatch.simulation.report import SimulationReport
from wirewatch.simulation.simulate import simulate

__all__ = [
    "SimulationReport",
    "arrivals",
    "parse_lines",
    "simulate",
    "simulated_catalog",
    "stored_arrivals",
]
