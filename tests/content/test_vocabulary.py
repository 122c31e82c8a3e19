"""The shipped vocabulary: its sentences, its languages, and the page that lists it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from config.catalog.models import Catalog
from processors import run_vocabulary_tests, vocabulary_faults

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LANGUAGES = ("de", "en", "fr", "ru", "uk")
IN_ALL_LANGUAGES = {
    "accession", "agreement", "anniversary", "application", "archives", "betrayal", "blame",
    "ceasefire", "concession", "demand", "enlargement", "grain_deal", "history", "invitation",
    "membership", "memory", "myth", "negotiation", "neutrality", "open_door", "peace",
    "peace_plan", "prisoner_exchange", "promise", "ratification", "refusal", "security_guarantee",
    "spokesperson_statement", "summit", "talks", "threat", "veto", "war_end", "withdrawal",
}  # fmt: skip

WORDS_OF_TOPICS = ("nato_", "ukraine_")
"""Files whose concepts serve one topic: parts of its rules rather than concepts of their own."""


def test_every_sentence_of_the_vocabulary_passes(catalog: Catalog) -> None:
    assert vocabulary_faults(catalog) == []
    assert run_vocabulary_tests(catalog, LANGUAGES) == []


def test_the_vocabulary_is_large_and_tested_in_each_language(catalog: Catalog) -> None:
    assert len(catalog.vocabulary) >= 60
    wrong = []
    for concept in catalog.vocabulary:
        if Path(concept.position.file).name.startswith(WORDS_OF_TOPICS):
            continue
        wanted = set(LANGUAGES) if concept.id in IN_ALL_LANGUAGES else {"de", "en"}
        tests = Counter((test.language, test.match) for test in concept.tests)
        numbers = [sum(n for (_, match), n in tests.items() if match is m) for m in (True, False)]
        if set(concept.forms) != wanted or {code for code, _ in tests} != wanted:
            wrong.append((concept.id, "languages"))
        if not (2 <= numbers[0] <= 12 and 2 <= numbers[1] <= 8):
            wrong.append((concept.id, f"{numbers[0]} match, {numbers[1]} do not"))
    assert wrong == []


def test_the_words_of_a_topic_are_tested_both_ways(catalog: Catalog) -> None:
    concepts = [
        concept
        for concept in catalog.vocabulary
        if Path(concept.position.file).name.startswith(WORDS_OF_TOPICS)
    ]
    assert concepts
    kinds = [{test.match for test in concept.tests} for concept in concepts]
    assert kinds == [{True, False}] * len(concepts)


def test_the_page_of_the_vocabulary_lists_exactly_the_shipped_concepts(catalog: Catalog) -> None:
    page = (ROOT / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    listed = re.findall(r"`(\w+)`", page.partition("## Shipped concepts")[2])
    assert listed == [concept.id for concept in catalog.vocabulary]
