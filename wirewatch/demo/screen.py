"""What the demo says while it runs and at its end: in colour on a terminal, plain in a pipe.

In a pipe only the address of the console and the summary are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from core.messages import AlertEvent, Match
from core.text import clean_line
from core.text.excerpt import excerpt

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
    """Return the sentence that made a topic match, its terms highlighted."""
    pieces = excerpt(match.evidence)
    if not pieces:
        return Text(clean_line(match.article.title, 300))
    shown = ((piece.text, "bold reverse" if piece.marked else "") for piece in pieces)
    return Text.assemble("“", *shown, "”")


def marked(match: Match) -> str:
    """Return the same without colour, its terms between asterisks."""
    pieces = excerpt(match.evidence)
    if not pieces:
        return clean_line(match.article.title, 300)
    shown = (f"*{piece.text}*" if piece.marked else piece.text for piece in pieces)
    return f"“{''.join(shown)}”"


def held_back(event: AlertEvent) -> str:
    """Why nobody is told, in plain words."""
    return HELD.get(event.reason_code) or clean_line(event.reason, 300)
