"""The demo's output: in colour on a terminal, plain in a pipe.

In a pipe only the address of the console and the summary are printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from core.messages import AlertEvent, Match
from core.text import clean_line
from core.text.excerpt import excerpt

_REASONS = {
    "not_live": "Not news: more than six hours old when its feed was read for the first time.",
}
"""Reasons in plainer text than the program's own."""

Part = str | Text | tuple[str, str]
"""Text, or text with a style."""

_INDENT = " " * 8


@dataclass(frozen=True)
class Screen:
    """The output.

    Attributes:
        console: The terminal or pipe.
        live: Whether events are printed as they happen.
    """

    console: Console
    live: bool

    @classmethod
    def standard(cls) -> Screen:
        """Return the output on stdout."""
        console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
        return cls(console, console.is_terminal)

    def say(self, *parts: Part) -> None:
        """Print a line."""
        self.console.print(Text.assemble(*parts))

    def event(self, second: float, label: str, style: str, *parts: Part) -> None:
        """Print a line about an event, on a terminal."""
        if self.live:
            clock = f"{int(second) // 60}:{int(second) % 60:02d}"
            mark = Text(f"{label:<9}", style)
            self.console.print(Text.assemble((f"{clock:>5}  ", "dim"), mark, " ", *parts))

    def more(self, *parts: Part) -> None:
        """Print a continuation of the last event, on a terminal."""
        if self.live:
            self.console.print(Text.assemble(_INDENT * 2, *parts))

    def gap(self) -> None:
        """Print an empty line, on a terminal."""
        if self.live:
            self.console.print()

    def heading(self, text: str) -> None:
        """Print a heading of the summary."""
        self.console.print()
        self.console.print(Text(text, "bold"))

    def lines(self, lines: Iterable[Part]) -> None:
        """Print indented lines."""
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


def suppression_reason(event: AlertEvent) -> str:
    """Return why a decision alerts nobody."""
    return _REASONS.get(event.reason_code) or clean_line(event.reason, 300)
