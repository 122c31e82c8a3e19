"""Reading ``vocabulary/*.yaml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.config.conftest import Load

FULL = """\
- id: accession
  forms:
    de: beitreten OR Beitritt
    en: >-
      join OR
      accession
  tests:
    match: ["Schweden tritt  der Nato bei", {en: Sweden joins NATO}]
    no_match: [Beitrag zur Debatte]
- {id: talks_of-peace, forms: {de: Friedensgespräch}}
"""

FAULTY = [
    ("id: a", "E213", 1, 1),
    ("- {forms: {de: x}}", "E212", 1, 3),
    ("- {id: a b, forms: {de: x}}", "E221", 1, 8),
    ("- {id: a, forms: {de: x}}\n- {id: a, forms: {de: x}}", "E009", 2, 8),
    ("- {id: a}", "E212", 1, 3),
    ("- {id: a, forms: }", "E212", 1, 17),
    ("- {id: a, forms: {}}", "E212", 1, 18),
    ("- {id: a, forms: [x]}", "E213", 1, 18),
    ("- {id: a, forms: {de: }}", "E212", 1, 22),
    ('- {id: a, forms: {de: " "}}', "E221", 1, 23),
    ("- {id: a, forms: {german: x}}", "E221", 1, 19),
    ("- {id: a, forms: {DE: x}}", "E221", 1, 19),
    ("- {id: a, forms: {ua: x}}", "W221", 1, 23),
    ("- {id: a, forms: {de: x}, test: {}}", "E211", 1, 27),
    ("- {id: a, forms: {de: x}, tests: {matches: [x]}}", "E211", 1, 35),
    ("- {id: a, forms: {de: x}, tests: {match: x}}", "E213", 1, 42),
    ("- {id: a, forms: {de: x}, tests: {match: [{de: x, en: x}]}}", "E213", 1, 43),
    ("- {id: a, forms: {de: x}, tests: {match: [{xxx: x}]}}", "E221", 1, 44),
    ("- {id: a, forms: {de: x}, tests: {match: [{de: }]}}", "E212", 1, 47),
]


def test_concepts_are_read_with_their_forms_and_sentences(load: Load) -> None:
    catalog, faults = load({"vocabulary/v.yaml": FULL})
    assert faults == []
    assert catalog is not None
    first, second = catalog.vocabulary
    assert (first.id, second.id) == ("accession", "talks_of-peace")
    assert {code: form.value for code, form in first.forms.items()} == {
        "de": "beitreten OR Beitritt",
        "en": "join OR accession",
    }
    assert (first.forms["en"].at(8).line, first.forms["en"].at(8).column) == (6, 7)
    assert [(t.sentence, t.language, t.match) for t in first.tests] == [
        ("Schweden tritt der Nato bei", "", True),
        ("Sweden joins NATO", "en", True),
        ("Beitrag zur Debatte", "", False),
    ]
    assert second.tests == ()


def test_each_fault_is_reported_at_its_position(load: Load) -> None:
    wrong = []
    for text, *expected in FAULTY:
        _, faults = load({"vocabulary/v.yaml": text})
        reported = [[f.code, f.line, f.column] for f in faults]
        if reported != [expected]:
            wrong.append((text, expected, reported))
    assert wrong == []


def test_an_id_is_used_once_in_all_files(load: Load) -> None:
    text = "- {id: accession, forms: {de: Beitritt}}"
    _, (fault,) = load({"vocabulary/a.yaml": text, "vocabulary/b.yaml": text})
    assert (fault.code, fault.file.rpartition("/")[2]) == ("E009", "b.yaml")
    assert "a.yaml, line 1" in fault.message
