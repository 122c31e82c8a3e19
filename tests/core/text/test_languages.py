"""A language is one file: whatever it says is used everywhere."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Literal

import pytest

from config.catalog.models import EntityDefinition, FilePosition
from core.text.languages import DateWords, Language, NameWord, language, languages, words
from core.text.sentences import sentence_starts
from core.text.tokens import folded_words
from processors.engine.gazetteer import aliases_of
from processors.engine.patterns import spellings

Kind = Literal["person", "organisation", "place", "other"]

PLACE = FilePosition("entities.yaml", 1, 1)


def accusative(word: NameWord) -> AbstractSet[str]:
    return frozenset((f"{word.folded}n",)) if word.folded.endswith("o") else frozenset()


ESPERANTO = Language(
    code="eo",
    spellings={"ĉ": "cx", "ŝ": "sx"},
    elisions=words("dank"),
    clitics=words("jes"),
    abbreviations=words("ktp bv"),
    sentence_starters=words("kaj"),
    name_forms=accusative,
    acronym_forms=lambda word: frozenset((f"{word.exact}-on",)),
)


@pytest.fixture(name="esperanto")
def _esperanto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.text.languages._LANGUAGES", (*languages(), ESPERANTO))


def forms(name: str, kind: Kind = "place") -> frozenset[str]:
    entity = EntityDefinition("e", kind, name, (), None, PLACE)
    (alias,) = aliases_of(entity)
    return alias.words[alias.anchor].forms


def test_every_language_has_a_code_of_its_own_and_a_year_of_twelve_months() -> None:
    codes = [one.code for one in languages()]
    assert len(set(codes)) == len(codes) >= 5
    assert all(language(code).code == code for code in codes)
    assert {len(one.dates.months) for one in languages()} <= {0, 12}
    with pytest.raises(ValueError, match="12 months"):
        DateWords(months=(words("januaro"),))


def test_nothing_is_known_of_an_unknown_language() -> None:
    unknown = language("tlh")
    assert unknown.code == "tlh"
    assert not unknown.function_words
    assert unknown.name_forms(NameWord("kronos", "Kronos", is_last=True, is_person=False)) == set()


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_ends_sentences() -> None:
    text = "Panon ktp. Ili manĝis bv. Kaj trinkis."
    assert [text[at:].split()[0] for at in sentence_starts(text)] == ["Panon", "Kaj"]


def test_without_the_language_its_abbreviations_end_sentences() -> None:
    assert len(sentence_starts("Panon ktp. Ili manĝis bv. Kaj trinkis.")) == 3


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_has_elisions_and_clitics() -> None:
    assert folded_words("dank'al vi'jes vi'ne") == ["dank", "al", "vi", "vi'ne"]


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_inflects_names_and_acronyms() -> None:
    assert "esperanton" in forms("Esperanto")
    assert "uea-on" in forms("UEA")


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_spells_its_letters_otherwise() -> None:
    assert spellings(("ĉevalo", "müsli")) == [("ĉevalo", "müsli"), ("cxevalo", "muesli")]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Selenskyj", "person", {"selenskyj", "selenskyjs"}),
        ("Bundestag", "organisation", {"bundestag", "bundestags", "bundestages"}),
        ("Paris", "place", {"paris"}),
        ("Зеленский", "person", {"зеленского", "зеленскому", "зеленским"}),
        ("Україна", "place", {"україни", "україну", "україною", "україні"}),
        ("AKW", "organisation", {"akw", "akws"}),
        ("Grüne", "organisation", {"grüne", "gruene", "grünes", "gruenes"}),
    ],
)
def test_names_take_the_forms_of_their_languages(name: str, kind: Kind, expected: set[str]) -> None:
    assert expected <= forms(name, kind)


def test_an_adjective_inside_a_name_is_inflected() -> None:
    entity = EntityDefinition("e", "organisation", "Europäische Union", (), None, PLACE)
    (alias,) = aliases_of(entity)
    assert {"europäischen", "europäischer", "europaeischen"} <= alias.words[0].forms
