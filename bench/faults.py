"""Whether anything is lost, doubled, cut short or mixed up while servers fail at random.

    python -P bench/faults.py [--seconds 600] [--seed N]

Follows one outlet after the other over HTTP, each with sections, habits, stories and faults that
come from its seed: errors, pauses, time-outs, cut and reset connections, stuck answers, wrong
validators, types and charsets, redirects, other pages in place of feeds and articles. When an
outlet is well again, each story of a valid document must have been announced once, with at least
half of its page if that was ever sent whole, and nothing of another story. Prints the seed of each
outlet with which something is wrong, which ``--seed N --outlets 1`` repeats. Needs no data. Exits
with 1 where it found something.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.support.faultserver import fault_server
from tests.support.follow_outlet import follow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--outlets", type=int, default=sys.maxsize)
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    end = time.monotonic() + options.seconds
    print(f"seed {options.seed}", flush=True)
    followed = failed = 0
    with fault_server() as server:
        while time.monotonic() < end and followed < options.outlets:
            seed = options.seed + followed
            with tempfile.TemporaryDirectory() as folder:
                wrong = follow(server, Path(folder), seed)
            followed += 1
            failed += bool(wrong)
            if wrong:
                print(f"seed {seed}", *wrong, sep="\n  ", flush=True)
    print(f"{followed} outlets, something wrong with {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
