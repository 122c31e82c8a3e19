"""Queries that plain YAML cannot hold are read as their author meant them, with true positions."""

from __future__ import annotations

import time

import pytest

from config.yaml.nodes import MappingNode, ScalarNode, YamlNode, parse
from config.yaml.queries import quote_queries

TOPIC = """\
id: t
terms:
  a: "NATO Beitritt*" OR x   # not a comment of the query
  b: *beitritt
  c: {file: x.txt}
title: "x" # OR y
rules:
  - id: r
    query: 'a' OR "it's b" OR
      "c # d"
  - query: !nato
    id: title: x
alert: {severity: low}
"""


def scalars(node: YamlNode | None) -> dict[str, ScalarNode]:
    """Return the scalars below a node by key; the last one where a key is used twice."""
    if isinstance(node, ScalarNode):
        return {"": node}
    nodes = [(k, n) for k, (_, n) in node.pairs.items()] if isinstance(node, MappingNode) else []
    rest = [] if node is None or nodes else [("", n) for n in node.nodes]  # type: ignore[union-attr]
    return {k or key: s for key, n in (*nodes, *rest) for k, s in scalars(n).items()}


def test_queries_and_terms_may_begin_with_what_means_something_else_in_yaml() -> None:
    topic = TOPIC.replace("id: title: x", "id: s")
    root, faults = parse("t.yaml", topic.encode())
    assert not faults
    found = scalars(root)
    assert found["a"].value == '"NATO Beitritt*" OR x'
    assert found["b"].value == "*beitritt"
    assert found["title"].value == "x"
    assert (found["file"].value, found["severity"].value) == ("x.txt", "low")
    assert found["query"].value == "!nato"
    lines = topic.splitlines()
    for key in ("a", "b", "query"):
        source = found[key].source
        for offset, character in enumerate(source.value):
            at = source.at(offset)
            assert lines[at.line - 1][at.column - 1] == character


def test_the_positions_of_other_faults_stay_those_of_the_file() -> None:
    root, faults = parse("t.yaml", TOPIC.encode())
    assert root is None
    assert [(f.code, f.line, f.column) for f in faults] == [("E204", 12, 14)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('query: "a b" OR\n  "c d"\n\nx: 1', '"a b" OR "c d"'),
        ("query: 'a b' OR c", "'a b' OR c"),
        ("query: title: NATO", "title: NATO"),
        ("query: &EU NATO", "&EU NATO"),
        ("query: %a", "%a"),
        ("query: @b OR `c`", "@b OR `c`"),
        ('query: "a b"', "a b"),
        ('query: "a" # OR b', "a"),
        ("x: &a b\nquery: *a", "b"),
        ("query: &a b\nx: *a", "b"),
        ('query: >-\n  query: "a" OR b\nterms:\n  x: *a', 'query: "a" OR b'),
    ],
)
def test_a_query_is_read_as_it_is_meant_and_yaml_that_means_something_keeps_it(
    text: str, value: str
) -> None:
    root, faults = parse("t.yaml", text.encode())
    assert not faults
    assert scalars(root)["query"].value == value


def test_no_other_key_is_read_in_another_way() -> None:
    for text in ('name: "a" OR b', "name: *a", "query: x\nname: !a", 'query: "a" OR # b\n  c'):
        root, faults = parse("t.yaml", text.encode())
        assert root is None
        assert faults


def test_a_large_file_of_such_queries_takes_linear_time() -> None:
    start = time.process_time()
    quoted = quote_queries("- query: *x\n" * 10_000)
    assert quoted is not None
    assert len(quoted.inserted) == 20_000
    assert time.process_time() - start < 2
