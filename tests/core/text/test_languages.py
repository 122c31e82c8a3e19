"""A language is one file: whatever it says is used everywhere."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from alerts.story_vocabulary import english_stem, word_weight
from config.catalog.models import EntityDefinition, FilePosition
from core.text.languages import (
    BylineWords,
    DateWords,
    Language,
    NameWord,
    language,
    languages,
    words,
)
from core.text.sentences import sentence_starts
from core.text.tokens import folded_words
from ingest.bylines import separated, without_opener
from ingest.dates import parse_date
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.credits import is_agency_mark, names_in_byline
from ingest.extract.tree import two_letter_code
from ingest.extract.vocabulary import alternatives
from processors.engine.aliases import aliases_of
from processors.engine.patterns import spellings

Kind = Literal["person", "organisation", "place", "other"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = FilePosition("entities.yaml", 1, 1)


MONTHS = (
    "januaro februaro marto aprilo majo junio julio aŭgusto septembro oktobro novembro decembro"
)


def accusative(word: NameWord) -> AbstractSet[str]:
    return frozenset((f"{word.folded}n",)) if word.folded.endswith("o") else frozenset()


ESPERANTO = Language(
    code="eo",
    other_codes=words("epo"),
    spellings={"ĉ": "cx", "ŝ": "sx"},
    elisions=words("dank"),
    clitics=words("jes"),
    abbreviations=words("ktp bv"),
    function_words=words("kaj sed"),
    english_stems={"urbo": "city"},
    sentence_starters=words("kaj"),
    name_forms=accusative,
    acronym_forms=lambda word: frozenset((f"{word.exact}-on",)),
    dates=DateWords(
        months=tuple(frozenset((month,)) for month in MONTHS.split()),
        short_weekdays=words("lu ma me"),
        fillers=words("je"),
        joiners=words("je"),
        ordinal_endings=words("a"),
        elapsed=(r"antaŭ\s\d+\shoroj",),
        elapsed_cues=("antaŭ",),
        local_time=lambda local: local.replace(tzinfo=UTC) - timedelta(hours=5),
    ),
    bylines=BylineWords(
        openers=("de",),
        conjunctions=words("kaj"),
        agency_fillers=words("kun materialo"),
        says=("skribis",),
        signature_endings=("respondi",),
    ),
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
def test_a_new_language_has_the_codes_that_pages_use() -> None:
    assert two_letter_code("epo") == "eo"
    assert [two_letter_code(tag) for tag in ("deu", "de-AT", "ua", "xyz")] == [
        "de",
        "de",
        "uk",
        None,
    ]


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


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_writes_dates_in_its_local_time() -> None:
    expected = datetime(2025, 3, 9, 7, 30, tzinfo=UTC)
    assert parse_date("9a marto 2025 je 12:30", now=NOW) == expected
    plain = parse_date("2025-03-09 12:30", now=NOW, publisher_language="eo")
    assert plain == expected


def test_without_the_language_its_months_are_no_dates() -> None:
    assert parse_date("9 marto 2025", now=NOW) is None


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_has_function_words_and_english_counterparts() -> None:
    assert word_weight("kaj") == 0
    assert english_stem("urbo", "eo") == "city"


def test_without_the_language_its_words_are_like_any_other() -> None:
    assert word_weight("kaj") > 0
    assert english_stem("urbo", "eo") is None


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_names_authors() -> None:
    assert names_in_byline(["De Jane Doe kaj John Roe"]) == ["Jane Doe", "John Roe"]
    assert separated(without_opener("de Jane Doe kaj John Roe")) == ["Jane Doe", "John Roe"]
    assert is_agency_mark("kun materialo de dpa")


@pytest.mark.usefixtures("esperanto")
def test_a_new_language_signs_comments() -> None:
    patterns = byline_patterns()
    signed = "ana skribis lu., 9 marto 2025 je 12:30 respondi"
    found = patterns.signature.match(signed)
    assert found is not None
    assert found["name"] == "ana"
    assert patterns.when_only.match("antaŭ 3 horoj")
    assert patterns.maybe_when.search("antaŭ du horoj")


def test_a_new_language_parts_pages_by_the_phrases_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    phrases = tmp_path / "eo.page.txt"
    phrases.write_text("[comment_head]\n^komentoj{count}$\n", encoding="utf-8")
    new = Language(code="eo", page_phrases=phrases)
    monkeypatch.setattr("core.text.languages._LANGUAGES", (*languages(), new))
    (line,) = (line for line in alternatives("comment_head") if "komentoj" in line)
    assert re.fullmatch(line.removeprefix("^"), "komentoj (12)")


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
