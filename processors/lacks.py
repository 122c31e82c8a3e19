"""What a rule lacked that did not fire: the operands without a hit, or what keeps them apart.

::

    query as written ──parse──▶ nodes ──┐ walked together, from the whole query to the operand
    rule set ──────────────▶ programs ──┴──▶ phrases of the ``reasons`` catalogues: ``lack.…``
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from config.catalog.models import RuleDefinition
from config.i18n import Phrase
from processors.engine.article_index import ArticleIndex, Span
from processors.engine.operators import (
    AndProgram,
    CountProgram,
    ExceptProgram,
    NearProgram,
    OrProgram,
)
from processors.engine.programs import QueryProgram
from processors.engine.score import RuleOutcome
from processors.engine.windows import AllProgram
from processors.query import parse, writing
from processors.query.nodes import (
    HEAD,
    SENTENCE,
    All,
    And,
    Count,
    Except,
    LabelNode,
    Near,
    Node,
    Not,
    Or,
    Scoped,
)

ANY_DISTANCE = 1 << 60
"""A distance in words that no text exceeds."""
MAX_ALTERNATIVES = 3
"""Of the alternatives of an OR whose operands occur, so many are explained."""

MAX_TEXT = 200
"""Longest operand that is shown, in code points."""

_NOT_CLOSE = 1.0

_ABSENT = frozenset(
    {"lack.closest", "lack.label", "lack.missing", "lack.missing_in", "lack.none", "lack.none_in"}
)


def lacks_of(outcome: RuleOutcome, rule: RuleDefinition, index: ArticleIndex) -> tuple[Phrase, ...]:
    """Return what a rule lacked; nothing where it fired.

    Args:
        outcome: What became of the rule.
        rule: Its definition; the query has no error.
        index: The article.
    """
    if outcome.points is not None:
        return ()
    if outcome.stopped_by:
        return (Phrase("lack.unless", rules=", ".join(outcome.stopped_by)),)
    if outcome.holds:
        where = ", ".join(name for name, n in outcome.places._asdict().items() if n)
        return (Phrase("lack.points", fields=where),)
    node = parse(rule.query.value).node
    assert node is not None  # noqa: S101  # as documented
    search = _Search(index, ", ".join(rule.fields))
    return tuple({one.dump(): one for one in search.lacks(node, outcome.rule.program)}.values())


class _Search:
    """Finds what programs lack that do not match an article.

    Args:
        index: The article.
        fields: The fields that are searched; empty for all.
    """

    def __init__(self, index: ArticleIndex, fields: str) -> None:
        self._index = index
        self._fields = fields

    def lacks(self, node: Node, program: QueryProgram) -> Iterator[Phrase]:
        """Yield what keeps a program from matching.

        The shapes of nodes and programs differ in two ways: a field has no program of its own, and
        that of a term or of a leaf may be any.
        """
        match node, program:
            case Scoped(), _:
                yield from _Search(self._index, node.scope).lacks(node.operand, program)
            case And(), AndProgram():
                yield from self._of_and(node, program)
            case Or(), OrProgram():
                yield from self._of_or(node, program)
            case Near(), NearProgram():
                missing = self._missing(node.children, (program.left, program.right))
                yield from missing or (self._apart(node, program),)
            case All(), AllProgram():
                missing = self._missing(node.operands, program.operands)
                yield from missing or (self._scattered(node, program),)
            case Except(), ExceptProgram():
                operand, other = _text(node.left), _text(node.right)
                excepted = Phrase("lack.excepted", operand=operand, other=other)
                yield from self._missing((node.left,), (program.left,)) or (excepted,)
            case Count(), CountProgram():
                missing = self._missing((node.operand,), (program.operand,))
                yield from missing or (self._too_few(node, program),)
            case LabelNode(), _:
                yield Phrase("lack.label", operand=_text(node))
            case _:
                yield self._absent("lack.missing", node)

    def _missing(
        self, nodes: tuple[Node, ...], programs: tuple[QueryProgram, ...]
    ) -> tuple[Phrase, ...]:
        """Return what the operands without a hit lack."""
        pairs = zip(nodes, programs, strict=True)
        absent = [(n, p) for n, p in pairs if not p.matches(self._index)]
        return tuple(lack for node, program in absent for lack in self.lacks(node, program))

    def _absent(self, code: str, node: Node) -> Phrase:
        if self._fields:
            return Phrase(f"{code}_in", operand=_text(node), fields=self._fields)
        return Phrase(code, operand=_text(node))

    def _of_and(self, node: And, program: AndProgram) -> Iterator[Phrase]:
        wanted, unwanted = iter(program.wanted), iter(program.unwanted)
        for child in node.operands:
            if not isinstance(child, Not):
                yield from self._missing((child,), (next(wanted),))
            elif next(unwanted).matches(self._index):
                yield Phrase("lack.excluded", operand=_text(child.operand))

    def _of_or(self, node: Or, program: OrProgram) -> Iterator[Phrase]:
        """Yield what keeps alternatives apart whose operands occur; else what the closest lacks."""
        pairs = zip(node.operands, program.alternatives, strict=True)
        lacks = [(child, tuple(self.lacks(child, alternative))) for child, alternative in pairs]
        near_misses = [one for _, each in lacks for one in each if one.code not in _ABSENT]
        closest = min((_closeness(*pair) for pair in lacks), default=_NOT_CLOSE)
        if near_misses:
            yield from near_misses[:MAX_ALTERNATIVES]
        elif closest < _NOT_CLOSE:
            child, each = next(pair for pair in lacks if _closeness(*pair) == closest)
            missing = ", ".join(str(lack.params["operand"]) for lack in each)
            yield Phrase("lack.closest", operand=_text(child), missing=missing)
        else:
            yield self._absent("lack.none", node)

    def _apart(self, node: Near, program: NearProgram) -> Phrase:
        """Return why no hits of two operands are near each other."""
        if node.distance == HEAD:
            return Phrase("lack.head", operands=f"{_text(node.left)}, {_text(node.right)}")
        left, right = program.left.spans(self._index), program.right.spans(self._index)
        follows, precedes = self._smallest_gap(left, right), self._smallest_gap(right, left)
        gaps = [gap for gap in (follows, precedes) if gap is not None]
        operands = f"{_text(node.left)}, {_text(node.right)}"
        if not gaps:
            shared = self._fields_of(left) & self._fields_of(right)
            return Phrase("lack.overlap" if shared else "lack.fields", operands=operands)
        if node.ordered and (follows is None or follows > node.distance >= min(gaps)):
            return Phrase("lack.order", operands=operands)
        return _too_far(operands, min(gaps), node.distance)

    def _scattered(self, node: All, program: AllProgram) -> Phrase:
        """Return why no hits of all operands are near each other."""
        operands = ", ".join(map(_text, node.operands))
        if node.distance == HEAD:
            return Phrase("lack.head", operands=operands)
        windows = list(_FieldWindows(program.operands, ANY_DISTANCE).find_spans(self._index))
        if not windows:
            return Phrase("lack.fields", operands=operands)
        nearest = min(last - first - 1 for first, last, _ in windows)
        return _too_far(operands, max(0, nearest), node.distance)

    def _too_few(self, node: Count, program: CountProgram) -> Phrase:
        number = program.count(self._index)
        return Phrase("lack.count", operand=_text(node.operand), n=number, least=node.least)

    def _smallest_gap(self, first: list[Span], then: list[Span]) -> int | None:
        """Return the fewest words between hits and later ones in the same field, if any."""
        gaps = []
        for span in first:
            at = bisect_right(then, span[1], key=lambda s: s[0])
            if at < len(then) and self._is_one_field(span[1], then[at][0]):
                gaps.append(then[at][0] - span[1] - 1)
        return min(gaps, default=None)

    def _is_one_field(self, position: int, other: int) -> bool:
        return self._index.field_at(position) is self._index.field_at(other)

    def _fields_of(self, spans: list[Span]) -> set[str]:
        return {self._index.field_at(span[0]).field for span in spans}


class _FieldWindows(AllProgram):
    """The smallest windows of a field, also those over several paragraphs."""

    def unit(self, index: ArticleIndex, position: int) -> tuple[int, int]:
        """Return the field around a position."""
        field = index.field_at(position)
        return field.first, field.after


def _closeness(node: Node, lacks: tuple[Phrase, ...]) -> float:
    """Return which share of its operands an alternative lacks; 1 where it has no operands."""
    while isinstance(node, Scoped):
        node = node.operand
    if not isinstance(node, And | Near | All):
        return _NOT_CLOSE
    return len(lacks) / sum(not isinstance(child, Not) for child in node.children)


def _too_far(operands: str, nearest: int, allowed: int) -> Phrase:
    if allowed == SENTENCE:
        return Phrase("lack.sentence", operands=operands, n=nearest)
    if nearest <= allowed:  # else they would be a hit
        return Phrase("lack.paragraph", operands=operands, n=nearest)
    return Phrase("lack.distance", operands=operands, n=nearest, allowed=allowed)


def _text(node: Node) -> str:
    text = writing.write(node)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
