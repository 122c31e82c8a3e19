"""Queries with problems, which have a code and an offset, and queries without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.query import parse, resolve
from processors.query.mistakes import MAX_LENGTH
from processors.query.resolve import MAX_NODES, Resolved

PIECES = 'a b* =N ( ) " AND OR NOT NEAR/3 NEAR/S ONEAR/ EXCEPT title: outlet: count( )>=2 '
PIECES += "$x $ * ? entity:e =  \n „"
TERMS: dict[str, Resolved | None] = {
    "nato": resolve("=NATO OR =Nato", {}, ()),
    "both": resolve("a AND b", {}, ()),
}


def resolved(query: str) -> Resolved:
    return resolve(query, TERMS, {"zelenskyy"})


@pytest.mark.parametrize(
    ("query", "code", "at"),
    [
        ("", "E001", 0),
        ("   ", "E001", 0),
        ("a AND", "E001", 4),
        ("OR a", "E001", 0),
        ("a AND OR b", "E001", 6),
        ("a NEAR/3", "E001", 7),
        ("(a", "E001", 1),
        ("a)", "E001", 1),
        ("()", "E001", 1),
        ('a "b', "E001", 2),
        ("a < b", "E001", 2),
        ("-nato", "E014", 0),
        ("!!!", "E001", 0),
        ('"…"', "E001", 0),
        ("a b", "E002", 2),
        ('a "b c"', "E002", 2),
        ("a (b)", "E002", 2),
        ("a NOT b", "E002", 2),
        ("a and b", "E002", 2),
        ("a AND b OR c", "E003", 8),
        ("a OR b AND c", "E003", 7),
        ("(a OR b) AND c OR d", "E003", 15),
        ("NOT a", "E004", 0),
        ("NOT a AND NOT b", "E004", 0),
        ("a OR NOT b", "E004", 5),
        ("a AND (NOT b OR c)", "E004", 7),
        ("a NEAR/2 (NOT b)", "E004", 10),
        ("EU*", "E005", 0),
        ("a OR *", "E005", 5),
        ('"?? EU*"', "E005", 0),
        ("a NEAR/51 b", "E006", 2),
        ("a NEAR b", "E006", 2),
        ("a ONEAR/S b", "E006", 2),
        ("a NEAR/x b", "E006", 2),
        ("a ONEAR/H b", "E006", 2),
        ("(a AND b) NEAR/3 c", "E006", 1),
        ("c EXCEPT $both", "E006", 9),
        ("a NEAR/3 outlet:x", "E006", 16),
        ("count(a AND b)>=2", "E006", 6),
        ("count(a)", "E006", 7),
        ("count(a)>=0", "E006", 0),
        ("title:text:a", "E006", 6),
        ("a OR ALL/S(a)", "E006", 5),
        ("ALL/S(" + ", ".join("a" * 21) + ")", "E006", 0),
        ("ALL(a, b)", "E006", 0),
        ("ALL/51(a, b)", "E006", 0),
        ("ALL/S(a AND b, c)", "E006", 6),
        ("ALL/S(a, NOT b)", "E004", 9),
        ("ALL/S(a, b", "E001", 9),
        ("ALL/S(a, )", "E001", 9),
        ("title:outlet:a", "E006", 13),
        ("outlet:(a AND b)", "E006", 8),
        ("a AND nobody:b", "E007", 6),
        ("a AND $nope", "E007", 6),
        ("entity:nobody", "E007", 7),
        ("(" * 50 + "a" + ")" * 50, "E012", 40),
        ('a OR "x (a|b) (c|d) (e|f) (g|h) (i|j) (k|l) (m|n)"', "E012", 5),
        ('a OR "b|c"', "E014", 7),
        ('"a-b (c|–) d"', "E001", 8),
        ('"a ((b|c)|d)"', "E014", 6),
        ('"a (EU*|b)"', "E005", 0),
        ("title: " * 41 + "a", "E012", 0),
        ("title:(" * 21 + "a" + ")" * 21, "E012", 140),
        ("a NEAR/1 " * 200 + "a", "E012", 1793),
        ("a OR " * MAX_LENGTH + "a", "E012", MAX_LENGTH),
    ],
)
def test_an_error_has_its_code_and_offset(query: str, code: str, at: int) -> None:
    result = resolved(query)
    assert result.node is None
    errors = [p for p in result.problems if p.is_error]
    assert (errors[0].code, errors[0].offset) == (code, at)
    assert errors[0].message
    assert errors[0].mend


@pytest.mark.parametrize(
    "query",
    [
        "a",
        "a AND b AND NOT c",
        "a AND (b OR c)",
        "((beitritt* OR beitreten) EXCEPT $nato) NEAR/8 $nato",
        "(tritt OR trat) ONEAR/3 $nato ONEAR/2 bei",
        'title:$nato AND ((einladung* OR "zwei wörter") NEAR/S (Bündnis* OR Allianz*))',
        "count($nato)>=2 AND NOT count(a OR b) >= 3",
        "outlet:(spiegel OR zeit*) AND country:DE AND language:de",
        'entity:zelenskyy NEAR/S "vor ?? Jahren"',
        "title:entity:zelenskyy",
        '="Die Linke" OR =NATO* OR U.S. OR 2024 OR 12:30',
        'ALL/S($nato, beitritt* OR "EU Kurs", ALL/5(a,b)) NEAR/3 ALL',
        '"NATO (accession|full membership|) talk*" OR ="(a|b) (c|d) (e|f) (g|h) (i|j) (k|l)"',
        "NOTAR OR ANDORRA OR ORAN OR NEARBY",
        'url:"politik ausland" AND author:"Jane Doe"',
    ],
)
def test_a_sound_query_has_no_problem(query: str) -> None:
    result = resolved(query)
    assert result.node is not None
    assert result.problems == ()


@pytest.mark.parametrize(
    ("query", "at", "operator"),
    [
        ("„Nato Beitritt“", 0, '"'),
        ("a AND und", 6, "AND"),
        ("oder OR a", 0, "OR"),
        ("a OR near", 5, "NEAR/5"),
        ("a OR nicht", 5, "NOT"),
    ],
)
def test_typographic_quotes_and_lower_case_operators_give_a_warning(
    query: str, at: int, operator: str
) -> None:
    result = resolved(query)
    assert result.node is not None
    first = result.problems[0]
    assert (first.code, first.offset) == ("W109", at)
    assert first.mend.startswith(f"Write {operator}")


@pytest.mark.parametrize("term", ["title:w{}", "outlet:o{}", "entity:e{}", "text:(w{} AND x)"])
def test_a_list_of_any_number_of_fields_is_one_level(term: str) -> None:
    entities = {f"e{n}" for n in range(100)}
    for sign in (" OR ", " AND ", " AND NOT "):
        text = sign.join(term.format(n) for n in range(100))
        assert resolve(text, {}, entities).problems == ()


def test_for_a_short_stem_the_bare_word_is_suggested() -> None:
    for query in ("Gas*", "*LNG*", '"Gas*"'):
        (problem,) = resolved(query).problems
        assert "Write `Gas`: a bare word" in problem.mend.replace("LNG", "Gas")
    assert resolved('"?? E*"').problems[0].mend.startswith("Give at least 4")


def test_typographic_quotes_mean_the_same_as_plain_ones() -> None:
    assert resolved("«Nato Beitritt»").node == resolved('"Nato Beitritt"').node


def test_terms_that_grow_exponentially_are_rejected_and_not_expanded() -> None:
    terms: dict[str, Resolved | None] = {"t0": resolve("a AND b", {}, ())}
    codes: set[str] = set()
    for level in range(1, 60):
        terms[f"t{level}"] = result = resolve(f"$t{level - 1} OR $t{level - 1}", terms, ())
        codes.update(p.code for p in result.problems)
        assert result.node is None or result.size <= MAX_NODES
    assert codes == {"E012"}


def test_an_error_in_a_term_is_not_reported_again_where_the_term_is_used() -> None:
    assert resolve("a AND $bad", {"bad": None}, ()) == Resolved(None, 3, ())


@given(
    st.lists(
        st.sampled_from(PIECES.split(" ")),
        max_size=12,
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_any_text_is_parsed_or_has_errors_at_offsets_inside_it(query: str) -> None:
    result = resolve(query, TERMS, ())
    assert (result.node is None) == any(p.is_error for p in result.problems)
    assert all(0 <= p.offset <= max(0, len(query)) for p in result.problems)


def test_the_same_text_is_parsed_once() -> None:
    assert parse("a AND b*cdef") is parse("a AND b*cdef")
