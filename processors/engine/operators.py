"""Programs made of programs: AND, OR, NEAR, EXCEPT, count()."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from processors.engine.programs import MAX_SPANS, Needs, QueryProgram
from processors.engine.view import Span, View
from processors.query.nodes import SENTENCE

MAX_PAIRS = 200
"""Up to here NEAR compares hits pair by pair; with more, sorting them first is cheaper."""


class AndProgram(QueryProgram):
    """AND: the wanted are true, the unwanted false."""

    __slots__ = ("unwanted", "wanted")

    def __init__(
        self, key: int, wanted: Sequence[QueryProgram], unwanted: Sequence[QueryProgram]
    ) -> None:
        decided = not unwanted and all(p.decided for p in wanted)
        super().__init__(key, tuple(group for p in wanted for group in p.needs), decided=decided)
        self.wanted = tuple(wanted)
        self.unwanted = tuple(unwanted)

    def truth(self, view: View) -> bool:
        """Whether all wanted are true and no unwanted."""
        return all(p.truth(view) for p in self.wanted) and not any(
            p.truth(view) for p in self.unwanted
        )

    def witnesses(self, view: View) -> Iterable[Span]:
        """Those of everything wanted."""
        return (span for p in self.wanted for span in p.witnesses(view))


class OrProgram(QueryProgram):
    """OR."""

    __slots__ = ("children",)

    def __init__(self, key: int, children: Sequence[QueryProgram], needs: Needs) -> None:
        decided = all(p.decided and len(p.needs) == 1 for p in children)
        super().__init__(key, needs, decided=decided)
        self.children = tuple(children)
        if all(p.simple for p in children):
            self.simple = tuple(pair for p in children for pair in p.simple)

    def truth(self, view: View) -> bool:
        """Whether one is true."""
        if self.decided:
            return not self.needs[0].isdisjoint(view.present)
        return any(p.truth(view) for p in self.children)

    def find(self, view: View) -> Iterable[Span]:
        """The hits of every branch."""
        found: list[Span] = []
        for program in self.children:
            if _possible(program, view):
                found.extend(program.spans(view))
        return set(found) if len(found) > 1 else found

    def witnesses(self, view: View) -> Iterable[Span]:
        """Those of every branch that is true."""
        return (span for p in self.children if p.truth(view) for span in p.witnesses(view))


class NearProgram(QueryProgram):
    """NEAR, ONEAR and NEAR/S. A hit reaches from the one operand to the other."""

    __slots__ = ("distance", "left", "ordered", "right")

    def __init__(
        self, key: int, left: QueryProgram, right: QueryProgram, *, distance: int, ordered: bool
    ) -> None:
        super().__init__(key, left.needs + right.needs)
        self.left = left
        self.right = right
        self.distance = distance
        self.ordered = ordered

    def truth(self, view: View) -> bool:
        """Whether any two hits are close; stops at the first such pair."""
        if self.distance == SENTENCE:
            return bool(self.spans(view))
        left, right = self.left.ends(view), self.right.ends(view)
        if len(left) * len(right) > MAX_PAIRS:
            return bool(self.spans(view))
        reach = self.distance + 1
        for a in left:
            for b in right:
                after = 0 < b[0] - a[1] <= reach
                before = not self.ordered and 0 < a[0] - b[1] <= reach
                if (after or before) and view.together(a[0], b[0]):
                    return True
        return False

    def find(self, view: View) -> Iterable[Span]:
        """Every pair that is close, from end to end; of equal ones the first made."""
        left, right = self.left.spans(view), self.right.spans(view)
        found: dict[tuple[int, int], Span] = {}
        if not left or not right:
            return ()
        by_end = [] if self.ordered else sorted(right, key=_by_end)
        for span in left:
            for other in self._partners(view, span, right, by_end):
                ends = min(span[0], other[0]), max(span[1], other[1])
                parts = tuple(sorted({*_parts(span), *_parts(other)}))
                known = found.get(ends)
                if known is None or parts < (known[2] or ()):
                    found[ends] = (*ends, parts)
            if len(found) >= MAX_SPANS:
                break
        return found.values()

    def _partners(
        self, view: View, span: Span, right: list[Span], by_end: list[Span]
    ) -> Iterator[Span]:
        low, high = self._reach(view, span)
        at = bisect_right(right, span[1], key=lambda s: s[0])
        while at < len(right) and right[at][0] <= high:
            if right[at][1] <= high or self.distance != SENTENCE:
                yield right[at]
            at += 1
        at = bisect_left(by_end, span[0], key=lambda s: s[1]) - 1
        while at >= 0 and by_end[at][1] >= low:
            if by_end[at][0] >= low or self.distance != SENTENCE:
                yield by_end[at]
            at -= 1

    def _reach(self, view: View, span: Span) -> tuple[int, int]:
        """The first and last position at which a partner may end or begin."""
        zone = view.zone(span[0])
        if self.distance != SENTENCE:
            reach = self.distance + 1
            return max(zone.first, span[0] - reach), min(zone.after - 1, span[1] + reach)
        first, after = view.sentence(span[0])
        return (first, after - 1) if span[1] < after else (span[0], span[1])


class ExceptProgram(QueryProgram):
    """EXCEPT: hits of the left that overlap none of the right."""

    __slots__ = ("left", "right")

    def __init__(self, key: int, left: QueryProgram, right: QueryProgram) -> None:
        super().__init__(key, left.needs)
        self.left = left
        self.right = right

    def find(self, view: View) -> Iterable[Span]:
        """What is left of the left."""
        left = self.left.spans(view)
        if not left or not (right := self.right.spans(view)):
            return left
        reach = list(accumulate((span[1] for span in right), max))
        return (span for span in left if not _overlapped(span, right, reach))


class CountProgram(QueryProgram):
    """count(x)>=n, over hits that do not overlap."""

    __slots__ = ("child", "least")

    def __init__(self, key: int, child: QueryProgram, least: int) -> None:
        super().__init__(key, child.needs)
        self.child = child
        self.least = least

    def truth(self, view: View) -> bool:
        """Whether there are as many hits that do not overlap."""
        apart, end = 0, -1
        for first, last, _ in sorted(self.child.spans(view), key=lambda s: s[1]):
            if first > end:
                apart, end = apart + 1, last
        return apart >= self.least

    def witnesses(self, view: View) -> Iterable[Span]:
        """All hits that were counted from."""
        return self.child.witnesses(view)


def _possible(program: QueryProgram, view: View) -> bool:
    """Whether all that a program needs stands in the article."""
    return all(not group.isdisjoint(view.present) for group in program.needs)


def _by_end(span: Span) -> tuple[int, int]:
    return span[1], span[0]


def _parts(span: Span) -> tuple[tuple[int, int], ...]:
    return span[2] or ((span[0], span[1]),)


def _overlapped(span: Span, right: list[Span], reach: list[int]) -> bool:
    """``reach[i]`` is the furthest end among the first i+1 of ``right``."""
    before = bisect_right(right, span[1], key=lambda s: s[0])
    return before > 0 and reach[before - 1] >= span[0]
