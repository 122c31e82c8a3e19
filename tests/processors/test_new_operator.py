"""A new operator is a rule with its handler, a node, and a program; nothing else knows of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest

from config.catalog.models import Catalog
from processors import Processors, article_from_fields, topic_faults
from processors.engine.article_index import ArticleIndex, Span
from processors.engine.compiler import Compiler
from processors.engine.programs import FACTORIES, ProgramCompiler, QueryProgram, compiles
from processors.query import nodes, parser, resolve
from processors.query.nodes import (
    All,
    And,
    Count,
    EntityNode,
    Except,
    LabelNode,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Scoped,
    TermRef,
    Word,
    walk,
)
from processors.query.parser import GRAMMAR, TreeBuilder, parse
from tests.processors.definitions import source, topic


@dataclass(frozen=True, slots=True)
class First(Node):
    """The first hit of the operand."""

    operand: Node

    operands_are_positional: ClassVar[bool] = True

    @property
    def children(self) -> tuple[Node, ...]:
        return (self.operand,)

    def with_children(self, children: Sequence[Node]) -> First:
        return replace(self, operand=children[0])

    @property
    def positional(self) -> bool:
        return True


class FirstProgram(QueryProgram):
    __slots__ = ("operand",)

    def __init__(self, operand: QueryProgram) -> None:
        super().__init__(operand.required)
        self.operand = operand

    def find_spans(self, index: ArticleIndex) -> Iterable[Span]:
        return self.operand.spans(index)[:1]


def _handle_first(builder: TreeBuilder, tree: Any) -> Node:
    return First(builder.build(tree.children[1]), at=tree.children[0].start_pos)


def _compile_first(node: First, compiler: ProgramCompiler) -> QueryProgram:
    return FirstProgram(compiler.program(node.operand))


@pytest.fixture(name="first")
def _first(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    grammar = GRAMMAR.replace("| WORD  ", '| FIRST query ")" -> first\n      | WORD  ')
    monkeypatch.setattr(parser, "GRAMMAR", grammar + r"FIRST.3: /first\s*\(/")
    monkeypatch.setattr(TreeBuilder, "_first", _handle_first, raising=False)
    compiles(First)(_compile_first)
    _forget_parsers()
    yield
    del FACTORIES[First]
    monkeypatch.undo()
    _forget_parsers()


def _forget_parsers() -> None:
    parser._parser.cache_clear()
    parse.cache_clear()


def _catalog(query: str, **terms: str) -> Catalog:
    return Catalog((), (topic(query, terms={name: source(t) for name, t in terms.items()}),))


def _surfaces(query: str, title: str, text: str = "", **terms: str) -> list[str]:
    processors = Processors.compile(_catalog(query, **terms), ("de",))
    article = article_from_fields({"title": title, "text": text, "language": "de"})
    return [e.surface for e in processors.explain("t", article, given_language="de").evidence]


@pytest.mark.usefixtures("first")
def test_a_new_operator_finds_its_hits_and_combines_with_the_others() -> None:
    assert _surfaces("first(nato OR eu)", "Nato und EU") == ["Nato"]
    assert _surfaces("first(nato) NEAR/0 eu", "Nato EU Nato") == ["Nato", "EU"]
    assert _surfaces("eu NEAR/0 first(nato)", "Nato x EU Nato") == []
    assert _surfaces("count(first(nato))>=2", "Nato Nato") == []


@pytest.mark.usefixtures("first")
def test_terms_and_fields_reach_through_a_new_operator() -> None:
    assert _surfaces("first($union)", "EU und Nato", union="nato OR eu") == ["EU"]
    assert _surfaces("text:first(nato)", "Nato", "Die Nato tagt.") == ["Nato"]
    assert _surfaces("text:$head", "Nato", "Keine", head="first(nato)") == []


@pytest.mark.usefixtures("first")
def test_faults_and_warnings_reach_through_a_new_operator() -> None:
    codes = [p.code for p in resolve("first($unknown)", {}, ()).problems]
    assert codes == ["E007"]
    assert [p.code for p in resolve("first(a AND b)", {}, ()).problems] == ["E006"]
    assert [p.code for p in resolve("first(NOT a)", {}, ()).problems] == ["E004"]
    assert [p.code for p in resolve("a first(b)", {}, ()).problems] == ["E002"]
    faults = topic_faults(_catalog("first(krim*)"))
    assert [f.code for f in faults if f.code in ("W101", "W103")] == ["W103"]


def test_a_node_that_nothing_compiles_is_named() -> None:
    with pytest.raises(TypeError, match="TermRef cannot be compiled"):
        Compiler().program(TermRef("x"))


A, B, C = Phrase(("a",)), Phrase(("b",), exact=True), EntityNode("c")
EXAMPLES: tuple[Node, ...] = (
    A,
    Word("a", "a"),
    C,
    TermRef("t"),
    LabelNode("outlet", "x"),
    And((A, Not(B), C)),
    Or((A, B, C)),
    Not(A),
    Near(A, B, 5, ordered=True),
    All((A, B, C), 5),
    Except(A, B),
    Count(A, 2),
    Scoped(A, "title"),
)


@pytest.mark.parametrize("node", EXAMPLES, ids=lambda node: type(node).__name__)
def test_a_node_is_rebuilt_from_its_children(node: Node) -> None:
    assert node.with_children(node.children) == node
    others = [Phrase((f"other{n}",)) for n in range(len(node.children))]
    rebuilt = node.with_children(others)
    assert rebuilt.children == tuple(others)
    assert type(rebuilt) is type(node)
    assert rebuilt.with_children(node.children) == node
    assert next(walk(node)) is node


def test_the_examples_are_all_types_of_nodes() -> None:
    types = {one for one in vars(nodes).values() if isinstance(one, type) and issubclass(one, Node)}
    concrete = {one for one in types - {Node} if not one.__name__.startswith("_")}
    assert {type(node) for node in EXAMPLES} == concrete
