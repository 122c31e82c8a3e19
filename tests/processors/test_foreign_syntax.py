"""The syntax of other products is refused with a query that works when it is pasted."""

from __future__ import annotations

import re
import time

import pytest

from processors.query import resolve

CASES = """
NATO~2                          NATO
NATO~ OR EU~0.8                 NATO OR EU
NATO^3 AND EU^0.5               NATO AND EU
(NATO OR EU)^2 AND x            (NATO OR EU) AND x
"a b"~5                         "a" NEAR/5 "b"
"a b"~5 AND EU                  ("a" NEAR/5 "b") AND EU
"a b c"~3                       ALL/4("a", "b", "c")
NATO;EU                         NATO OR EU
NATO; EU; Nord Stream;          NATO OR EU OR "Nord Stream"
NATO,EU,UN                      NATO OR EU OR UN
NATO, Nord Stream               NATO OR "Nord Stream"
outlet:a,b                      outlet:(a OR b)
x AND outlet:(a,b)              x AND outlet:(a OR b)
ALL/S(NATO~2, EU, b|c)          ALL/S(NATO, EU, (b OR c))
ALL/S(a, b), ALL/5(c, d)        ALL/S(a, b) OR ALL/5(c, d)
NATO+EU                         NATO AND EU
+NATO +EU -Russland             NATO AND EU AND NOT Russland
NATO -"Nord Stream" -(a OR b)   NATO AND NOT "Nord Stream" AND NOT (a OR b)
NATO/EU                         NATO OR EU
NATO / EU                       NATO OR EU
NATO|EU                         NATO OR EU
(NATO|EU) AND Ukraine           (NATO OR EU) AND Ukraine
NATO|EU Ukraine                 (NATO OR EU) AND Ukraine
NATO | EU & UN                  NATO OR (EU AND UN)
NATO || EU                      NATO OR EU
NATO & EU                       NATO AND EU
NATO && !EU                     NATO AND NOT EU
NATO !EU                        NATO AND NOT EU
!NATO AND EU                    NOT NATO AND EU
!NATO                           wanted AND NOT NATO
"NATO|EU"                       "(NATO|EU)"
AT&T OR Vodafone                "AT&T" OR Vodafone
9/11 AND x                      "9/11" AND x
\\bNATO\\b OR \\bEU\\b          NATO OR EU
NATO\\-EU                       NATO-EU
/NATO.*/                        NATO*
[2022 TO 2024]                  2022 OR 2023 OR 2024
{a TO b}                        a OR b
{NATO OR EU} AND x              (NATO OR EU) AND x
title.exact:NATO                title:=NATO
text.exact:"a b" OR c           text:="a b" OR c
headline:NATO AND Title:EU      title:NATO AND title:EU
site:spiegel AND x              outlet:spiegel AND x
title=Veto AND x                title:Veto AND x
url:politik/ausland             url:"politik/ausland"
sanction! OR sanction$          sanction* OR sanction*
NATO w/5 EU                     NATO NEAR/5 EU
NATO pre/3 EU                   NATO ONEAR/3 EU
NATO /s EU                      NATO NEAR/S EU
NATO near/5 EU                  NATO NEAR/5 EU
NATO ADJ3 EU                    NATO NEAR/3 EU
NATO AROUND(5) EU               NATO NEAR/5 EU
NATO oder EU                    NATO OR EU
NATO ODER EU                    NATO OR EU
NATO und nicht EU               NATO AND NOT EU
NATO nicht EU                   NATO AND NOT EU
NATO or EU                      NATO OR EU
NATO and not EU                 NATO AND NOT EU
NATO not EU                     NATO AND NOT EU
NATO ANDNOT EU                  NATO AND NOT EU
(NATO oder EU) und Ukraine      (NATO OR EU) AND Ukraine
NATO oder EU und Ukraine        NATO OR (EU AND Ukraine)
NATO et Ukraine                 NATO AND Ukraine
НАТО или ЕС                     НАТО OR ЕС
a AND b OR c                    (a AND b) OR c
EU AND (Nord Stream OR x)       EU AND ("Nord Stream" OR x)
"a b" NATO                      "a b" AND NATO
"""
"""A query, and behind two spaces the one that its fault suggests."""


def test_the_query_that_a_fault_suggests_works_when_pasted() -> None:
    wrong = []
    for line in CASES.strip().replace("\\\\", "\\").splitlines():
        query, wanted = re.split(r" {2,}", line)
        errors = [p for p in resolve(query, {}, ()).problems if p.is_error]
        suggested = re.findall(r"`([^`]*)`", errors[0].mend) if errors else []
        if suggested[:1] != [wanted] or resolve(wanted, {}, ()).node is None:
            wrong.append((query, wanted, errors))
    assert not wrong


def test_a_long_query_is_not_repeated_in_its_fault() -> None:
    query = " OR ".join(f"word{n}" for n in range(100)) + " OR NATO~2"
    (problem,) = resolve(query, {}, ()).problems
    assert problem.mend == "Write `NATO` instead of `NATO~2`."
    assert problem.offset == query.index("~") - 4


def test_what_belongs_to_words_and_to_this_language_is_no_foreign_syntax() -> None:
    queries = (
        'U.S. OR 12:30 OR 1,000 OR 50% OR "AT&T" OR "9/11" OR "a;b, c" OR l’OTAN OR 2.500',
        "a NEAR/5 b OR (a ONEAR/0 (b NEAR/S c)) OR a NEAR/H ALL/H(b, c)",
        "title:ALL/S(a,b,$t) OR =Nato-* OR w5 OR near OR lead:(a OR b) OR pre OR wom?n*",
        'url:"politik/ausland" AND entity:e AND count(a)>=2 AND NOT outlet:zeit-online',
    )
    terms = {"t": resolve("a", {}, ())}
    for query in queries:
        assert [p for p in resolve(query, terms, {"e"}).problems if p.is_error] == []


@pytest.mark.parametrize(
    "piece", ["a|", "a:b|", '"a"~', "a b ", "{a ", "a, ", "-a ", "x&y~ ", "a" * 9]
)
def test_a_long_query_in_foreign_syntax_is_refused_quickly(piece: str) -> None:
    start = time.process_time()
    resolve((piece * 20_000)[:19_990].replace('"a', "a") + "~#", {}, ())
    assert time.process_time() - start < 2
