"""Parse documents that cost as much as possible: CPU, memory and result of each.

    python bench/hostile.py [PART_OF_A_NAME] [--markdown]

Every document is parsed in a process of its own, which is killed after 60 seconds of CPU. Exits
with 1 if one takes more than two seconds of CPU or 300 MiB.
"""

from __future__ import annotations

import argparse
import sys

from tests.support.hostile.runs import Run, run_shapes
from tests.support.hostile.shapes import SHAPES

CPU_SECONDS = 2.0
PEAK_MIB = 300
KILLED_AFTER = 60


def is_within_bounds(run: Run) -> bool:
    """Return whether a document was parsed within the bounds."""
    is_cheap = run.cpu is not None and run.cpu <= CPU_SECONDS and run.peak <= PEAK_MIB
    return is_cheap and "TOO LARGE" not in run.result


def row(run: Run) -> tuple[str, ...]:
    """Return the columns of a document."""
    cpu = "killed" if run.cpu is None else f"{run.cpu:.2f}"
    return run.name, f"{run.size / 1e6:.1f}", cpu, str(run.peak), run.result


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", default="")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    names = [name for name in SHAPES if options.part in name]
    if options.markdown:
        print("| Document | MB | CPU, s | Peak, MiB | Result |\n|---|---|---|---|---|")
    broken = 0
    for run in run_shapes(names, KILLED_AFTER):
        broken += not is_within_bounds(run)
        name, size, cpu, peak, result = row(run)
        if options.markdown:
            name = name.replace("<", "\\<")
            print(f"| {name} | {size} | {cpu} | {peak} | {result} |")
        else:
            flag = " " if is_within_bounds(run) else "!"
            print(f"{flag} {name:50} {size:>5} MB {cpu:>6} s {peak:>5} MiB  {result}", flush=True)
    print(f"{len(names)} documents, {broken} beyond {CPU_SECONDS:g} s or {PEAK_MIB} MiB")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
