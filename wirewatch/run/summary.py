"""The summary of a ``run --once``, as JSON and as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Summary:
    """The counts of one run. Scripts rely on these names.

    Attributes:
        feeds: polled (including failed and not modified ones), not_modified, failed.
        articles: new, revised, known.
        matches: Records appended to ``news.matches``.
        alerts: opened, updated, suppressed.
        deliveries: Targets: delivered, failed (given up), still pending, held (a cap, quiet hours).
        broken_targets: Targets of receivers that are broken, and why; their messages wait.
        dispositions: By stage, how many items ended in each way.
        faults: Errors in operator files, and what is in force instead; they make the exit code 1.
        troubles: Sentences about what failed outside this program; they make the exit code 3.
    """

    feeds: dict[str, int] = field(
        default_factory=lambda: {"polled": 0, "not_modified": 0, "failed": 0}
    )
    articles: dict[str, int] = field(default_factory=lambda: {"new": 0, "revised": 0, "known": 0})
    matches: int = 0
    alerts: dict[str, int] = field(
        default_factory=lambda: {"opened": 0, "updated": 0, "suppressed": 0}
    )
    deliveries: dict[str, int] = field(
        default_factory=lambda: {"delivered": 0, "failed": 0, "pending": 0, "held": 0}
    )
    broken_targets: list[str] = field(default_factory=list)
    dispositions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """1 where an operator file has an error, 3 where something outside failed, else 0."""
        if self.faults:
            return 1
        return 3 if self.troubles else 0

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``run --once --json``."""
        return asdict(self)

    @property
    def _unread(self) -> str:
        """What to add if feeds were polled and none of them could be read."""
        polled = self.feeds["polled"]
        return ": none could be read" if polled and self.feeds["failed"] == polled else ""

    def as_text(self) -> str:
        """Return the counts for people, a line for each stage."""
        lines = [
            f"feeds       {_counts(self.feeds)}{self._unread}",
            f"articles    {_counts(self.articles)}",
            f"matches     {self.matches}",
            f"alerts      {_counts(self.alerts)}",
            f"deliveries  {_counts(self.deliveries)}",
        ]
        lines += [f"  {stage}: {_counts(counts)}" for stage, counts in self.dispositions.items()]
        lines += [f"broken      {target}" for target in self.broken_targets]
        lines += [f"fault       {fault}" for fault in self.faults]
        lines += [f"trouble     {trouble}" for trouble in self.troubles]
        return "\n".join(lines)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items()) or "-"
