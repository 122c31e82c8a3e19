"""The engine gives the results of an evaluator without automaton, caches and shortcuts."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.sentences import sentence_starts
from core.text.tokens import Token, tokenise
from processors.engine import article_index, compiler, operators, presearch, words
from processors.engine.article_index import ArticleIndex
from processors.engine.hit_places import find_places
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.gates import ArticleLabels
from processors.query import resolve
from processors.query.nodes import (
    MANY,
    ONE,
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
    Phrase,
    Word,
)
from tests.support.lanes import examples

FIELDS = ("title", "lead", "text", "url", "author", "outlet", "language", "country")
Hit = tuple[str, int, int]


class Oracle:
    """An evaluator that follows docs/query-language.md literally."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        self.tokens: dict[str, list[Token]] = {
            f: list(tokenise(t, joining=f in ("title", "lead", "text"))) for f, t in fields.items()
        }

    def hits(self, node: Node) -> set[Hit]:
        match node:
            case Word():
                return self.hits(Phrase((node.folded,), scope=node.scope))
            case Phrase():
                scopes = [node.scope] if node.scope else ["title", "lead", "text"]
                return {(f, *at) for f in scopes for at in self._phrase(node, f)}
            case Or():
                return set().union(*(self.hits(c) for c in node.operands))
            case Except():
                right = self.hits(node.right)
                return {a for a in self.hits(node.left) if not any(_overlap(a, b) for b in right)}
            case Near():
                left, right = self.hits(node.left), self.hits(node.right)
                return {
                    (a[0], min(a[1], b[1]), max(a[2], b[2]))
                    for a in left
                    for b in right
                    if a[0] == b[0] and self._near(a, b, node)
                }
            case All():
                choices = product(*(self.hits(operand) for operand in node.operands))
                windows = {w for w in map(_window, choices) if w and self._fits_all(w, node)}
                return {w for w in windows if not any(_contains(w, v) for v in windows)}
        raise AssertionError(node)

    def is_true(self, node: Node) -> bool:
        match node:
            case And():
                return all(self.is_true(c) for c in node.operands)
            case Or():
                return any(self.is_true(c) for c in node.operands)
            case Not():
                return not self.is_true(node.operand)
            case LabelNode():
                return _matches(self.fields[node.field].casefold(), node.pattern)
            case Count():
                return _most_disjoint(self.hits(node.operand)) >= node.least
        return bool(self.hits(node))

    def _phrase(self, node: Phrase, field: str) -> set[tuple[int, int]]:
        tokens = self.tokens[field]
        if len(node.words) == 1:
            return {(t.first, t.last) for t in tokens if _fits(node, 0, t)}
        parts = [t for t in tokens if t.first == t.last]
        size = len(node.words)
        return {
            (run[0].first, run[-1].last)
            for run in (parts[i : i + size] for i in range(len(parts) - size + 1))
            if not self._parted("", self.fields[field][run[0].end : run[-1].start])
            and not any(run[0].start < at <= run[-1].start for at in self._starts(field))
            and any(
                all(_fits(node, i, t, variant) for i, t in enumerate(run))
                for variant in (False, True)
            )
        }

    def _fits_all(self, window: Hit, node: All) -> bool:
        field, first, last = window
        if node.distance == SENTENCE:
            return self._sentence(field, first) == self._sentence(field, last)
        parts = {t.first: t for t in self.tokens[field] if t.first == t.last}
        inside = self.fields[field][parts[first].start : parts[last].end]
        return last - first - 1 <= node.distance and not self._parted(field, inside)

    def _near(self, a: Hit, b: Hit, node: Near) -> bool:
        if node.distance == SENTENCE:
            return len({self._sentence(a[0], at) for at in (a[1], a[2], b[1], b[2])}) == 1
        between = b[1] - a[2] - 1 if b[1] > a[2] else a[1] - b[2] - 1
        if between < 0 or (node.ordered and b[1] <= a[2]):
            return False
        left, right = sorted((a, b), key=lambda hit: hit[1])
        parts = {t.first: t for t in self.tokens[a[0]] if t.first == t.last}
        between_them = self.fields[a[0]][parts[left[2]].end : parts[right[1]].start]
        parted = self._parted(a[0], between_them)
        return between <= node.distance and not parted

    def _starts(self, field: str) -> list[int]:
        return sentence_starts(self.fields[field])

    def _parted(self, field: str, between: str) -> bool:
        """Return whether a paragraph, item or cell ends in a text; a bar ends none in a title."""
        return "\n" in between or (field != "title" and " | " in between)

    def _sentence(self, field: str, position: int) -> int:
        if field not in ("lead", "text"):
            return 0
        start = next(t.start for t in self.tokens[field] if t.first == t.last == position)
        return sum(begin <= start for begin in sentence_starts(self.fields[field]))


def _window(hits: tuple[Hit, ...]) -> Hit | None:
    """Return the extent of hits in one field."""
    if len({field for field, *_ in hits}) > 1:
        return None
    return hits[0][0], min(first for _, first, _ in hits), max(last for *_, last in hits)


def _contains(window: Hit, other: Hit) -> bool:
    """Return whether a window contains another one that is smaller."""
    inside = window[0] == other[0] and window[1] <= other[1] and other[2] <= window[2]
    return inside and window != other


def _fits(node: Phrase, index: int, token: Token, variant: bool | None = None) -> bool:
    if node.exact:
        return _matches(token.exact, node.words[index])
    word = node.words[index]
    spelled = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    wanted = {None: (word, spelled), False: (word,), True: (spelled,)}[variant]
    return any(_matches(token.folded, w) for w in wanted)


def _matches(text: str, pattern: str) -> bool:
    parts = (".*" if c == MANY else "." if c == ONE else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _overlap(a: Hit, b: Hit) -> bool:
    return a[0] == b[0] and a[1] <= b[2] and b[1] <= a[2]


def _most_disjoint(hits: set[Hit]) -> int:
    disjoint: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h[0], h[2])):
        if not any(_overlap(hit, other) for other in disjoint):
            disjoint.append(hit)
    return len(disjoint)


WORDS = ["nato", "nato", "NATO", "beitritt", "beitritt", "Beitritts", "Bündnis", "Buendnis"]
WORDS += ["Straße", "Erdoğan", "l'OTAN", "Putin's", "НАТО"]
PATTERNS = ["beitr*", "*tritt", "*itri*", "B?ndnis", "bei?ri*", "str*e", "?rdogan", "nato-b*"]
PHRASES = ['"nato beitr*"', '"?ato beit?itt"', '"*ato beitritt"', '"nato nato"', '="NATO beitritt"']
PHRASES += ['"(nato|Bündnis) (beitr*|nato|)"', '"(otan|nato nato) beitritt"']

word = st.sampled_from(WORDS)
chain = st.lists(word, min_size=2, max_size=3).map("-".join)
prose = st.lists(
    st.tuples(word | chain, st.sampled_from([" ", " ", " ", ", ", ". Nato ", "! ", "\n", " | "])),
    max_size=16,
).map(lambda pieces: "".join(w + gap for w, gap in pieces))

leaf = st.one_of(
    word.map(lambda w: f'"{w}"' if "'" in w else w),
    chain,
    word.map(lambda w: f"={w}"),
    st.sampled_from(PATTERNS),
    st.sampled_from(PHRASES),
    st.lists(word | st.sampled_from(PATTERNS), min_size=2, max_size=3).map(
        lambda ws: '"' + " ".join(ws) + '"'
    ),
)
field = st.sampled_from(["", "", "", "", "", "title:", "text:", "url:", "author:"])


def _positional(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    near = st.sampled_from(["NEAR/0", "NEAR/2", "ONEAR/1", "NEAR/S", "EXCEPT", "EXCEPT"])
    return st.one_of(
        st.tuples(inner, near, inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: f"({' OR '.join(p)})"),
        st.tuples(st.sampled_from(["S", "0", "3"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda p: f"ALL/{p[0]}({', '.join(p[1])})"
        ),
    )


positional = st.recursive(st.tuples(field, leaf).map("".join), _positional, max_leaves=5)


def _whole(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, inner).map(lambda p: f"({p[0]} AND {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} AND NOT {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} OR {p[1]})"),
        st.tuples(positional, st.integers(1, 3)).map(lambda p: f"count({p[0]})>={p[1]}"),
        st.sampled_from(["outlet:spiegel", "outlet:spie*", "country:(de OR at)", "language:en"]),
    )


query = st.recursive(positional, _whole, max_leaves=4)
article = st.fixed_dictionaries(
    {
        "title": prose,
        "lead": prose,
        "text": prose,
        "url": st.sampled_from(["", "https://a.b/nato-beitritt/eu"]),
        "author": st.sampled_from(["", "Nato Putin's"]),
        "outlet": st.sampled_from(["spiegel", "zeit-online"]),
        "language": st.sampled_from(["de", "en"]),
        "country": st.sampled_from(["DE", "US"]),
    }
)


def _index(fields: dict[str, str], *, others: bool) -> ArticleIndex:
    main = [(f, fields[f]) for f in FIELDS[:3]]
    return ArticleIndex(main, [(f, fields[f]) for f in FIELDS[3:]] if others else [])


def _usual(patch: pytest.MonkeyPatch) -> None:
    """Evaluate as small catalogs are evaluated."""
    del patch


def _many(patch: pytest.MonkeyPatch) -> None:
    """Let few rules, alternatives and literals count as many, as in large catalogs."""
    patch.setattr(operators, "FEW_ALTERNATIVES", 0)
    patch.setattr(presearch, "FEW_RULES", 0)
    patch.setattr(article_index, "FEW_LOOKUPS", 0)


def _common(patch: pytest.MonkeyPatch) -> None:
    """Let every literal be common, so that each is looked for when it is needed."""
    patch.setattr(compiler, "COMMON", 0)
    patch.setattr(words, "SHORT", 1_000)


def _deferred(patch: pytest.MonkeyPatch) -> None:
    """Let no literal be searched at first: one is looked for alone, then all at once."""
    patch.setattr(presearch, "SEARCHED_GROUPS", 0)
    patch.setattr(presearch, "FEW_LITERALS", 1_000)
    patch.setattr(article_index, "FEW_DEFERRED", 1)


ways = st.sampled_from([_usual, _many, _common, _deferred])
Way = Callable[[pytest.MonkeyPatch], None]


def _resolved(text: str) -> Node:
    resolved = resolve(text, {}, ())
    assert resolved.node is not None, (text, resolved.problems)
    return resolved.node


@settings(max_examples=examples(300), deadline=None)
@given(
    queries=st.lists(query, min_size=1, max_size=6),
    unless=st.lists(st.booleans(), min_size=6, max_size=6),
    fields=article,
    way=ways,
)
def test_rules_fire_where_the_oracle_says(
    queries: list[str], unless: list[bool], fields: dict[str, str], way: Way
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        way(patch)
        _check_rules(queries, unless, fields)


def _check_rules(queries: list[str], unless: list[bool], fields: dict[str, str]) -> None:
    nodes = [_resolved(q) for q in queries]
    named = [(str(i + 1),) if unless[i] and i + 1 < len(nodes) else () for i in range(len(nodes))]
    rules = tuple(ResolvedRule(str(i), 2**i, node, None, named[i]) for i, node in enumerate(nodes))
    topics = [TopicRules(f"t{low}", low, (), rules) for low in (1, 3)]
    topics.append(TopicRules("gated", 1, ("fr",), rules))
    ruleset = RuleSet(topics)
    index = _index(fields, others=ruleset.other_fields)
    ruleset.search(index)
    oracle = Oracle(fields)
    true = [oracle.is_true(node) for node in nodes]
    fires = list(true)
    for i in reversed(range(len(nodes))):  # each names the next one, if any
        fires[i] = true[i] and not (named[i] and fires[i + 1])
    wanted = [i for i, has_fired in enumerate(fires) if has_fired]
    outcomes = ruleset.evaluate(0, index)
    assert [outcome.holds for outcome in outcomes] == true
    assert [i for i, outcome in enumerate(outcomes) if outcome.points is not None] == wanted
    score = sum(2**i for i in wanted)
    matched = [
        (topics[m.topic].id, m.score, [int(r.id) for r in m.fired])
        for m in ruleset.match(index, ArticleLabels("de"))
    ]
    assert matched == [(t.id, score, wanted) for t in topics[:2] if score >= t.threshold]


@settings(max_examples=examples(300), deadline=None)
@given(text=positional, fields=article, way=ways)
def test_hits_are_where_the_oracle_says(text: str, fields: dict[str, str], way: Way) -> None:
    with pytest.MonkeyPatch.context() as patch:
        way(patch)
        _check_hits(text, fields)


def _check_hits(text: str, fields: dict[str, str]) -> None:
    node = _resolved(text)
    ruleset = RuleSet([TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))])
    index = _index(fields, others=ruleset.other_fields)
    ruleset.search(index)
    oracle = Oracle(fields)
    wanted = set()
    for name, first, last in oracle.hits(node):
        parts = [t for t in oracle.tokens[name] if t.first == t.last]
        wanted.add((name, parts[first].start, parts[last].end))
    program = ruleset.rules[0].program
    hits = set()
    for first, last, _ in program.spans(index):
        field = index.field_at(first)
        hits.add((field.field, *field.code_points(first, last)))
    assert hits == wanted
    starts = [(name, start) for name, start, _ in wanted]
    sentences = {bisect_right(sentence_starts(fields["text"]), s) for n, s in starts if n == "text"}
    places = find_places(program.evidence(index), index)
    assert places == (
        any(name == "title" for name, _ in starts),
        any(name == "lead" for name, _ in starts),
        len(sentences),
    )


@settings(max_examples=examples(50), deadline=None)
@given(text=positional, fields=article)
def test_hits_come_in_text_order_and_once(text: str, fields: dict[str, str]) -> None:
    ruleset = RuleSet([TopicRules("t", 1, (), (ResolvedRule("r", 1, _resolved(text)),))])
    index = _index(fields, others=ruleset.other_fields)
    ruleset.search(index)
    extents = [span[:2] for span in ruleset.rules[0].program.spans(index)]
    assert all(a <= b for a, b in pairwise(extents))


def _rebuilt(node: Node) -> Node:
    return node.with_children([_rebuilt(child) for child in node.children])


@settings(deadline=None)
@given(text=query)
def test_a_tree_is_rebuilt_from_the_children_of_its_nodes(text: str) -> None:
    node = _resolved(text)
    assert _rebuilt(node) == node
