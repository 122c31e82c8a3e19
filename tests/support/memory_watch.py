"""The memory of a running program: each of its processes by role, and all together.

::

    parent ──▶ stages ──▶ fork server for feeds ──▶ its workers      Only Linux has /proc.
      │          └──────▶ fork server for pages ──▶ its workers
      └──────▶ console ─▶ fork server of the try box ─▶ its workers
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.support.supervised_processes import parents

SECONDS_BETWEEN_SAMPLES = 0.25
_PARSERS = {"ingest.parsing": "feeds", "ingest.extract": "pages"}


class ProcessSample(NamedTuple):
    """A process at one moment; memory in MiB.

    Attributes:
        parser: ``feeds`` or ``pages`` if it is a fork server or a worker that parses these.
        peak: Highest resident memory so far.
        resident: Resident memory now, with what it shares.
        share: Resident memory now, what it shares divided by those that share it.
    """

    pid: int
    parent: int
    parser: str
    peak: float
    resident: float
    share: float


class MemoryWatch:
    """Samples a process and its descendants in a thread of its own.

    Attributes:
        resident: Most resident memory of all processes together, in MiB; what several processes
            share is counted for each.
        share: The same, with what they share counted once.
    """

    def __init__(self, pid: int) -> None:
        self.resident = self.share = 0.0
        self._pid = pid
        self._samples: dict[int, ProcessSample] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def close(self) -> None:
        """Stop sampling."""
        self._stop.set()
        self._thread.join()

    def peaks(self) -> Mapping[str, float]:
        """Return the highest resident memory of any process of each role, in MiB."""
        peaks: dict[str, float] = defaultdict(float)
        for sample in self._samples.values():
            role = role_of(sample.pid, self._samples, self._pid)
            peaks[role] = max(peaks[role], sample.peak)
        return peaks

    def _watch(self) -> None:
        while not self._stop.wait(SECONDS_BETWEEN_SAMPLES):
            samples = list(_sample_tree(self._pid))
            for sample in samples:
                before = self._samples.get(sample.pid)
                if before and before.parser == sample.parser:  # not a copy before its exec
                    sample = sample._replace(peak=max(sample.peak, before.peak))
                self._samples[sample.pid] = sample
            self.resident = max(self.resident, sum(s.resident for s in samples))
            self.share = max(self.share, sum(s.share for s in samples))


def role_of(pid: int, samples: Mapping[int, ProcessSample], root: int) -> str:
    """Return what a process of the program does."""
    if pid == root:
        return "parent"
    sample = samples[pid]
    if not sample.parser:
        parses_feeds = any(s.parent == pid and s.parser == "feeds" for s in samples.values())
        return "stages" if parses_feeds else "console"
    parent = samples.get(sample.parent)
    kind = "worker" if parent is None or parent.parser else "fork server"
    return f"{kind} for {sample.parser}"


def _sample_tree(root: int) -> Iterator[ProcessSample]:
    tree = {root}
    for pid, parent in sorted(parents().items()):
        if pid == root or parent in tree:
            tree.add(pid)
            with suppress(OSError, AttributeError):  # it ended meanwhile
                yield _sample(pid, parent)


def _sample(pid: int, parent: int) -> ProcessSample:
    folder = Path(f"/proc/{pid}")
    command = (folder / "cmdline").read_bytes().decode()
    status, rollup = (folder / "status").read_text(), (folder / "smaps_rollup").read_text()
    parser = next((name for module, name in _PARSERS.items() if module in command), "")
    return ProcessSample(
        pid, parent, parser, _mib(status, "VmHWM"), _mib(status, "VmRSS"), _mib(rollup, "Pss")
    )


def _mib(text: str, name: str) -> float:
    match = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(match.group(1)) / 1024 if match else 0.0
