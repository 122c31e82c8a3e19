"""The worked examples of docs/query-language.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.gates import ArticleLabels
from processors.query import resolve
from tests.processors.definitions import entity

pytestmark = pytest.mark.processes  # writes the dictionaries where they are missing

PAGE = Path(__file__).parents[2] / "docs" / "query-language.md"
TERMS = {"nato": resolve("NATO OR Nordatlantikpakt", {}, ())}
ZELENSKYY = entity("zelenskyy", "Selenskyj", "Zelensky")


def test_the_worked_examples_find_what_they_say() -> None:
    (block,) = re.findall(r"## Thirty examples\n.*?```text\n(.*?)```", PAGE.read_text(), re.DOTALL)
    examples = [example.splitlines()[1:] for example in block.strip().split("\n\n")]
    assert len(examples) == 30
    nodes = [resolve(query, TERMS, {"zelenskyy"}).node for query, *_ in examples]
    assert None not in nodes
    topics = [
        TopicRules(query, 1, (), (ResolvedRule("r", 1, node),))
        for (query, *_), node in zip(examples, nodes, strict=True)
        if node is not None
    ]
    rules = RuleSet(topics, [ZELENSKYY], languages=("de", "en"))
    wrong = []
    for query, *articles in examples:
        assert {article[0] for article in articles} == {"+", "-"}
        wrong += [
            (query, article)
            for article in articles
            if (query in matching(rules, article[2:4], article[5:])) is not (article[0] == "+")
        ]
    assert not wrong


def matching(rules: RuleSet, language: str, article: str) -> list[str]:
    """Return the queries that match an article: a text, or a title and a text behind ``//``."""
    title, _, text = article.partition(" // ")
    texts = (("title", title), ("lead", ""), ("text", text))
    index = ArticleIndex(texts, [("language", language)], language)
    rules.search(index)
    return [rules.topics[match.topic].id for match in rules.match(index, ArticleLabels(language))]
