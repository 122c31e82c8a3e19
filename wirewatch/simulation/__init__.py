"""The simulation: which messages articles of a file would have caused, and when.

::

    FILE.jsonl ─▶ articles ─▶ revisions in the order of time
                                  │  the clock is set to each revision's time
                                  ▼
                  Processors ─▶ AlertsWorker ─▶ temporary store ─▶ deliveries that are due
                                  │                                    │
                              decisions                             messages

Topics, stories, decisions and the plan are those of the running program. Only the clock, the store
and what happens to a delivery that is due differ: nothing is sent, and the store is deleted.
"""

from wirewatch.simulation.articles import ArticleLine, parse_lines, simulated_catalog
from wirewatch.simulation.report import SimulationReport
from wirewatch.simulation.simulate import simulate

__all__ = ["ArticleLine", "SimulationReport", "parse_lines", "simulate", "simulated_catalog"]
