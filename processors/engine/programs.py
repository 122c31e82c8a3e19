"""Programs: nodes made executable against a View.

``truth`` answers as cheaply as it can (does the literal stand there at all?); ``spans`` works out
positions, once per article and program; ``witnesses`` names the hits that made it true.
Equal nodes are one program, so a term that a hundred rules share is evaluated once.

``needs`` are groups of literals (by number): the program can only be true where at least one of
every group stands in the article.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from processors.engine.patterns import Pattern, glob, has_wildcard
from processors.engine.view import Section, Span, View
from processors.query.nodes import SENTENCE

MAX_SPANS = 2_000
"""Most hits one program keeps of one article, the first of the text; bounds hostile texts."""

Needs = tuple[frozenset[int], ...]


class Program:
    """What every program can be asked.

    Attributes:
        key: Number of the program in its rule set.
        needs: See the module's docstring; empty where nothing is required.
    """

    __slots__ = ("key", "needs")

    def __init__(self, key: int, needs: Needs) -> None:
        self.key = key
        self.needs = needs

    def truth(self, view: View) -> bool:
        """Whether it is true of the article."""
        return bool(self.spans(view))

    def spans(self, view: View) -> list[Span]:
        """Its hits in text order, each once; none for a program that has no place."""
        known = view.memo.get(self.key)
        if known is None:
            known = view.memo[self.key] = sorted(self.find(view), key=_order)[:MAX_SPANS]
        return known

    def witnesses(self, view: View) -> Iterable[Span]:
        """The hits that make it true."""
        return self.spans(view)

    def find(self, view: View) -> Iterable[Span]:
        """The hits, each once, in any order."""
        del view
        return ()


class Words(Program):
    """A phrase, in all its spellings."""

    __slots__ = ("exact", "patterns", "quick", "scope")

    def __init__(
        self, key: int, patterns: Sequence[tuple[int, Pattern]], *, exact: bool, scope: str | None
    ) -> None:
        super().__init__(key, (frozenset(number for number, _ in patterns),))
        self.patterns = tuple(patterns)
        self.exact = exact
        self.scope = scope
        self.quick = scope is None and all(p.plain for _, p in patterns)

    def truth(self, view: View) -> bool:
        if not self.quick:
            return bool(self.spans(view))
        hits = view.main.hits
        return any(number in hits for number, _ in self.patterns)

    def find(self, view: View) -> Iterable[Span]:
        section = view.section(self.scope)
        if section is None:
            return ()
        found = {span for pair in self.patterns for span in self._occurrences(section, *pair)}
        if self.scope is None:
            return found
        return (span for span in found if view.zone(span[0]).field == self.scope)

    def _occurrences(self, section: Section, number: int, pattern: Pattern) -> Iterator[Span]:
        more = len(pattern.words) - 1
        for start in section.hits.get(number, ()):
            first, last = section.place(start)
            if more:
                first -= pattern.word
                last = first + more
            if pattern.plain or self._compares(section, pattern.words, first, last):
                yield first + section.base, last + section.base, None

    def _compares(self, section: Section, words: Sequence[str], first: int, last: int) -> bool:
        form = section.exact if self.exact else section.word
        if len(words) == 1:
            return _is(form(first, last), words[0])
        if first < 0 or last >= len(section.tokens):
            return False
        return all(_is(form(first + i, first + i), word) for i, word in enumerate(words))


class Mentions(Program):
    """An entity."""

    __slots__ = ("entity", "scope")

    def __init__(self, key: int, number: int, entity: str, scope: str | None) -> None:
        super().__init__(key, (frozenset((number,)),))
        self.entity = entity
        self.scope = scope

    def find(self, view: View) -> Iterable[Span]:
        spans = view.entities.get(self.entity, ())
        return (s for s in spans if self.scope in (None, view.zone(s[0]).field))


class LabelIs(Program):
    """A field that is one word."""

    __slots__ = ("field", "pattern")

    def __init__(self, key: int, field: str, pattern: str) -> None:
        super().__init__(key, ())
        self.field = field
        self.pattern = pattern

    def find(self, view: View) -> Iterable[Span]:
        for zone in view.zones:
            if zone.field == self.field and zone.after > zone.first:
                if glob(zone.text.casefold(), self.pattern):
                    yield zone.first, zone.after - 1, None


class AllOf(Program):
    """AND: the wanted are true, the unwanted false."""

    __slots__ = ("unwanted", "wanted")

    def __init__(self, key: int, wanted: Sequence[Program], unwanted: Sequence[Program]) -> None:
        super().__init__(key, tuple(group for p in wanted for group in p.needs))
        self.wanted = tuple(wanted)
        self.unwanted = tuple(unwanted)

    def truth(self, view: View) -> bool:
        return all(p.truth(view) for p in self.wanted) and not any(
            p.truth(view) for p in self.unwanted
        )

    def witnesses(self, view: View) -> Iterable[Span]:
        return (span for p in self.wanted for span in p.witnesses(view))


class AnyOf(Program):
    """OR."""

    __slots__ = ("children",)

    def __init__(self, key: int, children: Sequence[Program], needs: Needs) -> None:
        super().__init__(key, needs)
        self.children = tuple(children)

    def truth(self, view: View) -> bool:
        return any(p.truth(view) for p in self.children)

    def find(self, view: View) -> Iterable[Span]:
        return {span for p in self.children for span in p.spans(view)}

    def witnesses(self, view: View) -> Iterable[Span]:
        return (span for p in self.children if p.truth(view) for span in p.witnesses(view))


class NearTo(Program):
    """NEAR, ONEAR and NEAR/S. A hit reaches from the one operand to the other."""

    __slots__ = ("distance", "left", "ordered", "right")

    def __init__(
        self, key: int, left: Program, right: Program, *, distance: int, ordered: bool
    ) -> None:
        super().__init__(key, left.needs + right.needs)
        self.left = left
        self.right = right
        self.distance = distance
        self.ordered = ordered

    def find(self, view: View) -> Iterable[Span]:
        left, right = self.left.spans(view), self.right.spans(view)
        found: dict[tuple[int, int], Span] = {}
        if not left or not right:
            return ()
        by_end = [] if self.ordered else sorted(right, key=lambda s: (s[1], s[0]))
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


class ExceptFor(Program):
    """EXCEPT: hits of the left that overlap none of the right."""

    __slots__ = ("left", "right")

    def __init__(self, key: int, left: Program, right: Program) -> None:
        super().__init__(key, left.needs)
        self.left = left
        self.right = right

    def find(self, view: View) -> Iterable[Span]:
        left = self.left.spans(view)
        if not left or not (right := self.right.spans(view)):
            return left
        reach = list(accumulate((span[1] for span in right), max))
        return (span for span in left if not _overlapped(span, right, reach))


class AtLeast(Program):
    """count(x)>=n, over hits that do not overlap."""

    __slots__ = ("child", "least")

    def __init__(self, key: int, child: Program, least: int) -> None:
        super().__init__(key, child.needs)
        self.child = child
        self.least = least

    def truth(self, view: View) -> bool:
        apart, end = 0, -1
        for first, last, _ in sorted(self.child.spans(view), key=lambda s: s[1]):
            if first > end:
                apart, end = apart + 1, last
        return apart >= self.least

    def witnesses(self, view: View) -> Iterable[Span]:
        return self.child.witnesses(view)


def _order(span: Span) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    return span[0], span[1], span[2] or ()


def _parts(span: Span) -> tuple[tuple[int, int], ...]:
    return span[2] or ((span[0], span[1]),)


def _is(word: str, pattern: str) -> bool:
    return glob(word, pattern) if has_wildcard(pattern) else word == pattern


def _overlapped(span: Span, right: list[Span], reach: list[int]) -> bool:
    """``reach[i]`` is the furthest end among the first i+1 of ``right``."""
    before = bisect_right(right, span[1], key=lambda s: s[0])
    return before > 0 and reach[before - 1] >= span[0]
