"""Concepts in the queries of topics, and their own tests."""

from __future__ import annotations

import pytest

from config.catalog.models import Catalog, ConceptDefinition, ConceptTest, FilePosition, SourceText
from config.faults import in_file_order
from processors import (
    Processors,
    article_from_fields,
    run_vocabulary_tests,
    topic_faults,
    vocabulary_faults,
)
from tests.processors.definitions import entity, source, topic

LANGUAGES = ("de", "en")


def concept(name: str, tests: tuple[ConceptTest, ...] = (), **forms: str) -> ConceptDefinition:
    position = FilePosition("vocabulary/v.yaml", 1, 1)
    sources = {code: SourceText(query, position) for code, query in forms.items()}
    return ConceptDefinition(name, sources, tests, position)


def sentence(text: str, match: bool, language: str = "", line: int = 1) -> ConceptTest:
    return ConceptTest(text, language, match, FilePosition("vocabulary/v.yaml", line, 1))


ACCESSION = concept("accession", de='beitreten OR "die Aufnahme"', en="join OR die OR =NATO")
CANDIDACY = concept("candidacy", de="$accession NEAR/5 entity:nato", en="$accession")
NATO = entity("nato", "NATO", kind="organisation")


def matches(
    query: str, text: str, language: str, *concepts: ConceptDefinition, **changes: object
) -> bool:
    catalog = Catalog((), (topic(query, **changes),), (NATO,), vocabulary=concepts)
    article = article_from_fields({"title": text})
    return (
        Processors.compile(catalog, LANGUAGES).explain("t", article, given_language=language).match
    )


def faults_of(query: str, *concepts: ConceptDefinition, **changes: object) -> list[tuple[str, str]]:
    catalog = Catalog((), (topic(query, **changes),), (NATO,), vocabulary=concepts)
    faults = in_file_order([*topic_faults(catalog, LANGUAGES), *vocabulary_faults(catalog)])
    return [(f.code, f.message) for f in faults if f.code not in {"W107", "W102"}]


ROWS = [
    ("$accession", "Schweden tritt der Nato bei", "de", True),
    ("$accession", "Sweden joined", "en", True),
    ("$accession", "Sweden joined", "de", False),
    ("$accession", "Was die NATO sagt", "de", False),
    ("$accession", "Was die NATO sagt", "fr", False),
    ("$accession", "Thousands die", "en", True),
    ("$accession", "NATO", "en", True),
    ("$accession", "die Aufnahme", "de", True),
    ("$accession", "die Aufnahme", "fr", False),
    ("title:$accession", "die Aufnahme", "de", True),
    ("lead:$accession", "die Aufnahme", "de", False),
    ("Schweden NEAR/5 $accession", "Schweden will beitreten", "de", True),
    ('$accession EXCEPT "will beitreten"', "Schweden will beitreten", "de", False),
    ("$candidacy", "der NATO beitreten", "de", True),
    ("$candidacy", "der EU beitreten", "de", False),
    ("$candidacy", "joins the EU", "en", True),
    ("count($accession)>=2", "joins, joining", "en", True),
]


def test_a_concept_finds_its_form_in_the_language_of_the_article() -> None:
    concepts = (ACCESSION, CANDIDACY)
    wrong = [row for row in ROWS if matches(*row[:3], *concepts) is not row[3]]
    assert wrong == []


def test_a_term_of_the_topic_wins_over_a_concept_of_its_name() -> None:
    terms = {"accession": source("Mitgliedschaft")}
    assert matches("$accession", "Mitgliedschaft", "de", ACCESSION, terms=terms)
    assert not matches("$accession", "beitreten", "de", ACCESSION, terms=terms)
    assert matches("$candidacy", "NATO beitreten", "de", ACCESSION, CANDIDACY, terms=terms)


def test_a_term_widens_the_concept_of_its_name() -> None:
    terms = {"accession": source("$accession OR Mitgliedschaft")}
    for text in ("Mitgliedschaft", "beitreten"):
        assert matches("$accession", text, "de", ACCESSION, terms=terms)
    assert not matches("$accession", "Wetter", "de", ACCESSION, terms=terms)
    assert faults_of("$accession", terms=terms)[0][0] == "E011", "there is no such concept"


def test_faults_of_concepts_are_reported_once_where_they_are() -> None:
    broken = concept("broken", de="a b")
    assert faults_of("x", broken)[0][0] == "E002"
    assert [code for code, _ in faults_of("$broken AND $broken", broken)] == ["E002"]
    ((code, message),) = faults_of("$acession", ACCESSION)
    assert (code, message) == ("E007", "There is no term or concept `$acession`.")
    cyclic = (concept("a", de="$b"), concept("b", de="x OR $a"))
    assert [code for code, _ in faults_of("$a", *cyclic)] == ["E011", "E011"]
    assert [code for code, _ in faults_of("x", concept("a", de="$none"))] == ["E007"]
    assert [code for code, _ in faults_of("x", concept("a", de="x AND outlet:y"))] == ["E006"]
    partly = (concept("a", de="x", en="$b"), concept("b", de="x"))
    assert faults_of("x", *partly) == [("E007", "The concept `b` has no form in `en`.")]


def test_a_concept_without_a_form_in_a_language_of_the_topic_is_a_fault() -> None:
    german = concept("a", de="Beitritt")
    assert faults_of("$a", german, languages=("de",)) == []
    message = "The concept `a` has no form in `en`."
    assert faults_of("$a", german, languages=("de", "en")) == [("W121", message)]
    assert faults_of("$a", german, languages=("en",)) == [("E007", message)]


def test_sentences_of_concepts_are_tested_in_their_language() -> None:
    tests = (
        sentence("Schweden will der Nato nach Monaten nun beitreten", True),
        sentence("Sweden joins NATO", True, "en"),
        sentence("Sweden joins NATO", False, "de"),
        sentence("Schweden bleibt neutral und leistet einen Beitrag", True, line=4),
        sentence("Sweden will join the alliance next year", False, line=5),
    )
    catalog = Catalog((), (), (), vocabulary=(concept("a", tests, de="beitreten", en="join"),))
    missed, wrong = run_vocabulary_tests(catalog, LANGUAGES)
    assert (missed.code, missed.line, wrong.code, wrong.line) == ("E020", 4, "E020", 5)
    assert "does not find" in missed.message
    assert "(de)" in missed.message
    assert "finds" in wrong.message
    assert run_vocabulary_tests(catalog, LANGUAGES, ["other"][:0]) == []


def test_a_sentence_in_a_language_without_a_form_tests_nothing() -> None:
    tests = (sentence("Sweden will join the alliance next year", False),)
    german = concept("a", tests, de="beitreten")
    (fault,) = run_vocabulary_tests(Catalog((), (), (), vocabulary=(german,)), LANGUAGES)
    assert fault.code == "E020"
    assert "`{de: ...}`" in fault.mend


def test_concepts_that_no_topic_uses_are_not_compiled() -> None:
    with_concepts = Catalog((), (topic("Beitritt"),), vocabulary=(ACCESSION, CANDIDACY))
    compiled = Processors.compile(with_concepts, LANGUAGES).compiled
    without = Processors.compile(Catalog((), (topic("Beitritt"),)), LANGUAGES).compiled
    assert compiled.rules.literal_count == without.rules.literal_count
    broken = Catalog((), (topic("Beitritt"),), vocabulary=(concept("a", de="x y"),))
    assert [f for f in topic_faults(broken, LANGUAGES) if f.is_error] == []


@pytest.mark.parametrize("query", ["$a", "$b"])
def test_a_topic_that_uses_a_broken_concept_cannot_be_compiled(query: str) -> None:
    from config.errors import CatalogError

    concepts = (concept("a", de="x y"), concept("b", de="$a"))
    catalog = Catalog((), (topic(query),), vocabulary=concepts)
    with pytest.raises(CatalogError):
        Processors.compile(catalog, LANGUAGES)
