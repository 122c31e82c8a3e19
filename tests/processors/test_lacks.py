"""What a rule lacked that did not fire."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.catalog.models import Catalog
from config.i18n import translator
from processors import Processors, article_from_fields
from processors.query import parse
from processors.query.writing import write
from tests.processors.definitions import source, topic

ROOT = Path(__file__).parents[2]

ARTICLE = {
    "language": "de",
    "outlet": "spiegel",
    "title": "Die Nato und Schweden",
    "lead": "Ein Gipfel.",
    "text": "Erdogan bremst und zögert lange. Orban stimmt zu. Orban lacht\nEnde",
}
TERMS = {"nato": source('"nato" OR "otan"'), "sides": source('"nato" AND "paris"')}

LACKS: list[tuple[str, list[dict[str, Any]]]] = [
    ('"paris"', [{"kind": "missing", "operand": '"paris"'}]),
    ('"nato" AND "paris" AND rom', [{"kind": "missing", "operand": '"paris"'},
                                    {"kind": "missing", "operand": "rom"}]),
    ('"a" OR bern* OR =C', [{"kind": "none", "operand": '"a" OR bern* OR =C'}]),
    ('"paris" OR ("nato" AND "rom" AND "gipfel") OR ("paris" AND "nato")', [
        {"kind": "closest", "operand": '"nato" AND "rom" AND "gipfel"', "missing": '"rom"'}]),
    ('"paris" OR ("rom" NEAR/3 "bern")', [
        {"kind": "none", "operand": '"paris" OR ("rom" NEAR/3 "bern")'}]),
    ('"nato" AND NOT ("rom" OR "gipfel")', [
        {"kind": "excluded", "operand": '"rom" OR "gipfel"'}]),
    ('text:("nato")', [{"kind": "missing_in", "operand": '"nato"', "fields": "text"}]),
    ("$nato AND $sides", [{"kind": "missing", "operand": "$sides"}]),
    ('outlet:zeit AND "nato"', [{"kind": "label", "operand": "outlet:zeit"}]),
    ('"nato" EXCEPT "die nato"', [
        {"kind": "excepted", "operand": '"nato"', "other": '"die nato"'}]),
    ('count("orban")>=3', [{"kind": "count", "operand": '"orban"', "n": 2, "least": 3}]),
    ('count("paris")>=3', [{"kind": "missing", "operand": '"paris"'}]),
    ('"erdogan" NEAR/2 "lange"', [
        {"kind": "distance", "operands": '"erdogan", "lange"', "n": 3, "allowed": 2}]),
    ('"lange" NEAR/2 "erdogan"', [
        {"kind": "distance", "operands": '"lange", "erdogan"', "n": 3, "allowed": 2}]),
    ('"lange" ONEAR/4 "erdogan"', [{"kind": "order", "operands": '"lange", "erdogan"'}]),
    ('"bremst" NEAR/S "stimmt"', [
        {"kind": "sentence", "operands": '"bremst", "stimmt"', "n": 4}]),
    ('"nato" NEAR/9 "gipfel"', [{"kind": "fields", "operands": '"nato", "gipfel"'}]),
    ('"nato" NEAR/H "orban"', [{"kind": "head", "operands": '"nato", "orban"'}]),
    ('ALL/H("nato", "gipfel", "ende")', [{"kind": "head", "operands": '"nato", "gipfel", "ende"'}]),
    ('"nato" NEAR/H "gipfel"', []),
    ('"nato" NEAR/9 "die nato"', [{"kind": "overlap", "operands": '"nato", "die nato"'}]),
    ('ALL/S("erdogan", "bremst", "orban")', [
        {"kind": "sentence", "operands": '"erdogan", "bremst", "orban"', "n": 4}]),
    ('ALL/3("erdogan", "zögert", "lange")', []),
    ('ALL/2("erdogan", "zögert", "lange")', [
        {"kind": "distance", "operands": '"erdogan", "zögert", "lange"', "n": 3, "allowed": 2}]),
    ('"lacht" NEAR/2 "ende"', [
        {"kind": "paragraph", "operands": '"lacht", "ende"', "n": 0}]),
    ('ALL/9("nato", "gipfel")', [{"kind": "fields", "operands": '"nato", "gipfel"'}]),
    ('ALL/9("lacht", "ende")', [
        {"kind": "paragraph", "operands": '"lacht", "ende"', "n": 0}]),
    ('ALL/9("nato", "paris")', [{"kind": "missing", "operand": '"paris"'}]),
    ('("nato" NEAR/1 "schweden") AND ("erdogan" NEAR/1 "lange" OR "paris")', [
        {"kind": "distance", "operands": '"erdogan", "lange"', "n": 3, "allowed": 1}]),
]  # fmt: skip


def lacks(query: str, **changes: Any) -> list[dict[str, Any]]:
    defined = topic(query, terms=TERMS)
    rule = replace(defined.rules[0], **changes)
    compiled = Processors.compile(Catalog((), (replace(defined, rules=(rule,)),)), ("de",))
    explained = compiled.explain("t", article_from_fields(ARTICLE), given_language="de")
    german, (result,) = translator("de"), explained.rules
    assert all(german.phrase(lack) != lack.code for lack in result.lacks), result.lacks
    assert result.fired is not bool(result.lacks)
    found: list[dict[str, Any]] = result.as_json()["lacks"]
    assert all(lack.pop("why") for lack in found)
    return found


def test_a_rule_that_did_not_fire_says_what_it_lacked() -> None:
    wrong = []
    for query, expected in LACKS:
        if (found := lacks(query)) != expected:
            wrong.append((query, found))
    assert wrong == []


def test_a_field_of_the_rule_is_named() -> None:
    missing = {"kind": "none_in", "operand": '"gipfel" OR rom', "fields": "title, text"}
    assert lacks('"gipfel" OR rom', fields=("title", "text")) == [missing]


def test_a_query_is_written_back_as_it_was_read_but_for_long_lists() -> None:
    queries = [
        '"nato" AND (beitritt OR $eu OR =Nato) AND NOT ="Die Linke"',
        "(a NEAR/5 b) ONEAR/2 (cccc* EXCEPT d?rde)",
        "ALL/S(a, entity:b, title:c) OR count(d)>=3",
        "outlet:spie* AND text:(a OR b) AND url:politik",
        "a NEAR/S (b AND c)",
    ]
    for query in queries:
        assert (node := parse(query).node) is not None, query
        assert write(node) == query
    assert (many := parse("a OR b OR c OR d OR e OR f OR g").node) is not None
    assert write(many) == "a OR b OR c OR d OR … 3 more"


def test_the_documented_kinds_are_those_of_the_catalogues() -> None:
    page = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
    table = page.partition("| `kind` |")[2].partition("\n\n")[0]
    first_cells = (row.split("|")[1] for row in table.splitlines() if row.startswith("| `"))
    documented = {kind for cell in first_cells for kind in re.findall(r"`(\w+)`", cell)}
    reasons = ROOT / "config/i18n/locales/en/LC_MESSAGES/reasons.po"
    codes = re.findall(r'^msgid "lack\.(\w+)"', reasons.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == set(codes)
