"""What the demo says while it runs and at its end: in colour on a terminal, plain in a pipe.

In a pipe only the address of the console and the summary are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from core.messages import AlertEvent, Evidence, Match
from core.text import clean_line

HELD = {
    "not_live": "Not news: more than six hours old when its feed was read for the first time.",
}
"""Reasons said in plainer words than the program's own."""

Part = str | Text | tuple[str, str]
"""Text, plain or with its style."""

_INDENT = " " * 8


@dataclass(frozen=True)
class Screen:
    """Where it is said.

    Attributes:
        console: The terminal, or whatever stands in its place.
        live: Whether what happens is told as it happens.
    """

    console: Console
    live: bool

    @classmethod
    def standard(cls) -> Screen:
        """On stdout."""
        console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        return cls(console, console.is_terminal)

    def say(self, *parts: Part) -> None:
        """A line that is always written."""
        self.console.print(Text.assemble(*parts))

    def happens(self, second: float, label: str, style: str, *parts: Part) -> None:
        """A line about what just happened."""
        if self.live:
            clock = f"{int(second) // 60}:{int(second) % 60:02d}"
            mark = Text(f"{label:<9}", style)
            self.console.print(Text.assemble((f"{clock:>5}  ", "dim"), mark, " ", *parts))

    def more(self, *parts: Part) -> None:
        """A line that belongs to the one before."""
        if self.live:
            self.console.print(Text.assemble(_INDENT * 2, *parts))

    def gap(self) -> None:
        """An empty line, on a terminal."""
        if self.live:
            self.console.print()

    def heading(self, words: str) -> None:
        """The head of a part of the summary."""
        self.console.print()
        self.console.print(Text(words, "bold"))

    def lines(self, lines: Iterable[Part]) -> None:
        """The lines of a part."""
        for line in lines:
            self.console.print(Text.assemble("  ", line))


def quoted(match: Match) -> Text:
    """The sentence that made a topic match, with the term marked."""
    best = _telling(match.evidence, match.article.title)
    if best is None:
        return Text(clean_line(match.article.title, 300))
    text = Text(f"“{clean_line(best.sentence, 300)}”")
    text.highlight_words(_surfaces(match, best), "bold reverse")
    return text


def marked(match: Match) -> str:
    """The same without colour: the term stands between asterisks."""
    best = _telling(match.evidence, match.article.title)
    if best is None:
        return clean_line(match.article.title, 300)
    words = sorted(_surfaces(match, best), key=len, reverse=True)
    sentence = clean_line(best.sentence, 300)
    return "“" + re.sub("|".join(map(re.escape, words)), r"*\g<0>*", sentence) + "”"


def _surfaces(match: Match, best: Evidence) -> list[str]:
    """Every term found in a sentence."""
    found = (clean_line(e.surface) for e in match.evidence if e.sentence == best.sentence)
    return [surface for surface in dict.fromkeys(found) if surface]


def _telling(evidence: Sequence[Evidence], title: str) -> Evidence | None:
    """A sentence says more than the headline, which stands beside it anyway."""
    return next((e for e in evidence if e.sentence != title), next(iter(evidence), None))


def held_back(event: AlertEvent) -> str:
    """Why nobody is told, in plain words."""
    return HELD.get(event.reason_code) or clean_line(event.reason, 300)
