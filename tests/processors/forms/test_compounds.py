"""Which words are compounds with another one."""

from __future__ import annotations

from collections.abc import Mapping

from core.text.languages import language
from core.text.tokens import fold_word
from processors.forms.compounds import MAX_LETTERS, compounds_of
from processors.forms.inflection import word_forms
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


OTHER_READINGS = {
    "Rente": "Weiterentwicklung Wetterentwicklung Bürgerentscheid Torrente",
    "Rial": "Material Videomaterials Materialchef Memorial",
    "Elbe": "Muschelbefall Schlüsselbein Dieselbetrug Heidelbergs Dasselbe",
    "Erbe": "Wetterbericht Spielerberater Bürgerbegehren Fehlerbehebung",
    "Rang": "Hackerangriff Messerangreifern",
    "Etat": "Internetattacken",
    "Ende": "Führende Reisenden Tausende Vorsitzenden Teilnehmende Präsidentendelegation",
    "Zeuge": "Fahrzeuge Flugzeugen Werkzeuge Zeugnisse",
    "Buße": "Stadtbusse Kleinbussen",
    "Mine": "Vitamine Verhandlungstermine",
    "Stern": "Ministern Innenministern Semestern",
    "Sport": "Transport Gütertransporte Hilfstransport Essensportionen",
    "Nation": "Kombination Stagnation Farbkombinationen",
    "Tat": "Eurostat",
    "Tag": "Plantage Demontage Freitag",
    "Zahl": "Zahlungen Rückzahlungen",
    "Stelle": "Vorstellungen Stellungen Fragestellungen",
    "Auto": "Automaten Geldautomat Autogramme",
    "Tritt": "Gastauftritt Renteneintritt",
    "Wahl": "Trainerauswahl",
    "Satz": "Waffeneinsatz Auslandseinsätze",
    "Stand": "Widerstand",
    "Ente": "Prominente Konsumenten",
    "Sinn": "Bundesinnenminister",
}
"""Words that only contain the letters of another word, by that word."""
COMPOUNDS_OF = {
    "Rente": "Witwenrente Rentenpaket Frührente Mütterrente Rentenalter",
    "Rial": "Rialkurs",
    "Elbe": "Elbbrücke Elbufer",
    "Erbe": "Welterbe Welterbestadt",
    "Rang": "Rangliste Dienstrang",
    "Etat": "Kanzleretat Wehretat",
    "Ende": "Kriegsende Jahresende",
    "Zeuge": "Augenzeuge Zeugenaussage Kronzeugen",
    "Mine": "Minenfeld Goldmine",
    "Stern": "Sternwarte Todesstern",
    "Sport": "Motorsport Sportart Sportverein",
    "Nation": "Industrienation Nationalmannschaft",
    "Tat": "Bluttat Tatort",
    "Tag": "Landtag Feiertag Tagebuch",
    "Zahl": "Opferzahl Zahlwort",
    "Auto": "Autobahn Elektroauto",
    "Tritt": "Fußtritt",
    "Wahl": "Wahlkampf Präsidentschaftswahl Wahlamt",
    "Satz": "Zinssatz Grundsätze",
    "Hilfe": "Hilfsorganisation Katastrophenhilfe Hilfspaket",
    "Frieden": "Weltfrieden Friedensplan",
    "Welt": "Welthit Weltfrieden",
    "Haus": "Haustür Rathaus",
    "Minister": "Innenminister Bauministerin",
    "Handel": "Freihandel Welthandel",
    "Krieg": "Preiskrieg",
    "Vorsitzende": "Parteivorsitzende Fraktionsvorsitzenden",
    "Abgeordnete": "Bundestagsabgeordnete Europaabgeordneten",
    "Verletzte": "Schwerverletzte Schwerverletzten Leichtverletzte",
    "Polizei": "Polizeieinsätze Polizeieinsätzen",
    "Drohne": "Drohneneinsätze",
    "Spiel": "Länderspieleinsätze",
    "Akte": "Krankenakte Krankenakten",
    "Steuer": "Unternehmensteuern Unternehmenssteuern",
}


def _wrong(table: Mapping[str, str], *, found: bool) -> list[tuple[str, str]]:
    """Return the words of a table that are found, or not, against what is wanted."""
    german = compounds_of(language("de"))
    assert german is not None
    wrong = []
    for query, words in table.items():
        forms = word_forms(query, "de")
        for word in words.split():
            folded = fold_word(word)
            is_form = folded in forms.in_any_case | forms.capitalised
            if (is_form or german.has(folded, forms)) is not found:
                wrong.append((query, word))
    return wrong


def test_a_word_that_reads_better_without_another_one_is_no_compound_with_it() -> None:
    assert not _wrong(OTHER_READINGS, found=False)


def test_compounds_stay_compounds_where_they_can_be_read_otherwise_too() -> None:
    assert not _wrong(COMPOUNDS_OF, found=True)


def test_a_word_does_not_find_its_negation_but_the_negation_finds_itself() -> None:
    negated = {
        "Sicherheit": "Unsicherheit Unsicherheiten",
        "Abhängigkeit": "Unabhängigkeit",
        "Ruhe": "Unruhe Unruhen",
        "Recht": "Unrecht",
        "erlaubt": "unerlaubt unerlaubte unerlaubten",
        "zufrieden": "unzufrieden unzufriedene",
    }
    assert not _wrong(negated, found=False)
    assert not _wrong({"Unsicherheit": "Unsicherheiten", "unerlaubt": "unerlaubte"}, found=True)
    assert not _wrong({"russisch": "prorussische", "Recht": "Völkerrecht"}, found=True)


def test_names_of_people_and_places_are_no_compounds() -> None:
    names = {
        "Wolf": "Wolfgang Wolfsburg Wolfsburgs Wolfsburger",
        "Krise": "Kristina",
        "Regen": "Regensburg Regensburger",
        "Wein": "Weinheim",
        "Bauer": "Beckenbauer",
        "Tal": "Wuppertal Wuppertaler",
        "Bar": "Nachbar Barbora",
    }
    assert not _wrong(names, found=False)
    compounds = {"Wolf": "Wolfsrudel", "Bauer": "Biobauer", "Bar": "Weinbar Cocktailbars"}
    assert not _wrong(compounds | {"Krise": "Krisenstab", "Tor": "Millerntor"}, found=True)


def test_a_noun_is_not_found_in_endings_of_adjectives_and_adverbs() -> None:
    others = {
        "Haft": "Ernsthaft Dauerhafte Märchenhaft Fehlerhaftes",
        "Bar": "Wunderbar Fahrbar",
        "Los": "Kostenlos",
        "Mal": "Erstmals Diesmal",
        "Weise": "Zeitweise Möglicherweise",
    }
    assert not _wrong(others, found=False)
    nouns = {"Haft": "Geiselhaft Untersuchungshaft Haftbefehl", "Los": "Lotterielos"}
    assert not _wrong(nouns | {"Mal": "Denkmal Denkmale", "Weise": "Lebensweise"}, found=True)


def test_a_language_without_a_lexicon_has_no_compounds() -> None:
    assert compounds_of(language("en")) is None


def test_an_endless_word_is_not_split() -> None:
    german = compounds_of(language("de"))
    assert german is not None
    assert not german.has("grenz" + "wasser" * MAX_LETTERS, GRENZE)
