"""Faults of topics at their positions in the operator's files; tests of topics."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.catalog.aliases import EntityAlias
from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.errors import CatalogError
from config.faults import Fault
from processors import Processors, article_from_fields, run_topic_tests, topic_faults
from tests.processors.definitions import entity

SOURCES = """\
outlets:
  - {id: a, name: A, country: DE, language: de, feeds: [https://a.example/feed]}
"""
SOUND = """\
id: nato
threshold: 30
terms:
  nato: =NATO OR =Nato
  eu: >-
    "EU Beitritt*"
    OR "EU accession"
rules:
  - id: direct
    weight: 30
    query: >-
      (beitritt* EXCEPT $eu)
      NEAR/8 $nato
tests:
  - {name: yes, language: de, title: Nato-Beitritt, match: true, rules: [direct]}
  - {name: no, language: de, title: EU-Beitritt, match: false}
"""


def catalog_of(folder: Path, topic: str) -> Catalog:
    (folder / "topics").mkdir(exist_ok=True)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "topics" / "t.yaml").write_text(topic, encoding="utf-8")
    catalog, faults = load_catalog(folder, {})
    assert catalog is not None, faults
    return catalog


def positions(faults: list[Fault]) -> list[tuple[str, int, int]]:
    return [(f.code, f.line, f.column) for f in faults]


def faults_of(folder: Path, topic: str) -> list[tuple[str, int, int]]:
    return positions(topic_faults(catalog_of(folder, topic)))


def test_a_sound_topic_has_no_fault_and_passes_its_tests(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, SOUND)
    assert topic_faults(catalog) == []
    assert run_topic_tests(catalog.topics[0], catalog) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("NEAR/8 $nato", "NEAR/8 $nope", ("E007", 13, 14)),
        ("NEAR/8 $nato", "NEAR/88 $nato", ("E006", 13, 7)),
        ('OR "EU accession"', 'OR "EU accession" x', ("E002", 7, 23)),
        ("=NATO OR =Nato", "=NATO OR $eu2", ("E007", 4, 18)),
        ("weight: 30", "weight: 20", ("E008", 1, 1)),
        ("=NATO OR =Nato", "=NATO AND =Nato", ("E006", 13, 14)),
        ("    OR", "    OR EU* OR", ("E005", 7, 8)),
    ],
)
def test_a_fault_has_the_position_of_the_wrong_word(
    tmp_path: Path, old: str, new: str, expected: tuple[str, int, int]
) -> None:
    found = faults_of(tmp_path, SOUND.replace(old, new))
    assert [fault for fault in found if fault[0] != "W111"] == [expected]


def test_each_term_of_a_cycle_is_reported_once(tmp_path: Path) -> None:
    topic = SOUND.replace("=NATO OR =Nato", "$eu OR a").replace('"EU Beitritt*"', "$nato")
    faults = faults_of(tmp_path, topic)
    assert {code for code, *_ in faults} == {"E011"}
    assert {line for _, line, _ in faults} == {4, 6}


def test_terms_may_be_defined_after_the_terms_that_use_them(tmp_path: Path) -> None:
    topic = SOUND.replace("=NATO OR =Nato", "$later").replace(
        "  eu:", "  later: =NATO OR =Nato\n  eu:"
    )
    assert faults_of(tmp_path, topic) == []


def test_a_chain_of_very_many_terms_is_rejected_without_a_crash(tmp_path: Path) -> None:
    chain = "".join(f"  t{i}: $t{i + 1} EXCEPT b\n" for i in range(600)) + "  t600: a\n"
    topic = f"id: t\nterms:\n{chain}query: $t0\n"
    assert {code for code, *_ in faults_of(tmp_path, topic)} >= {"E012"}


def test_denied_words_are_not_hits_of_their_term(tmp_path: Path) -> None:
    topic = (
        "id: t\nterms:\n  krim: krim*\ndeny:\n  krim: [Krimi, Kriminal]\nquery: $krim\ntests:\n"
        "  - {name: a, language: de, title: Krimkrieg, match: true}\n"
        "  - {name: b, language: de, title: Krimi im Fernsehen, match: false}\n"
    )
    catalog = catalog_of(tmp_path, topic)
    assert run_topic_tests(catalog.topics[0], catalog) == []
    assert positions(topic_faults(catalog)) == [("W103", 3, 9)]


def test_a_bare_denied_word_is_denied_in_all_its_forms(tmp_path: Path) -> None:
    topic = """\
id: t
terms: {a: Waffenruhe OR *ruhen, b: Streik}
deny: {a: [Waffenruhe], b: [=Warnstreik, '"Hungerstreik"', "General Streik"]}
query: $a OR $b
tests:
  - {name: as written, language: de, title: Eine Waffenruhe in Gaza, match: false}
  - {name: plural, language: de, title: Die Waffenruhen in Gaza, match: false}
  - {name: compound, language: de, title: Die Gazawaffenruhe, match: false}
  - {name: compound in the plural, language: de, title: Die Gazawaffenruhen, match: false}
  - {name: of another language, language: fr, title: La Waffenruhe, match: false}
  - {name: others, language: de, title: Die Arbeiten ruhen, match: true}
  - {name: exact, language: de, title: Warnstreik, match: false}
  - {name: no other form of an exact word, language: de, title: Warnstreiks, match: true}
  - {name: in quotes, language: de, title: Ein Hungerstreik, match: false}
  - {name: no other form in quotes, language: de, title: Viele Hungerstreiks, match: true}
  - {name: a phrase, language: de, title: General Streik, match: false}
"""
    catalog = catalog_of(tmp_path, topic)
    assert run_topic_tests(catalog.topics[0], catalog) == []


def test_denying_words_of_a_term_without_hits_is_a_fault(tmp_path: Path) -> None:
    topic = "id: t\nterms:\n  x: a AND b\ndeny:\n  x: [c]\nquery: $x\n"
    assert ("E006", 3, 6) in faults_of(tmp_path, topic)


def test_a_topic_without_any_test_is_one_warning(tmp_path: Path) -> None:
    found = faults_of(tmp_path, "id: t\nquery: Gaspreis NEAR/S Heizung\n")
    assert found == [("W107", 1, 1)]


def test_warnings_point_out_likely_mistakes(tmp_path: Path) -> None:
    topic = """\
id: t
threshold: 30
rules:
  - {id: labels, weight: 5, query: "outlet:a"}
  - {id: one, weight: 30, query: nato OR join*}
  - {id: veto, weight: -50, query: '„nato Draht"'}
tests:
  - {name: x, language: de, title: Nato Draht Nato, match: true}
"""
    assert faults_of(tmp_path, topic) == [
        ("W107", 1, 1),
        ("W101", 4, 37),
        ("W107", 4, 37),
        ("W102", 5, 34),
        ("W103", 5, 42),
        ("W104", 6, 37),
        ("W109", 6, 37),
        ("W111", 8, 5),
    ]


def test_quotes_that_yaml_takes_away_are_pointed_out(tmp_path: Path) -> None:
    def fault_of(query: str, code: str) -> str:
        faults = topic_faults(catalog_of(tmp_path, f"id: t\nquery: {query}\n"))
        return next((f.mend for f in faults if f.code == code), "")

    assert fault_of('"NATO Beitritt*"', "E002").endswith('`"NATO Beitritt*"` in the next line.')
    assert '`"Beitritt"`' in fault_of('"Beitritt"', "W112")
    for sound in ("Beitritt", "'Beitritt'", "'\"Beitritt\"'", '"a OR b"', '"Beitritt" OR x'):
        assert not fault_of(sound, "W112")
        assert not fault_of(sound, "E002")
    assert '"a"' not in fault_of("'a \"b\"'", "E002")


NEAR_WARNINGS = """
(nato OR eu) NEAR/S (nato OR veto)          W113 `nato` is in two operands of NEAR/S: one
(nato OR eu) NEAR/9 (veto OR nato)          W113 `nato` is in two operands of NEAR/9: `nato` twice
ALL/S(nato, eu OR veto, x OR eu)            W113 `eu` is in two operands of ALL/S
x AND (($union EXCEPT y) NEAR/S eu)         W113 `eu` is in two operands of NEAR/S (`$union`): one
(x OR $union) NEAR/S $wider                 W113 NEAR/S (`$union` and `$union` in `$wider`): one
entity:eu NEAR/S (Brüssel OR union)         W113 `entity:eu` and `Brüssel` are in two operands
entity:eu NEAR/S (europäisch OR veto)       W113 NEAR/S: one `europäisch` satisfies both
"european union" NEAR/S entity:eu           W113 `"european union"` and `entity:eu` are in two
entity:eu NEAR/S (Europa OR "brüssel*")
title:entity:eu NEAR/H lead:Brüssel
(nato OR eu) NEAR/H (nato OR veto)          W113 `nato` is in two operands of NEAR/H: one
title:($near)                               W113 `title:x` is in two operands of NEAR/S
nato NEAR/5 beitritt NEAR/5 ukraine         W114 between those of NEAR/5
beitreten NEAR/5 nato                       W114 between `beitreten` and its particle
nato NEAR/5 (beitreten OR join)             W114 between `beitreten` and its particle
"nato beitritt*" NEAR/5 nato                W114 inside "nato beitritt*"
nato NEAR/S beitritt NEAR/S ukraine
nato ONEAR/5 beitritt ONEAR/5 ukraine
(nato NEAR/5 beitritt) NEAR/5 ukraine
nato NEAR/0 beitritt NEAR/5 ukraine
beitreten NEAR/S nato OR ALL/5(beitreten, nato)
"nato beitritt*" NEAR/5 (nato OR ukraine)
nato NEAR/5 beitritt OR nato NEAR/5 ukraine
"""
"""A query and, behind two spaces, the warning about its operators and a part of the message."""


EUROPE = replace(
    entity("eu", "European Union", "Brüssel", kind="organisation"),
    demonyms=(EntityAlias("europäisch"),),
)


@pytest.mark.processes  # writes the dictionaries where they are missing
def test_operands_that_share_a_word_or_lie_in_each_other_are_pointed_out(tmp_path: Path) -> None:
    wrong = []
    for line in NEAR_WARNINGS.strip().splitlines():
        query, _, expected = line.partition("  ")
        terms = "terms:\n  union: nato OR eu\n  near: x NEAR/S (x OR y)\n  wider: $union OR z\n"
        catalog = catalog_of(tmp_path, f"id: t\n{terms}query: {query}\n")
        catalog = replace(catalog, entities=(EUROPE,))
        found = [f"{f.code} {f.message}" for f in topic_faults(catalog) if f.code[:3] == "W11"]
        code, _, part = expected.strip().partition(" ")
        if len(found) != bool(code) or (code and not (code in found[0] and part in found[0])):
            wrong.append((query, expected, found))
    assert not wrong


def test_a_language_without_forms_is_pointed_out_where_a_topic_has_bare_words(
    tmp_path: Path,
) -> None:
    languages = "languages: [en, ru, ja]\n"
    catalog = catalog_of(tmp_path, f"id: t\n{languages}query: summit OR 首脳会談\n")
    (fault,) = [f for f in topic_faults(catalog) if f.code == "W122"]
    assert (fault.line, "`ja`" in fault.message, "`*`" in fault.mend) == (1, True, True)
    catalog = catalog_of(tmp_path, f'id: t\n{languages}query: >-\n  "summit" OR =首脳会談\n')
    assert "W122" not in [f.code for f in topic_faults(catalog)]


def test_a_failed_test_lists_missing_and_unexpected_rules(tmp_path: Path) -> None:
    topic = SOUND.replace("title: EU-Beitritt, match: false", "title: Nato, match: true").replace(
        "title: Nato-Beitritt, match: true, rules: [direct]",
        "title: Nato-Beitritt, match: false, rules: [], score_max: 10",
    )
    catalog = catalog_of(tmp_path, topic)
    first, second = run_topic_tests(replace(catalog.topics[0], owner="Newsdesk"), catalog)
    assert (first.code, first.line) == ("E020", 15)
    assert first.mend.endswith("Correct the rule or the test. The topic belongs to Newsdesk.")
    for text in ("match is true, expected false", "extra rules: direct", "at most 10"):
        assert text in first.message
    assert "match is false, expected true" in second.message
    assert "0 of 30" in second.mend


def test_rules_include_lists_the_missing_rules(tmp_path: Path) -> None:
    topic = SOUND.replace(
        "title: EU-Beitritt, match: false", "title: a, match: false, rules_include: [direct]"
    )
    catalog = catalog_of(tmp_path, topic)
    (fault,) = run_topic_tests(catalog.topics[0], catalog)
    assert "missing rules: direct" in fault.message


def test_the_language_of_a_test_is_used_without_detection(tmp_path: Path) -> None:
    gated = SOUND.replace("threshold: 30", "threshold: 30\nlanguages: [en]")
    catalog = catalog_of(tmp_path, gated.replace("language: de", "language: en"))
    assert run_topic_tests(catalog.topics[0], catalog) == []
    catalog = catalog_of(tmp_path, gated)
    (fault,) = run_topic_tests(catalog.topics[0], catalog)
    assert "The article is in German (given)" in fault.mend


def test_retired_topics_are_tested_too(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, SOUND.replace("id: nato", "id: nato\nstate: retired"))
    assert run_topic_tests(catalog.topics[0], catalog) == []
    assert Processors.compile(catalog, ("de",)).process(article_from_fields({})).matches == ()


def test_tests_of_a_broken_topic_are_not_run(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, SOUND.replace("NEAR/8", "AND OR"))
    with pytest.raises(CatalogError):
        run_topic_tests(catalog.topics[0], catalog)
