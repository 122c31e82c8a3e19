"""The good outlets' articles while bad neighbours do what they can: latency, memory, health, stop.

::

    python bench/neighbours.py [PART_OF_A_NAME ...] [--markdown] [--rounds 1] [--outlets 6] ...

Runs the real program with good outlets alone, beside each bad neighbour whose name contains one of
the parts (by default each), and beside all of them; ``alone`` and ``all`` name these two runs.
Needs no data. Exits with 1 where an article was not notified, a process took more memory than it
may, or the program did not stop within ten seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support.neighbourhood import MEMORY_LIMITS, Outcome, Plan, find_faults, run_neighbourhood
from tests.support.neighbours import NEIGHBOURS

COLUMNS = (
    "Neighbour", "Notified", "Median, s", "Worst, s", "Parent", "Stages", "Console",
    "Fork servers", "Worker, feeds", "Worker, pages", "All", "Shared once", "Health",
    "Slowest answer, s", "Health after", "Stop, s", "Data, MB", "Load",
)  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--outlets", type=int, default=6)
    parser.add_argument("--articles", type=int, default=5, help="of each outlet")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two of an outlet")
    parser.add_argument("--log", type=Path, help="folder for the program's log of each run")
    parser.add_argument("--copies", type=int, default=2, help="bad outlets of each kind")
    options = parser.parse_args()
    plan = Plan(options.outlets, options.articles, options.pause, options.copies)
    if options.markdown:
        print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    wrong: list[str] = []
    for name, bad in runs(options.parts):
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                outcome = run_neighbourhood(Path(folder), plan, bad)
            if options.log:
                (options.log / f"{name}.log").write_text("\n".join(outcome.log))
            cells = row(name, outcome)
            if options.markdown:
                print(f"| {' | '.join(cells)} |", flush=True)
            else:
                print(name, *map(": ".join, zip(COLUMNS[1:], cells[1:], strict=True)), sep="\n  ")
                for reason, times in outcome.reasons.items():
                    print(f"  wrong {times} times: {reason}", flush=True)
            wrong += [f"{name}: {fault}" for fault in find_faults(outcome)]
    print(*wrong, sep="\n")
    return 1 if wrong else 0


def runs(parts: Sequence[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield a name and the bad neighbours of each run."""
    names = [name for name in NEIGHBOURS if not parts or any(part in name for part in parts)]
    if not parts or "alone" in parts:
        yield "alone", ()
    for name in names:
        yield name, (name,)
    if not parts or "all" in parts:
        yield "all of them", tuple(NEIGHBOURS)


def row(name: str, outcome: Outcome) -> tuple[str, ...]:
    """Return the columns of a run."""
    peaks = {role: f"{outcome.peaks.get(role, 0):.0f}" for role in MEMORY_LIMITS}
    health = ", ".join(f"{status} {times}" for status, times in outcome.health.items())
    return (
        name,
        f"{outcome.notified} of {outcome.expected}",
        f"{outcome.median:.1f}",
        f"{outcome.worst:.1f}",
        peaks["parent"],
        peaks["stages"],
        peaks["console"],
        f"{peaks['fork server for feeds']}, {peaks['fork server for pages']}",
        peaks["worker for feeds"],
        peaks["worker for pages"],
        f"{outcome.resident:.0f}",
        f"{outcome.share:.0f}",
        health,
        f"{outcome.slowest_health:.1f}",
        outcome.health_after,
        f"{outcome.stopped_in:.1f}",
        f"{outcome.growth / 1e6:.1f}",
        f"{os.getloadavg()[0]:.0f}",
    )


if __name__ == "__main__":
    sys.exit(main())
