"""Programs: nodes made executable against a View.

``truth`` answers as cheaply as it can (does the literal stand there at all?); ``spans`` works out
positions, once per article and program; ``witnesses`` names the hits that made it true.
Equal nodes are one program, so a term that a hundred rules share is evaluated once.

``needs`` are groups of literals (by number): the program can only be true where at least one of
every group stands in the article. Where that is all it takes, the program is ``decided`` by them
and nobody has to ask it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from processors.engine.patterns import Pattern, glob, has_wildcard
from processors.engine.view import OTHER, Section, Span, View
from processors.query.nodes import OTHER_FIELDS, SENTENCE

MAX_SPANS = 2_000
"""Most hits one program keeps of one article, the first of the text; bounds hostile texts."""

MAX_PAIRS = 200
"""Up to here NEAR compares hits pair by pair; with more, sorting them first is cheaper."""

Needs = tuple[frozenset[int], ...]


class Program:
    """What every program can be asked.

    Attributes:
        key: Number of the program in its rule set.
        needs: See the module's docstring; empty where nothing is required.
        decided: Whether it is true exactly where its needs are met.
    """

    __slots__ = ("decided", "key", "needs")

    def __init__(self, key: int, needs: Needs, *, decided: bool = False) -> None:
        self.key = key
        self.needs = needs
        self.decided = decided

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
        return [(first, last) for first, last, _ in self.spans(view)]

    def witnesses(self, view: View) -> Iterable[Span]:
        """The hits that make it true."""
        return self.spans(view)

    def find(self, view: View) -> Iterable[Span]:
        """The hits, each once, in any order."""
        del view
        return ()


class Words(Program):
    """A phrase, in all its spellings."""

    __slots__ = ("exact", "patterns", "scope", "simple")

    def __init__(
        self, key: int, patterns: Sequence[tuple[int, Pattern]], *, exact: bool, scope: str | None
    ) -> None:
        shift = OTHER if scope in OTHER_FIELDS else 0
        self.patterns = tuple((number + shift, pattern) for number, pattern in patterns)
        needs = (frozenset(number for number, _ in self.patterns),)
        super().__init__(key, needs, decided=scope is None and all(p.plain for _, p in patterns))
        self.exact = exact
        self.scope = scope
        simple = self.decided and not any(p.chains for _, p in patterns)
        self.simple = tuple((n, len(p.words) - 1) for n, p in patterns) if simple else ()

    def ends(self, view: View) -> list[tuple[int, int]]:
        if not self.simple:
            return super().ends(view)
        found = []
        for number, more in self.simple:
            for start in view.hits.get(number, ()):
                first = view.main.place(start)
                found.append((first, first + more))
        return found

    def truth(self, view: View) -> bool:
        if self.decided:
            return not self.needs[0].isdisjoint(view.present)
        return bool(self.spans(view))

    def find(self, view: View) -> Iterable[Span]:
        section = view.section(self.scope)
        if section is None:
            return ()
        found: list[Span] = []
        for number, pattern in self.patterns:
            if starts := view.hits.get(number):
                places = [section.place(start) - pattern.word for start in starts]
                self._add(section, places, pattern, found)
        if self.scope is not None:
            found = [span for span in found if view.zone(span[0]).field == self.scope]
        return set(found) if len(found) > 1 else found

    def _add(
        self, section: Section, places: list[int], pattern: Pattern, found: list[Span]
    ) -> None:
        base, more = section.base, len(pattern.words) - 1
        for first in places:
            if pattern.plain or self._compares(section, pattern.words, first, first + more):
                found.append((first + base, first + more + base, None))
            if pattern.chains and (chain := section.chains.get(first + pattern.word)):
                if self._compares(section, pattern.words, *chain):
                    found.append((chain[0] + base, chain[1] + base, None))

    def _compares(self, section: Section, words: Sequence[str], first: int, last: int) -> bool:
        form = section.exact if self.exact else section.word
        if first < 0 or last >= len(section.tokens):
            return False
        if len(words) == 1:
            return _is(form(first, last), words[0])
        return all(_is(form(first + i, first + i), word) for i, word in enumerate(words))


class Mentions(Program):
    """An entity."""

    __slots__ = ("entity", "scope")

    def __init__(self, key: int, number: int, entity: str, scope: str | None) -> None:
        super().__init__(key, (frozenset((number,)),), decided=scope is None)
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
        decided = not unwanted and all(p.decided for p in wanted)
        super().__init__(key, tuple(group for p in wanted for group in p.needs), decided=decided)
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
        decided = all(p.decided and len(p.needs) == 1 for p in children)
        super().__init__(key, needs, decided=decided)
        self.children = tuple(children)

    def truth(self, view: View) -> bool:
        if self.decided:
            return not self.needs[0].isdisjoint(view.present)
        return any(p.truth(view) for p in self.children)

    def ends(self, view: View) -> list[tuple[int, int]]:
        found = []
        for program in self.children:
            if _possible(program, view):
                found += program.ends(view)
        return found

    def find(self, view: View) -> Iterable[Span]:
        found: list[Span] = []
        for program in self.children:
            if _possible(program, view):
                found.extend(program.spans(view))
        return set(found) if len(found) > 1 else found

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

    def truth(self, view: View) -> bool:
        if self.distance == SENTENCE:
            return bool(self.spans(view))
        left, right = self.left.ends(view), self.right.ends(view)
        if len(left) * len(right) > MAX_PAIRS:
            return bool(self.spans(view))
        return any(self._close(view, a, b) for a in left for b in right)

    def _close(self, view: View, a: tuple[int, int], b: tuple[int, int]) -> bool:
        if b[0] > a[1]:
            between = b[0] - a[1] - 1
        elif self.ordered:
            return False
        else:
            between = a[0] - b[1] - 1
        return 0 <= between <= self.distance and view.zone(a[0]) is view.zone(b[0])

    def find(self, view: View) -> Iterable[Span]:
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


def _possible(program: Program, view: View) -> bool:
    """Whether all that a program needs stands in the article."""
    for group in program.needs:
        if group.isdisjoint(view.present):
            return False
    return True


def _order(span: Span) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    return span[0], span[1], span[2] or ()


def _by_end(span: Span) -> tuple[int, int]:
    return span[1], span[0]


def _parts(span: Span) -> tuple[tuple[int, int], ...]:
    return span[2] or ((span[0], span[1]),)


def _is(word: str, pattern: str) -> bool:
    return glob(word, pattern) if has_wildcard(pattern) else word == pattern


def _overlapped(span: Span, right: list[Span], reach: list[int]) -> bool:
    """``reach[i]`` is the furthest end among the first i+1 of ``right``."""
    before = bisect_right(right, span[1], key=lambda s: s[0])
    return before > 0 and reach[before - 1] >= span[0]
