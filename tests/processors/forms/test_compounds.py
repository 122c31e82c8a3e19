"""Which words are compounds with another one."""

from __future__ import annotations

from core.text.languages import language
from core.text.tokens import fold_word
from processors.forms.compounds import MAX_LETTERS, compounds_of
from processors.forms.model import WordForms

GRENZE = WordForms(
    heads=frozenset(("grenze", "grenz", "grenzen")),
    tails=frozenset(("grenze", "grenzen")),
    is_inside=True,
)
GAS = WordForms(
    heads=frozenset(("gas", "gase", "gases")), tails=frozenset(("gas", "gase", "gasen"))
)
ASYL = WordForms(
    heads=frozenset(("asyl", "asyle", "asyls")), tails=frozenset(("asyl", "asyls", "asyle"))
)
LIEFERUNG = WordForms(
    heads=frozenset(("lieferung", "lieferungs", "lieferungen")),
    tails=frozenset(("lieferung", "lieferungen")),
    is_inside=True,
)

COMPOUNDS = [
    (GRENZE, "Staatsgrenze Ostgrenze Grenzkontrolle Grenzübergang Obergrenzen Außengrenzschutz"),
    (
        GAS,
        "Erdgas Gasspeicher Gaspreise Tränengas Gaspreisbremse Gasausstieg Gasmangellage",
    ),
    (ASYL, "Asylantrag Asylantrags Asylantrages Asylrechtes Kirchenasyl"),
    (LIEFERUNG, "Waffenlieferung Lieferungsstopp Panzerlieferungen Nachlieferung"),
]
OTHERS = [
    (GRENZE, "Begrenzung Abgrenzung Ausgrenzung Grenzx"),
    (GAS, "Gasse Gastgeber Gastrolle Degas Vegas Pegasus Gasthaus Gasthauses Gastauftritt"),
    (LIEFERUNG, "Auslieferung Einlieferung Belieferung Auslieferungsantrag Lieferungsx"),
]


def test_compounds_are_told_from_words_that_only_look_like_them() -> None:
    german = compounds_of(language("de"))
    assert german is not None
    wrong = [
        (word, expected)
        for expected, table in ((True, COMPOUNDS), (False, OTHERS))
        for forms, words in table
        for word in words.split()
        if german.has(fold_word(word), forms) is not expected
    ]
    assert not wrong


def test_a_language_without_a_lexicon_has_no_compounds() -> None:
    assert compounds_of(language("en")) is None


def test_an_endless_word_is_not_split() -> None:
    german = compounds_of(language("de"))
    assert german is not None
    assert not german.has("grenz" + "wasser" * MAX_LETTERS, GRENZE)
