"""What the console knows of all processes of its slot base, from the files of their slots.

::

    slot 1: status, snapshot ─┐
    slot 2: status, snapshot ─┼──▶ ProcessReports ──▶ /healthz, /metrics, the status of every page
    this process, directly ───┘

A process that ended, stopped reporting or never became ready is ill, and its metrics are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric

from config.errors import SettingsError
from config.i18n import Phrase, verbatim
from config.settings import Settings
from core.clock import Clock
from core.processes.slots import read_snapshots, read_statuses
from wirewatch.run.health import ProcessHealth, parse_reports, shorten
from wirewatch.run.process_snapshot import ProcessSnapshot, merge_metrics, parse_snapshot

RELOAD_PATIENCE = timedelta(seconds=60)
"""How long processes may use different operator files: each looks for changes every two seconds."""


class ProcessReports:
    """The reports of all processes, read again at each call. Thread-safe.

    Args:
        settings: The slot base and the deployment.
        slot: The slot of this process, whose own state is newer than its report.
        ill: Returns what is wrong with this process.
        revision: Returns the hash of the operator's files in use here, and since when they are.
        clock: The present.
    """

    def __init__(
        self,
        settings: Settings,
        slot: str,
        ill: Callable[[], Sequence[Phrase]],
        revision: Callable[[], tuple[str, datetime]],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._slot = slot
        self._ill = ill
        self._revision = revision
        self._clock = clock
        self._parsed: dict[str, tuple[bytes, ProcessSnapshot]] = {}

    def processes(self) -> list[ProcessHealth]:
        """Return the health of every process that is not just starting, this one included."""
        now = self._clock()
        try:
            others, snapshots, broken = self._read(now)
        except (SettingsError, OSError) as error:  # the folder of slots was deleted, or is full
            return [ProcessHealth(self._slot, (*self._ill(), verbatim(str(error))), now)]
        own = ProcessHealth(self._slot, tuple(self._ill()), now)
        for number, other in enumerate(others):
            more = self._outdated(snapshots.get(other.slot), now)
            if other.slot in broken:
                more = (Phrase("health.snapshot"),)
            others[number] = replace(other, wrong=(*other.wrong, *more))
        return sorted([own, *others], key=lambda process: process.slot)

    def metrics(self, *, with_shared: bool = True) -> bytes:
        """Return the metrics of all processes that report, in Prometheus' format.

        Args:
            with_shared: Whether what is the same for all processes is among them.
        """
        try:
            others, snapshots, _ = self._read(self._clock())
        except (SettingsError, OSError):  # health says so
            others, snapshots = [], {}
        up = {p.slot: p.is_reporting and p.slot in snapshots for p in others}
        families: dict[str, Sequence[Metric]] = {self._slot: list(REGISTRY.collect())}
        families |= {slot: snapshots[slot].families for slot, is_up in up.items() if is_up}
        own = self._slot if with_shared else ""
        healthy = {process.slot: not process.wrong for process in self.processes()}
        return merge_metrics(families, own, {self._slot: True, **up}, healthy)

    def ill(self, known: Sequence[Phrase] = ()) -> list[Phrase]:
        """Return what is wrong with any process; what several report is said once.

        Args:
            known: Reasons that are shown elsewhere already.
        """
        return merge_reasons(self.processes(), known)

    def _read(
        self, now: datetime
    ) -> tuple[list[ProcessHealth], dict[str, ProcessSnapshot], set[str]]:
        """Read the files of the other processes.

        Returns:
            Their health, their snapshots by slot, and the slots whose snapshot is damaged.
        """
        others = [p for p in parse_reports(read_statuses(self._settings), now) if self._is_other(p)]
        snapshots, broken = {}, set()
        for slot, raw in read_snapshots(self._settings).items():
            try:
                snapshots[slot] = self._parse(slot, raw)
            except ValueError:
                broken.add(slot)
        return others, snapshots, broken

    def _parse(self, slot: str, raw: bytes) -> ProcessSnapshot:
        """Return a snapshot, parsed once: it changes every five seconds, pages are read oftener."""
        before, snapshot = self._parsed.get(slot, (b"", None))
        if snapshot is None or before != raw:
            snapshot = parse_snapshot(raw)
            self._parsed[slot] = raw, snapshot
        return snapshot

    def _is_other(self, process: ProcessHealth) -> bool:
        return process.slot != self._slot

    def _outdated(self, snapshot: ProcessSnapshot | None, now: datetime) -> Sequence[Phrase]:
        """Return that a process has used other operator files than this one for too long."""
        own, since = self._revision()
        if snapshot is None or snapshot.revision == own:
            return ()
        if now - max(since, snapshot.since) <= RELOAD_PATIENCE:
            return ()
        return (Phrase("health.other_files"),)


def merge_reasons(processes: Sequence[ProcessHealth], known: Sequence[Phrase] = ()) -> list[Phrase]:
    """Return what is wrong with any process, in the order of the slots.

    A reason that one of several processes has begins with its slot. What several have, because they
    read it from the store, is named once, as the first of them says it.
    """
    by_reason: dict[str, list[tuple[str, Phrase]]] = {}
    for process in processes:
        for reason in process.wrong:
            by_reason.setdefault(_key(reason), []).append((process.slot, reason))
    for reason in known:
        by_reason.pop(_key(reason), None)
    return [
        Phrase("health.process", slot=same[0][0], reason=same[0][1])
        if len(same) == 1 < len(processes)
        else same[0][1]
        for same in by_reason.values()
    ]


def _key(reason: Phrase) -> str:
    """Return what two reports of one reason have in common: how long it lasts differs."""
    lasting = {n: v for n, v in reason.params.items() if not isinstance(v, timedelta)}
    return shorten(Phrase(reason.code, **lasting)).dump()
