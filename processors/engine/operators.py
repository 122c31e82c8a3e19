"""The programs of the operators: AND, OR, NEAR, EXCEPT and count()."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain

from processors.engine.article_index import ArticleIndex, Span
from processors.engine.programs import (
    MAX_SPANS,
    ProgramCompiler,
    QueryProgram,
    compiles,
)
from processors.query.nodes import And, Count, Except, Near, Not, Or

FEW_ALTERNATIVES = 6
"""Up to this many alternatives OR tries all; with more, those of which a literal occurs."""
MAX_COMPARED = 200_000
"""Most pairs that a NEAR/S or NEAR/H looks at, the first of the text; bounds hostile texts."""


class AndProgram(QueryProgram):
    """AND: matches where all wanted programs match and no unwanted one does."""

    __slots__ = ("unwanted", "wanted")

    def __init__(self, wanted: Sequence[QueryProgram], unwanted: Sequence[QueryProgram]) -> None:
        decided = not unwanted and all(p.decided for p in wanted)
        super().__init__(tuple(group for p in wanted for group in p.required), decided=decided)
        self.wanted = tuple(wanted)
        self.unwanted = tuple(unwanted)

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether all wanted programs match and no unwanted one does."""
        for program in self.wanted:  # a plain loop: a generator would take half of the time
            if not program.matches(index):
                return False
        return not (self.unwanted and any(program.matches(index) for program in self.unwanted))

    def evidence(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the evidence of all wanted programs."""
        return (span for p in self.wanted for span in p.evidence(index))


class OrProgram(QueryProgram):
    """OR: matches where an alternative does.

    Args:
        alternatives: The programs.
        rarest: For each alternative the rarest group it requires; empty if one requires none.
    """

    __slots__ = ("_by_literal", "_deciding", "alternatives")

    def __init__(
        self, alternatives: Sequence[QueryProgram], rarest: Sequence[frozenset[int]]
    ) -> None:
        required = (frozenset[int]().union(*rarest),) if rarest else ()
        deciding = [p.required[0] for p in alternatives if _is_decided_by_one(p)]
        super().__init__(required, decided=len(deciding) == len(alternatives))
        self._deciding = frozenset[int]().union(*deciding)
        self.alternatives = tuple(alternatives)
        self._by_literal: dict[int, list[QueryProgram]] = {}
        if len(rarest) > FEW_ALTERNATIVES:
            for program, group in zip(alternatives, rarest, strict=True):
                for number in group:
                    self._by_literal.setdefault(number, []).append(program)
        if all(p.literal_spans for p in alternatives):
            self.literal_spans = tuple(pair for p in alternatives for pair in p.literal_spans)

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether an alternative matches."""
        if index.has_any(self._deciding):
            return True
        if self.decided:
            return False
        return any(p.matches(index) for p in self._candidates(index) if not _is_decided_by_one(p))

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the hits of all alternatives."""
        spans: list[Span] = []
        for program in self._candidates(index):
            if _may_match(program, index):
                spans.extend(program.spans(index))
        return set(spans) if len(spans) > 1 else spans

    def extents(self, index: ArticleIndex) -> list[tuple[int, int]]:
        """Return first and last position of the hits of all alternatives."""
        if self.literal_spans:
            return super().extents(index)
        found = (p.extents(index) for p in self._candidates(index) if _may_match(p, index))
        return list(chain.from_iterable(found))

    def evidence(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the evidence of all alternatives that match."""
        return (s for p in self._candidates(index) if p.matches(index) for s in p.evidence(index))

    def _candidates(self, index: ArticleIndex) -> Iterable[QueryProgram]:
        """Return the alternatives that may match, by the literals that occur."""
        if not self._by_literal:
            return self.alternatives
        present = index.present_of(self.required[0])
        return dict.fromkeys(p for number in present for p in self._by_literal[number])


class NearProgram(QueryProgram):
    """NEAR, ONEAR, NEAR/S and NEAR/H. A hit extends from one operand to the other.

    The operands of NEAR/S and NEAR/H may overlap, those of the others may not.
    """

    __slots__ = ("distance", "left", "ordered", "right")

    def __init__(
        self, left: QueryProgram, right: QueryProgram, *, distance: int, ordered: bool
    ) -> None:
        super().__init__(left.required + right.required)
        self.left = left
        self.right = right
        self.distance = distance
        self.ordered = ordered

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether any two hits are close enough; stops at the first such pair."""
        if self.distance < 0:
            return bool(self.spans(index))
        left, right = self.left.extents(index), self.right.extents(index)
        if max(len(left), len(right)) > MAX_SPANS:  # the others are no hits
            return bool(self.spans(index))
        furthest = self.distance + 1
        return _is_followed(index, left, right, furthest) or (
            not self.ordered and _is_followed(index, right, left, furthest)
        )

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return a span for every pair that is close enough.

        Of pairs with the same extent, the one whose operands come first.
        """
        left, right = self.left.spans(index), self.right.spans(index)
        spans: dict[tuple[int, int], Span] = {}
        if not left or not right:
            return ()
        by_end = [] if self.ordered else sorted(right, key=_by_end)
        compared = 0
        for span in left:
            for other in self._partners(index, span, right, by_end):
                compared += 1
                extent = min(span[0], other[0]), max(span[1], other[1])
                operands = tuple(sorted({*_operands(span), *_operands(other)}))
                known = spans.get(extent)
                if known is None or operands < (known[2] or ()):
                    spans[extent] = (*extent, operands)
            if len(spans) >= MAX_SPANS or compared >= MAX_COMPARED:
                break
        return spans.values()

    def _partners(
        self, index: ArticleIndex, span: Span, right: list[Span], by_end: list[Span]
    ) -> Iterator[Span]:
        if self.distance < 0:
            return _inside(right, *index.unit_at(span[0], self.distance), span)
        return self._neighbours(index, span, right, by_end)

    def _neighbours(
        self, index: ArticleIndex, span: Span, right: list[Span], by_end: list[Span]
    ) -> Iterator[Span]:
        """Yield the hits that are close enough and do not overlap the span."""
        furthest = self.distance + 1
        begin, end = index.block_at(span[0])
        at = bisect_right(right, span[1], key=lambda s: s[0])
        while at < len(right) and right[at][0] <= min(end - 1, span[1] + furthest):
            yield right[at]
            at += 1
        at = bisect_left(by_end, span[0], key=lambda s: s[1]) - 1
        while at >= 0 and by_end[at][1] >= max(begin, span[0] - furthest):
            yield by_end[at]
            at -= 1


class ExceptProgram(QueryProgram):
    """EXCEPT: the hits of the left that overlap none of the right."""

    __slots__ = ("left", "right")

    def __init__(self, left: QueryProgram, right: QueryProgram) -> None:
        super().__init__(left.required)
        self.left = left
        self.right = right

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the hits of the left that overlap none of the right."""
        left = self.left.spans(index)
        if not left or not (right := self.right.spans(index)):
            return left
        furthest_ends = list(accumulate((span[1] for span in right), max))
        return (span for span in left if not _overlaps_any(span, right, furthest_ends))


class CountProgram(QueryProgram):
    """count(x)>=n, over hits that do not overlap."""

    __slots__ = ("least", "operand")

    def __init__(self, operand: QueryProgram, least: int) -> None:
        super().__init__(operand.required)
        self.operand = operand
        self.least = least

    def matches(self, index: ArticleIndex) -> bool:
        """Return whether the operand has as many hits that do not overlap."""
        return self.count(index) >= self.least

    def count(self, index: ArticleIndex) -> int:
        """Return how many hits the operand has that do not overlap."""
        number, end = 0, -1
        for first, last, _ in sorted(self.operand.spans(index), key=_by_end):
            if first > end:
                number, end = number + 1, last
        return number

    def evidence(self, index: ArticleIndex) -> Iterable[Span]:
        """Return the evidence of the operand."""
        return self.operand.evidence(index)


@compiles(And)
def _and(node: And, compiler: ProgramCompiler) -> QueryProgram:
    wanted = [compiler.program(c) for c in node.operands if not isinstance(c, Not)]
    unwanted = [compiler.program(c.operand) for c in node.operands if isinstance(c, Not)]
    return AndProgram(wanted, unwanted)


@compiles(Or)
def _or(node: Or, compiler: ProgramCompiler) -> QueryProgram:
    programs = [compiler.program(child) for child in node.operands]
    requires = all(p.required for p in programs)
    return OrProgram(programs, [compiler.rarest(p.required) for p in programs] if requires else [])


@compiles(Near)
def _near(node: Near, compiler: ProgramCompiler) -> QueryProgram:
    left, right = compiler.program(node.left), compiler.program(node.right)
    return NearProgram(left, right, distance=node.distance, ordered=node.ordered)


@compiles(Except)
def _except(node: Except, compiler: ProgramCompiler) -> QueryProgram:
    return ExceptProgram(compiler.program(node.left), compiler.program(node.right))


@compiles(Count)
def _count(node: Count, compiler: ProgramCompiler) -> QueryProgram:
    return CountProgram(compiler.program(node.operand), node.least)


def _is_followed(
    index: ArticleIndex,
    extents: Iterable[tuple[int, int]],
    others: Iterable[tuple[int, int]],
    furthest: int,
) -> bool:
    """Return whether one of ``others`` begins up to ``furthest`` positions behind an extent.

    Of those behind an extent only the nearest is tried: what separates it separates the others too.
    """
    starts = sorted([first for first, _ in others])
    for _, last in extents:
        at = bisect_right(starts, last)
        if at < len(starts) and starts[at] - last <= furthest and index.are_near(last, starts[at]):
            return True
    return False


def _is_decided_by_one(program: QueryProgram) -> bool:
    """Return whether a program matches exactly where a literal of one group occurs."""
    return program.decided and len(program.required) == 1


def _may_match(program: QueryProgram, index: ArticleIndex) -> bool:
    """Return whether the article has a literal of every group that a program requires."""
    return all(map(index.has_any, program.required))


def _inside(spans: list[Span], first: int, after: int, span: Span) -> Iterator[Span]:
    """Yield the spans of a sentence or head, in text order; none if ``span`` reaches out of it."""
    at = bisect_left(spans, first, key=lambda s: s[0]) if span[1] < after else len(spans)
    while at < len(spans) and spans[at][0] < after:
        if spans[at][1] < after:
            yield spans[at]
        at += 1


def _by_end(span: Span) -> tuple[int, int]:
    return span[1], span[0]


def _operands(span: Span) -> tuple[tuple[int, int], ...]:
    return span[2] or ((span[0], span[1]),)


def _overlaps_any(span: Span, right: list[Span], furthest_ends: list[int]) -> bool:
    """Return whether a span overlaps one of ``right``, in text order.

    Args:
        span: The span.
        right: The other spans.
        furthest_ends: For each of them, the furthest end among it and those before it.
    """
    before = bisect_right(right, span[1], key=lambda s: s[0])
    return before > 0 and furthest_ends[before - 1] >= span[0]
