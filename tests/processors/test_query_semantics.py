"""What queries match: docs/query-language.md, statement by statement."""

from __future__ import annotations

import time

import pytest

from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.evidence import evidence_of
from processors.gates import ArticleLabels
from processors.query import resolve
from tests.processors.definitions import entity

GERMAN = ArticleLabels("de")
ZELENSKYY = entity("zelenskyy", "Selenskyj")
TERMS = {
    name: resolve(query, {}, ())
    for name, query in {
        "nato": '=NATO OR =Nato OR "North Atlantic Treaty Organi?ation"',
        "eu_only": '"EU Beitritt*" OR "EU accession"',
    }.items()
}


def evaluated(query: str, fields: dict[str, str]) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether a query matches, and the field and surface of its evidence."""
    node = resolve(query, TERMS, {"zelenskyy"}).node
    assert node is not None
    rules = RuleSet([TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))], [ZELENSKYY])
    blank = dict.fromkeys(("title", "lead", "text"), "")
    others = [(name, text) for name, text in fields.items() if name not in blank]
    index = ArticleIndex(
        list((blank | {k: v for k, v in fields.items() if k in blank}).items()), others
    )
    rules.search(index)
    matches = rules.match(index, GERMAN)
    evidence = evidence_of("r", rules.rules[0].program, index) if matches else ()
    return bool(matches), [(e.field.value, e.surface) for e in evidence]


def matches(query: str, title: str) -> bool:
    return evaluated(query, {"title": title})[0]


@pytest.mark.parametrize(
    ("query", "matched", "not_matched"),
    [
        ("nato", "NATO Nato-Beitritt Anti-Nato-Demo NATO’s", "Senator Natobeitritt Nato2"),
        ("beitritt", "Beitritt NATO-Beitritt", "Beitritts Beitrag Natobeitritt"),
        ("beitritt*", "Beitritt Beitrittsgesuch EU-Beitrittsgesuch", "Beitrag Natobeitritt"),
        ("*beitritt", "Natobeitritt NATO-Beitritt Beitritt", "Beitritts"),
        ("*beitritt*", "Natobeitritts Beitritt", "Beitrag"),
        ("organi?ation", "Organisation organization", "Organiation Organisationen"),
        ("=NATO", "NATO NATO-Beitritt", "Nato nato NATOs"),
        ("=Nato*", "Nato Natos Nato-Chef", "NATO NATOs"),
        ("nato-beitritt", "NATO-Beitritt Nato–Beitritt US-Nato-Beitritt", "Natobeitritt"),
        ("F-16", "F-16 F‑16s F-16-Kampfjets", "F-15 AF-16 16-F"),
        ("=NATO-Beitritt", "NATO-Beitritt NATO‑Beitritt", "Nato-Beitritt"),
        ("bündnis", "Bündnis BÜNDNIS Buendnis", "Bundnis"),
        ("buendnis", "Buendnis", "Bündnis"),
        ("schon", "schon Schon", "schön"),
        ("straße", "Straße STRASSE Strasse", "Straßen"),
        ("erdogan", "Erdoğan Erdogan ERDOĞAN", "Erdogans"),
        ("=Erdoğan", "Erdoğan", "Erdogan"),
        ("otan", "OTAN l’OTAN", "OTANs"),
        ("n*v*i*z*a*z*zzz", "naviazaxzazzz", "naviazazaz"),
    ],
)
def test_a_word_matches_these_words_and_not_those(
    query: str, matched: str, not_matched: str
) -> None:
    assert [w for w in matched.split() if not matches(query, w)] == []
    assert [w for w in not_matched.split() if matches(query, w)] == []


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ('"NATO Beitritt*"', "NATO-Beitritts und mehr", True),
        ('"NATO Beitritt*"', "Nato Beitritt", True),
        ('"NATO Beitritt"', "Beitritt NATO", False),
        ('="Die Linke"', "Die Linke", True),
        ('="Die Linke"', "die Linke", False),
        ("U.S.", "The U.S. Army", True),
        ('"NATO (accession|membership) talks"', "NATO membership talks", True),
        ('"NATO (accession|membership) talks"', "NATO talks", False),
        ('"NATO (accession|) talks"', "NATO talks", True),
        ('"(NATO|EU|White House) (Beitritt*|Kurs)"', "White House Kurs", True),
        ('"(NATO|EU) (Beitritt*|Kurs)"', "EU-Beitrittsgesuch", True),
        ('"(NATO|EU) (Beitritt*|Kurs)"', "Kurs EU", False),
        ('"Beitritt(s|)" NEAR/0 EU', "EU Beitritts", True),
        ('="Die (Linke|Rechte)"', "Die Linke", True),
        ('="Die (Linke|Rechte)"', "die Linke", False),
        ('"(NATO|EU) Gipfel" EXCEPT "EU Gipfel"', "EU-Gipfel", False),
        ('"Ukraine (Krieg)"', "Ukraine-Krieg", True),
        ("a NEAR/0 b", "a b", True),
        ("a NEAR/0 b", "b a", True),
        ("a NEAR/0 b", "a x b", False),
        ("a NEAR/1 b", "a x b", True),
        ("a ONEAR/1 b", "b x a", False),
        ("(tritt OR trat) ONEAR/3 $nato ONEAR/2 bei", "Schweden tritt der Nato bei", True),
        ("(tritt OR trat) ONEAR/3 $nato ONEAR/2 bei", "Der Nato tritt er bei", False),
        ("nato NEAR/5 nato-beitritt", "Nato-Beitritt", False),
        ("nato NEAR/S nato-beitritt", "Nato-Beitritt", True),
        ("nato* NEAR/S *beitritt", "Natobeitritt", True),
        ("ALL/S(a, b, c)", "c x a x x b", True),
        ("ALL/S(a, b, c)", "a b", False),
        ("ALL/3(a, b, c)", "c x a x b", True),
        ("ALL/2(a, b, c)", "c x a x b", False),
        ("ALL/0(nato*, *beitritt)", "Natobeitritt", True),
        ("ALL/0(ab, bb, cc)", "ab bb cc", False),
        ('ALL/2("ab bb", cc)', "ab bb x cc", True),
        ('ALL/1("ab bb", cc)', "ab bb x cc", False),
        ("ALL/3(a OR b, c, d NEAR/1 e) EXCEPT x", "c b e x d", False),
        ("ALL/4(a OR b, c, d NEAR/1 e)", "c b e x d", True),
        ("ALL/S(nato,krim,2,5)", "Nato 5 Krim 2", False),
        ("ALL/S(nato, krim, 2, 5)", "Nato 5 Krim 2", True),
        ("title:ALL/S($nato, beitritt)", "Nato-Beitritt", True),
        ("text:ALL/S($nato, beitritt)", "Nato-Beitritt", False),
        ("count(ALL/S(a, b))>=2", "a b x a b", True),
        ("count(ALL/S(a, b))>=3", "a b x a b", False),
        ("nato NEAR/5 beitritt", "Nato-Beitritt", True),
        ("beitritt* EXCEPT $eu_only", "EU-Beitritt", False),
        ("beitritt* EXCEPT $eu_only", "EU-Beitritt ja, Nato-Beitritt später", True),
        ("(accession OR talks) EXCEPT $eu_only", "EU accession", False),
        ('"accession talks" EXCEPT $eu_only', "EU accession talks", False),
        ("title:x OR (a AND b)", "a b", True),
        ('"b a" OR (a AND b)', "a b", True),
        ("count(a)>=2", "a b a", True),
        ("count(a)>=2", "a b", False),
        ("count(a OR a*aaaa)>=2", "a-aaaa", False),
        ("a AND NOT b", "a c", True),
        ("a AND NOT b", "a b", False),
        ("entity:zelenskyy NEAR/2 nato", "Selenskyjs Nato-Plan", True),
    ],
)
def test_operators_on_a_title(query: str, title: str, *, expected: bool) -> None:
    assert matches(query, title) is expected


def test_fields_never_bleed_into_one_another() -> None:
    split = {"title": "a nato", "lead": "beitritt b", "text": "c"}
    assert not evaluated('"nato beitritt"', split)[0]
    assert not evaluated("nato NEAR/50 beitritt", split)[0]
    assert not evaluated("nato NEAR/S beitritt", split)[0]
    assert evaluated("nato AND beitritt", split)[0]
    assert evaluated("title:nato AND lead:beitritt AND NOT text:nato", split)[0]
    assert not evaluated("lead:(nato OR c)", split)[0]


def test_near_s_stays_in_one_sentence_and_a_title_is_one() -> None:
    text = "Die Nato tagt. Der Beitritt kommt."
    assert not evaluated("nato NEAR/S beitritt", {"text": text})[0]
    assert evaluated("nato NEAR/S tagt", {"text": text})[0]
    assert evaluated("nato NEAR/S beitritt", {"title": text})[0]
    assert not evaluated("nato NEAR/S beitritt", {"text": "Nato\nBeitritt"})[0]


def test_other_fields_are_searched_only_when_named() -> None:
    fields = {
        "title": "x",
        "url": "https://a.b/politik/ausland/nato-ukraine.html",
        "author": "Jane Doe",
        "outlet": "zeit-online",
        "language": "de",
        "country": "DE",
    }
    assert not evaluated("ukraine OR jane", fields)[0]
    assert evaluated('url:"politik ausland" AND url:ukraine', fields)[1] == [
        ("url", "politik/ausland"),
        ("url", "ukraine"),
    ]
    assert evaluated('x AND author:"jane doe"', fields)[0]
    assert evaluated("x AND outlet:(spiegel OR zeit*) AND country:de AND language:DE", fields)[0]
    assert not evaluated("x AND outlet:zeit", fields)[0]
    assert not evaluated("x AND NOT country:DE", fields)[0]


def test_evidence_lists_the_operands_and_leaves_out_spans_inside_another() -> None:
    article = {"title": "Der Nato-Beitritt", "text": "Die Nato will es. Beitritt der EU-Beitritt."}
    assert evaluated("$nato NEAR/1 beitritt", article)[1] == [
        ("title", "Nato"),
        ("title", "Beitritt"),
    ]
    assert evaluated('beitritt EXCEPT "EU Beitritt"', article)[1] == [
        ("title", "Beitritt"),
        ("text", "Beitritt"),
    ]
    both = '"Nato Beitritt" OR nato'
    assert evaluated(both, article)[1] == [("title", "Nato-Beitritt"), ("text", "Nato")]
    assert evaluated("nato AND NOT russland", article)[1] == [("title", "Nato"), ("text", "Nato")]


def test_all_stays_in_one_sentence_or_field_and_shows_every_operand_of_the_smallest_windows() -> (
    None
):
    split = {"text": "Die Nato tagt. Der Beitritt der Ukraine kommt."}
    assert not evaluated("ALL/S(nato, beitritt, ukraine)", split)[0]
    assert evaluated("ALL/9(nato, beitritt, ukraine)", split)[0]
    assert not evaluated("ALL/9(nato, x)", {"title": "Nato", "lead": "x"})[0]
    assert not evaluated("ALL/9(nato, x)", {"text": "Nato\nx"})[0]
    text = {"text": "Nato Nato und Ukraine, Beitritt. Beitritt"}
    assert [s for _, s in evaluated("ALL/S(nato, beitritt, ukraine)", text)[1]] == [
        "Nato",
        "Ukraine",
        "Beitritt",
    ]


def test_evidence_keeps_the_first_ten_spans() -> None:
    _, evidence = evaluated("nato", {"title": "Nato", "text": "Nato. " * 50})
    assert evidence == [("title", "Nato"), *[("text", "Nato")] * 9]


@pytest.mark.parametrize(
    ("query", "text", "matches"),
    [
        ("a NEAR/2 b", "a x x\n" * 300 + "b", False),
        ("a NEAR/2 b", "a x x\n" * 300 + "x b x a", True),
        ("a ONEAR/2 b", "b a\n" * 300, False),
        ("a ONEAR/2 b", "b a\n" * 300 + "a x b", True),
        ('(a OR "b y") NEAR/2 c', "a x x\n" * 300 + "y x c", False),
        ('(a OR "b y") NEAR/2 c', "a x x\n" * 300 + "b y x c", True),
        ("a NEAR/2 b", "a x x\n" * 3_000 + "a b", False),  # the first 2,000 hits count
    ],
)
def test_what_is_near_is_found_among_many_hits(query: str, text: str, matches: bool) -> None:
    matched, evidence = evaluated(query, {"text": text})
    assert matched == matches == bool(evidence)


def test_a_rule_of_labels_alone_is_evaluated_too() -> None:
    assert evaluated("outlet:zeit", {"title": "", "outlet": "zeit"})[0]
    assert not evaluated("outlet:zeit", {"title": "", "outlet": "spiegel"})[0]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a NEAR/50 b NEAR/50 a NEAR/50 b", "a b " * 20_000),
        ("a NEAR/S b EXCEPT (a NEAR/50 b)", "a b " * 20_000),
        ("a NEAR/S b NEAR/S a NEAR/S b", "a b " * 20_000),
        ("ALL/50(a, b, a OR b, a NEAR/50 b, ALL/S(b, a))", "a b " * 20_000),
        ("ALL/S(" + ", ".join(["a"] * 10 + ["b"] * 10) + ")", "a b " * 20_000),
        ("count(a OR b OR a*aaa)>=900", "aaaa " * 20_000),
        ("a*a*a*a*a*a*a*ab", "a" * 20_000),
        ('"a a a a a a a*a*a"', "a " * 20_000),
    ],
)
def test_a_hostile_text_costs_little(query: str, text: str) -> None:
    start = time.process_time()
    evaluated(query, {"text": text})
    assert time.process_time() - start < 5


def test_rule_sets_can_be_empty() -> None:
    rules = RuleSet([])
    index = ArticleIndex((("title", "a"), ("lead", ""), ("text", "")))
    assert rules.search(index) == []
    assert rules.match(index, GERMAN) == []


@pytest.mark.parametrize(
    ("query", "fields", "expected"),
    [
        ("bahn NEAR/H streik", {"title": "Bahn steht still", "lead": "Ein Streik. Morgen."}, True),
        ("streik NEAR/H bahn", {"title": "Bahn steht still", "lead": "Mehr. Ein Streik."}, True),
        ("bahn NEAR/S streik", {"title": "Bahn steht still", "lead": "Ein Streik."}, False),
        ("bahn NEAR/H streik", {"title": "Bahn und Streik"}, True),
        ("bahn NEAR/H streik", {"lead": "Die Bahn. Der Streik."}, True),
        ("bahn NEAR/H streik", {"title": "Bahn steht still", "text": "Der Streik."}, False),
        ("bahn NEAR/H streik", {"text": "Bahn und Streik"}, False),
        ("bahn NEAR/H streik", {"lead": "Die Bahn", "text": "Der Streik"}, False),
        ("lead:bahn NEAR/H streik", {"title": "Bahn und Streik", "lead": "Mehr."}, False),
        ("ALL/H(bahn, streik, ende)", {"title": "Streik-Ende", "lead": "Bahn fährt."}, True),
        ("ALL/H(bahn, streik, ende)", {"title": "Streik", "lead": "Bahn", "text": "Ende"}, False),
        ("bahn NEAR/H (streik EXCEPT lead:streik)", {"title": "Bahn", "lead": "Streik"}, False),
    ],
)
def test_the_head_is_title_and_lead_together(
    query: str, fields: dict[str, str], expected: bool
) -> None:
    assert evaluated(query, fields)[0] == expected


def test_the_evidence_of_the_head_is_each_operand_in_its_field() -> None:
    _, evidence = evaluated("bahn NEAR/H streik", {"title": "Bahn steht", "lead": "Ein Streik."})
    assert evidence == [("title", "Bahn"), ("lead", "Streik")]
