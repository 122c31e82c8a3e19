"""The program of ALL: the smallest windows of the text with a hit of every operand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from processors.engine.article_index import ArticleIndex, Span
from processors.engine.programs import ProgramCompiler, QueryProgram, compiles
from processors.query.nodes import All

_BEYOND: Span = (1 << 62, 1 << 62, None)

Unit = tuple[int, int]
"""First position of a paragraph, a sentence or the head, and one past its last."""


class AllProgram(QueryProgram):
    """ALL/n, ALL/S and ALL/H. A hit reaches from the first word of the operands' hits to the last.

    Only the smallest windows are hits: those that contain no other one. They are found in one pass
    over the hits of all operands, so that the work is bounded by their number.

    Args:
        operands: The programs of the operands.
        distance: Most words between the first and the last word, or ``SENTENCE`` or ``HEAD``.
    """

    __slots__ = ("distance", "operands")

    def __init__(self, operands: Sequence[QueryProgram], distance: int) -> None:
        super().__init__(tuple(group for p in operands for group in p.required))
        self.operands = tuple(operands)
        self.distance = distance

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the smallest windows, each with the operands' hits that it was made of."""
        hits: list[tuple[Span, int]] = []
        for number, program in enumerate(self.operands):
            spans = program.spans(index)
            if not spans:
                return ()
            hits.extend((span, number) for span in spans)
        hits.sort(key=_from_the_end)
        return self._windows(index, hits)

    def _windows(self, index: ArticleIndex, hits: list[tuple[Span, int]]) -> Iterator[Span]:
        """Yield the smallest windows, the last first.

        Of each operand, the hit that ends first among those from the current position on is kept.
        A window from there is one of the smallest if it ends before the one found last.

        Args:
            index: The article.
            hits: The hits with the number of their operand, those that begin last first.
        """
        nearest: dict[int, Span] = {}
        unit: Unit = (0, 0)
        smallest = 0
        for first, group in groupby(hits, key=lambda hit: hit[0][0]):
            if not unit[0] <= first < unit[1]:
                unit = self.unit(index, first)
                nearest, smallest = {}, unit[1]
            for span, number in group:
                if span[1] < min(unit[1], nearest.get(number, _BEYOND)[1]):
                    nearest[number] = span
            if len(nearest) == len(self.operands):
                last = max(span[1] for span in nearest.values())
                if last < smallest:
                    smallest = last
                    if self.distance < 0 or last - first - 1 <= self.distance:
                        yield first, last, _parts(nearest.values())

    def unit(self, index: ArticleIndex, position: int) -> Unit:
        """Return the sentence, head or paragraph around a position, in which a window must lie."""
        return index.unit_at(position, self.distance)


@compiles(All)
def _all(node: All, compiler: ProgramCompiler) -> QueryProgram:
    return AllProgram([compiler.program(child) for child in node.operands], node.distance)


def _from_the_end(hit: tuple[Span, int]) -> tuple[int, int, int]:
    (first, last, _), number = hit
    return -first, last, number


def _parts(hits: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted({part for hit in hits for part in hit[2] or ((hit[0], hit[1]),)}))
