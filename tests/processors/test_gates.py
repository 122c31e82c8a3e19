"""Gates: the conditions for a match beside the rules, checked and explained from one list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.catalog.models import Catalog
from config.i18n import LANGUAGES, Phrase, in_english, translator
from processors import Processors, article_from_fields
from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.gates import GATES, ArticleLabels, Gate
from processors.query import resolve
from tests.processors.definitions import topic


def _rules(languages: tuple[str, ...] = (), threshold: int = 1) -> TopicRules:
    node = resolve("nato", {}, ()).node
    assert node is not None
    return TopicRules("t", threshold, languages, (ResolvedRule("r", 1, node),))


def _matches(gates: tuple[Gate, ...], labels: ArticleLabels, *topics: TopicRules) -> list[int]:
    rules = RuleSet(topics, gates=gates)
    index = ArticleIndex((("title", "Nato"), ("lead", ""), ("text", "")))
    rules.search(index)
    return [match.topic for match in rules.match(index, labels)]


def _only_english(*, after_rules: bool) -> Gate:
    return Gate(
        "english",
        lambda topic, labels, score: labels.language == "en",
        lambda topic, labels, score: Phrase("gate.threshold.reached", score=score, threshold=9),
        after_rules=after_rules,
    )


def test_the_language_and_the_score_decide() -> None:
    topics = (_rules(), _rules(languages=("en", "fr")), _rules(threshold=2))
    assert _matches(GATES, ArticleLabels("de"), *topics) == [0]
    assert _matches(GATES, ArticleLabels("fr"), *topics) == [0, 1]


@pytest.mark.parametrize("after_rules", [False, True])
def test_a_new_gate_is_one_entry_of_the_list(*, after_rules: bool) -> None:
    gates = (*GATES, _only_english(after_rules=after_rules))
    assert _matches(gates, ArticleLabels("de"), _rules()) == []
    assert _matches(gates, ArticleLabels("en"), _rules()) == [0]


@pytest.mark.parametrize("after_rules", [False, True])
def test_a_new_gate_is_explained(*, after_rules: bool) -> None:
    gates = (*GATES, _only_english(after_rules=after_rules))
    processors = Processors.compile(Catalog((), (topic("nato"),)), ("de",))
    rules = RuleSet(processors.compiled.rules.topics, gates=gates)
    changed = replace(processors, compiled=replace(processors.compiled, rules=rules))
    article = article_from_fields({"title": "Nato", "language": "de"})
    result = changed.explain("t", article, given_language="de")
    assert [(gate.name, gate.passed) for gate in result.gates] == [
        ("language", True),
        ("threshold", True),
        ("english", False),
    ]
    assert not result.match
    assert changed.process(article).matches == ()


def _why(labels: ArticleLabels, rules: TopicRules, score: int) -> list[Phrase]:
    return [gate.explain(rules, labels, score) for gate in GATES]


def test_gates_say_why_in_english_and_german() -> None:
    language, threshold = _why(ArticleLabels("fr", "detected"), _rules(("de", "en"), 30), 20)
    assert (
        in_english(language)
        == "The article is in French (detected); the topic accepts German, English."
    )
    assert in_english(threshold) == "20 is below the threshold of 30."
    german = translator("de")
    assert german.phrase(language) == (
        "Sprache des Artikels: Französisch (erkannt); das Thema nimmt Deutsch, Englisch an."
    )
    assert german.phrase(threshold) == "20 liegt unter der Schwelle von 30."
    language, threshold = _why(ArticleLabels(""), _rules(threshold=30), 30)
    unknown = "The article is in an unknown language (declared); the topic accepts every language."
    assert in_english(language) == unknown
    assert in_english(threshold) == "30 reaches the threshold of 30."


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("source", ["detected", "declared", "given"])
@pytest.mark.parametrize("languages", [(), ("de",)])
@pytest.mark.parametrize("score", [0, 1])
def test_every_reason_of_a_gate_has_a_text(
    code: str, source: str, languages: tuple[str, ...], score: int
) -> None:
    for phrase in _why(ArticleLabels("", source), _rules(languages), score):
        assert not translator(code).phrase(phrase).startswith("gate.")
