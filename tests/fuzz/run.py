"""Fuzz what reads documents from outside: ``make fuzz N=100000``.

::

    parent ── rounds of some thousand inputs, each in a child ──▶ findings as files, counts
                │ limits of CPU and memory per input
                └─ child: Hypothesis ── target.check(input)

Hypothesis rather than a coverage-guided fuzzer: see docs/decisions/0030-fuzzing.md. Before each
input the child notes it in a file that the parent reads if the child dies, and sets a timer of CPU
time that kills it, also inside of a C library that never returns.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import mmap
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from tests.fuzz.mutations import BATCH
from tests.fuzz.targets import TARGETS, Target

ROUND = 50_000
"""Inputs of one child: Hypothesis remembers them all."""

MEMORY = 200 * 1024 * 1024
"""Bytes by which one input may raise the peak of a child."""

FOLDER = Path(".cache/fuzz")
KEPT = Path("tests/fuzz/found")

_NOTE_SIZE = 2 * 1024 * 1024
_KILL_FACTOR = 3
"""A child is killed where an input takes so many times its limit."""


@dataclass
class Findings:
    """What a child found: by kind and place, the smallest input and what happened."""

    by_field: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def add(self, place: str, data: bytes, what: str) -> None:
        """Add a finding unless a smaller input shows the same."""
        if place not in self.by_field or len(data) < len(self.by_field[place][0]):
            self.by_field[place] = (data, what)


class Notebook:
    """The input that a child works on, in a file that outlives it.

    Args:
        path: A file; both processes map it.
    """

    def __init__(self, path: Path) -> None:
        with path.open("a+b") as file:
            file.truncate(_NOTE_SIZE)
            self._map = mmap.mmap(file.fileno(), _NOTE_SIZE)

    def write(self, count: int, data: bytes) -> None:
        """Note an input and how many there were."""
        data = data[: _NOTE_SIZE - 16]
        self._map[:16] = count.to_bytes(8, "big") + len(data).to_bytes(8, "big")
        self._map[16 : 16 + len(data)] = data

    def read(self) -> tuple[int, bytes]:
        """Return the last note."""
        count, size = (int.from_bytes(self._map[at : at + 8], "big") for at in (0, 8))
        return count, self._map[16 : 16 + size]


class Guard:
    """Processes inputs one by one, under limits.

    Args:
        target: What is fuzzed.
        notebook: Where each input is noted first.
    """

    def __init__(self, target: Target, notebook: Notebook) -> None:
        self._target = target
        self._notebook = notebook
        self.count = 0
        self.findings = Findings()
        self._peak = 0

    def check(self, data: bytes) -> None:
        """Process one input. Re-raises what the target raises, so that Hypothesis shrinks it."""
        self.count += 1
        self._notebook.write(self.count, data)
        limit = self._target.cpu_seconds
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, limit * _KILL_FACTOR)
        try:
            self._target.check(data)
        except Exception as error:
            self.findings.add(_place(error), data, "".join(traceback.format_exception(error)))
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._measure(data, time.process_time() - began)

    def _measure(self, data: bytes, seconds: float) -> None:
        """Add a finding where an input took too much; these are not shrunk, which takes long."""
        if seconds > self._target.cpu_seconds:
            self.findings.add("slow", data, f"It took {seconds:.1f} s of CPU time.")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if self._peak and peak - self._peak > MEMORY:
            self.findings.add("memory", data, f"It took {(peak - self._peak) / 1e6:.0f} MB.")
        self._peak = max(self._peak, peak)


def _place(error: BaseException) -> str:
    """Return the type of an error and the last line of this program that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if ".venv" not in f.filename and "lib/python" not in f.filename]
    last = (own or frames)[-1]
    return f"{type(error).__name__} {Path(last.filename).name}:{last.lineno}"


def run_round(target: Target, number: int, count: int, notebook: Notebook) -> Guard:
    """Check inputs in this process.

    Args:
        target: What is fuzzed.
        number: Seed of the round.
        count: How many inputs; those of shrinking come on top.
        notebook: Where inputs are noted.
    """
    guard = Guard(target, notebook)

    @seed(number)
    @settings(
        max_examples=-(-count // BATCH),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        verbosity=Verbosity.quiet,
        print_blob=False,
    )
    @given(target.inputs)
    def attempt(batch: tuple[bytes, ...]) -> None:
        for data in batch:
            guard.check(data)

    with contextlib.suppress(Exception):  # the guard has it
        attempt()
    return guard


def child(target: Target, number: int, count: int, folder: Path) -> None:
    """Run one round and write what it found into a folder."""
    notebook = Notebook(folder / "note")
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    run_round(target, number, 1, notebook)  # loads what is loaded once
    _limit_memory()
    guard = run_round(target, number, count, notebook)
    found = {p: [data.hex(), what] for p, (data, what) in guard.findings.by_field.items()}
    result = {"count": guard.count, "findings": found, "cpu": time.process_time()}
    (folder / "result").write_text(json.dumps(result), "utf-8")


def _limit_memory() -> None:
    """Let this process reserve at most a gigabyte more than it has."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    limit = pages * resource.getpagesize() + 1024**3
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


@dataclass(frozen=True, slots=True)
class Round:
    """The outcome of a round.

    Attributes:
        name: Of the target.
        count: How many inputs were processed.
        cpu: CPU seconds of the child, if it came to its end.
        findings: By kind and place, the input and what happened.
    """

    name: str
    count: int
    cpu: float
    findings: dict[str, tuple[bytes, str]]


def start_round(name: str, number: int, count: int) -> Round:
    """Run a round in a child process of its own."""
    with tempfile.TemporaryDirectory(prefix="wirewatch-fuzz-") as folder:
        command = [sys.executable, "-m", "tests.fuzz.run", "--child", name, str(number), str(count)]
        done = subprocess.run([*command, folder], capture_output=True, check=False)
        return read_round(name, Path(folder), done.returncode, done.stderr.decode(errors="replace"))


def read_round(name: str, folder: Path, code: int, stderr: str) -> Round:
    """Return the outcome of a child that has ended.

    Args:
        name: Of the target.
        folder: Where the child wrote.
        code: Its exit code; negative for the signal that killed it.
        stderr: What it said last.
    """
    if (folder / "result").exists():
        result: dict[str, Any] = json.loads((folder / "result").read_text("utf-8"))
        findings = {p: (bytes.fromhex(x), what) for p, (x, what) in result["findings"].items()}
        return Round(name, result["count"], result["cpu"], findings)
    count, data = Notebook(folder / "note").read()
    if code == -signal.SIGPROF:
        return Round(name, count, 0.0, {"killed": (data, "It took too much CPU time.")})
    what = f"The child ended with {code}.\n{stderr}"
    return Round(name, count, 0.0, {f"died {code}": (data, what)})


def plan(names: Sequence[str], total: int, first: int) -> Iterator[tuple[str, int, int]]:
    """Yield target, seed and inputs of each round, the targets in turn.

    Args:
        names: Targets.
        total: Inputs of all together.
        first: Seed of the first round.
    """
    shares = sum(TARGETS[name].share for name in names)
    left = {name: -(-total * TARGETS[name].share // shares) for name in names}
    number = first
    while any(left.values()):
        for name in names:
            if count := min(ROUND, left[name]):
                left[name] -= count
                yield name, number, count
                number += 1


def save(findings: dict[str, tuple[bytes, str]], name: str) -> list[Path]:
    """Write inputs that found something, each with a text beside it; return their paths."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for place, (data, what) in findings.items():
        path = folder / hashlib.sha256(data).hexdigest()[:12]
        path.write_bytes(data)
        path.with_suffix(".txt").write_text(f"{place}\n{what}\n", "utf-8", "backslashreplace")
        paths.append(path)
    return paths


def fuzz(names: Sequence[str], total: int, seconds: float, first: int, jobs: int) -> int:
    """Run rounds, print what they found, and return how many different findings there are.

    Args:
        names: Targets.
        total: Inputs of all together.
        seconds: No round begins later than this.
        first: Seed of the first round.
        jobs: Rounds at the same time.
    """
    ends_at = time.monotonic() + seconds
    counts: Counter[str] = Counter()
    cpu: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()

    def one(round_: tuple[str, int, int]) -> Round | None:
        return start_round(*round_) if time.monotonic() < ends_at else None

    with ThreadPoolExecutor(jobs) as pool:
        rounds = [pool.submit(one, round_) for round_ in plan(names, total, first)]
        for done in filter(None, (each.result() for each in as_completed(rounds))):
            counts[done.name] += done.count
            cpu[done.name] += round(done.cpu)
            new = {p: f for p, f in done.findings.items() if (done.name, p) not in seen}
            seen |= {(done.name, place) for place in new}
            for place, path in zip(new, save(new, done.name), strict=True):
                _print_finding(done.name, place, path)
    for name in names:
        print(f"{name:10} {counts[name]:>9,} inputs {cpu[name]:>6,} s of CPU time")
    print(f"{'together':10} {counts.total():>9,} inputs, {len(seen)} findings")
    return len(seen)


def _print_finding(name: str, place: str, path: Path) -> None:
    print(f"{name}: {place}: {path} ({path.with_suffix('.txt')} says what happened)")
    print(f"  To keep it as a test: mkdir -p {KEPT / name}; cp {path} {KEPT / name}/", flush=True)


def main() -> int:
    """Run from the command line; the exit code is 1 where something was found."""
    if sys.argv[1:2] == ["--child"]:
        name, number, count, folder = sys.argv[2:]
        child(TARGETS[name], int(number), int(count), Path(folder))
        return 0
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=20_000, help="how many inputs, all together")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this")
    parser.add_argument("--targets", default=",".join(TARGETS), help="names, with commas")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args()
    names = options.targets.split(",")
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    print(f"seed {options.seed}", flush=True)
    found = fuzz(names, options.inputs, options.seconds, options.seed, options.jobs)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
