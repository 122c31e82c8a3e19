"""Programs: nodes made executable against a View.

``truth`` answers as cheaply as it can (does the literal stand there at all?); ``spans`` works out
positions, once per article and program; ``witnesses`` names the hits that made it true.
Equal nodes are one program, so a term that a hundred rules share is evaluated once.

``needs`` are groups of literals (by number): the program can only be true where at least one of
every group stands in the article. Where that is all it takes, the program is ``decided`` by them
and nobody has to ask it.
"""

from __future__ import annotations

from collections.abc import Iterable

from processors.engine.view import Span, View

MAX_SPANS = 2_000
"""Most hits one program keeps of one article, the first of the text; bounds hostile texts."""

Needs = tuple[frozenset[int], ...]
Simple = tuple[tuple[int, int], ...]


class QueryProgram:
    """What every program can be asked.

    Attributes:
        key: Number of the program in its rule set.
        needs: See the module's docstring; empty where nothing is required.
        decided: Whether it is true exactly where its needs are met.
        simple: For words of title, lead and text with nothing to compare: the number of each
            literal and how many positions its hits reach beyond the first. Else empty.
    """

    __slots__ = ("decided", "key", "needs", "simple")

    def __init__(self, key: int, needs: Needs, *, decided: bool = False) -> None:
        self.key = key
        self.needs = needs
        self.decided = decided
        self.simple: Simple = ()

    def truth(self, view: View) -> bool:
        """Whether it is true of the article."""
        return bool(self.spans(view))

    def spans(self, view: View) -> list[Span]:
        """Its hits in text order, each once; none for a program that has no place."""
        known = view.memo.get(self.key)
        if known is None:
            known = list(self.find(view))
            if len(known) > 1:
                known = sorted(known, key=_order)[:MAX_SPANS]
            view.memo[self.key] = known
        return known

    def ends(self, view: View) -> list[tuple[int, int]]:
        """First and last position of its hits, in any order, a hit perhaps twice."""
        if not self.simple:
            return [(first, last) for first, last, _ in self.spans(view)]
        found = []
        for number, more in self.simple:
            if starts := view.hits.get(number):
                for start in starts:
                    first = view.main.position_at(start)
                    found.append((first, first + more))
        return found

    def witnesses(self, view: View) -> Iterable[Span]:
        """The hits that make it true."""
        return self.spans(view)

    def find(self, view: View) -> Iterable[Span]:
        """The hits, each once, in any order."""
        del view
        return ()


def _order(span: Span) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    return span[0], span[1], span[2] or ()
