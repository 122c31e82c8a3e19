"""What is counted for missed articles, without reading operator files."""

from __future__ import annotations

import gc
from typing import cast

from core.messages import ArticleRevision
from processors import Explanation, article_from_fields
from wirewatch.topic_tools.headlines import LabelledArticle
from wirewatch.topic_tools.probe import ConceptProbe, Mentioned
from wirewatch.topic_tools.remedies import Remedies, Remedy
from wirewatch.topic_tools.trial import TrialResult

CONCEPTS = frozenset(f"concept{number}" for number in range(25))


class ProbeOfAll:
    """Finds every concept in every article, except in weather reports."""

    def look(self, article: ArticleRevision, _language: str | None = None) -> Mentioned:
        return Mentioned(frozenset() if "Wetter" in article.title else CONCEPTS, {}, "de")


def judged(title: str, text: str, *, expected: bool) -> TrialResult:
    article = article_from_fields({"title": title, "text": text})
    explanation = Explanation("t", False, 0, 1, rules=(), evidence=(), gates=())
    return TrialResult(LabelledArticle(0, article, expected, "de"), explanation, "de")


def word(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:05}")


def test_full_texts_are_counted_with_few_pairs_and_headlines_with_all() -> None:
    texts = [" ".join(word(10_000 * n + i) for i in range(350)) for n in range(4)]
    missed = [judged(f"Abgaben steigen {word(n)}", t, expected=True) for n, t in enumerate(texts)]
    other = [
        judged("Wetter: Abgaben", "", expected=False),
        judged("Neues aus Jena", "", expected=False),
    ]
    before = sum(isinstance(each, Remedy) for each in gc.get_objects())
    remedies = Remedies([*missed, *other], cast("ConceptProbe", ProbeOfAll()))
    number = sum(isinstance(each, Remedy) for each in gc.get_objects()) - before
    assert number <= 4 * (350 + 3 + 25 + 3 * 25)
    best = {one.query: one for _, each in remedies.of_each() for one in each}
    assert len(best["steigen"].right) == 4
    headline = Remedies(
        [judged("Abgaben", "", expected=True), *other], cast("ConceptProbe", ProbeOfAll())
    )
    assert "abgaben NEAR/S $concept0" in [one.query for _, b in headline.of_each() for one in b]
