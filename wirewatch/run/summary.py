"""What one ``run --once`` did, for programs (JSON) and people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Summary:
    """Counts of one run; the shape is part of the contract with whoever reads it.

    Attributes:
        feeds: polled (failed and not modified ones too), not_modified, failed.
        articles: new, revised, known.
        matches: Records put on ``news.matches``.
        alerts: opened, updated, suppressed.
        deliveries: Targets: delivered, failed (given up), pending afterwards.
        dispositions: Per stage, what became of each item.
        troubles: What failed outside, in words; makes the exit code 3.
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
        default_factory=lambda: {"delivered": 0, "failed": 0, "pending": 0}
    )
    dispositions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """3 where something outside failed, else 0."""
        return 3 if self.troubles else 0

    def as_json(self) -> dict[str, Any]:
        """The document of ``run --once --json``."""
        return asdict(self)

    def in_words(self) -> str:
        """The same for people, a line a stage."""
        lines = [
            f"feeds       {_words(self.feeds)}",
            f"articles    {_words(self.articles)}",
            f"matches     {self.matches}",
            f"alerts      {_words(self.alerts)}",
            f"deliveries  {_words(self.deliveries)}",
        ]
        lines += [f"  {stage}: {_words(counts)}" for stage, counts in self.dispositions.items()]
        lines += [f"trouble     {trouble}" for trouble in self.troubles]
        return "\n".join(lines)


def _words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items()) or "-"
