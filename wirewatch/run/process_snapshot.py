"""The snapshot that each process writes for the console: its metrics and its operator files.

::

    take_snapshot() ──every 5 s──▶ the snapshot file of its slot ──▶ parse_snapshot() ─┐
                                                                                       ▼
    the console's own registry ──────────────────────────────────▶ merge_metrics() ──▶ /metrics
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from core.clock import rfc3339
from core.metrics import SHARED


@dataclass(frozen=True, slots=True)
class ProcessSnapshot:
    """What a process says of itself besides its health.

    Attributes:
        revision: The hash of the operator's files that it uses.
        since: Since when it has used them.
        families: Its metrics.
    """

    revision: str
    since: datetime
    families: tuple[Metric, ...]


def take_snapshot(revision: tuple[str, datetime], registry: CollectorRegistry = REGISTRY) -> bytes:
    """Return the snapshot of this process, as JSON.

    Args:
        revision: The hash of the operator's files in use, and since when they are.
        registry: Its metrics.
    """
    families = [
        [family.name, family.documentation, family.type, [s[:3] for s in family.samples]]
        for family in registry.collect()
    ]
    document = {"revision": revision[0], "since": rfc3339(revision[1]), "families": families}
    return json.dumps(document).encode()


def parse_snapshot(raw: bytes) -> ProcessSnapshot:
    """Read a snapshot.

    Raises:
        ValueError: It is not one.
    """
    try:
        document = json.loads(raw)
        families = tuple(_parse_family(*fields) for fields in document["families"])
        since = datetime.fromisoformat(document["since"])
        return ProcessSnapshot(document["revision"], since, families)
    except (LookupError, TypeError) as error:
        raise ValueError(f"not a snapshot: {error}") from None


def _parse_family(
    name: str, documentation: str, kind: str, samples: Iterable[tuple[str, dict[str, str], float]]
) -> Metric:
    family = Metric(name, documentation, kind)
    for sample_name, labels, value in samples:
        family.add_sample(sample_name, labels, value)
    return family


def merge_metrics(
    families: Mapping[str, Sequence[Metric]],
    own: str,
    up: Mapping[str, bool],
    healthy: Mapping[str, bool],
) -> bytes:
    """Return the metrics of all processes in Prometheus' format.

    Each sample has the label ``slot``, so that a counter that starts again at 0 with its process is
    seen as that; a sum over processes would fall and be taken for new counts. The gauges in
    :data:`core.metrics.SHARED` are those of one process and have no such label.

    Args:
        families: The metrics of each process that reports, by slot.
        own: The slot of the process whose shared gauges are used; empty to leave them out.
        up: Of each process, whether it reports.
        healthy: Of each process, whether nothing is wrong with it.
    """
    of_slots = (
        _by_slot("wirewatch_process_up", "1 while the process reports.", up),
        _by_slot("wirewatch_process_healthy", "1 while nothing is wrong with it.", healthy),
    )
    merged = {family.name: family for family in of_slots}
    for slot, of_process in families.items():
        for family in of_process:
            is_shared = family.name in SHARED
            if is_shared and slot != own:
                continue
            name, about, kind = family.name, family.documentation, family.type
            into = merged.setdefault(name, Metric(name, about, kind))
            extra = {} if is_shared else {"slot": slot}
            for sample in family.samples:
                into.add_sample(sample.name, sample.labels | extra, sample.value)
    return generate_latest(_Families(merged.values()))


def _by_slot(name: str, about: str, values: Mapping[str, bool]) -> Metric:
    family = Metric(name, about, "gauge")
    for slot, value in values.items():
        family.add_sample(name, {"slot": slot}, float(value))
    return family


class _Families(Collector):
    """Families that were collected elsewhere."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        """Return the families."""
        return self._families
