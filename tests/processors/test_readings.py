"""Suspended compounds, gendered forms, notes, addresses, figures, paragraphs: by whole queries."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.tokens import tokenise
from processors.engine.article_index import ArticleIndex
from processors.engine.readings import with_readings
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.query import resolve
from tests.support.lanes import examples

SUSPENDED = [
    ('"NATO Beitritt*"', "Der NATO- und EU-Beitritt ist ein Thema.", "NATO- und EU-Beitritt"),
    ('"NATO Beitritt*"', "Ein NATO-/EU-Beitritt kommt.", "NATO-/EU-Beitritt"),
    (
        '"NATO Gipfel beginnt"',
        "NATO-, EU- und G7-Gipfel beginnt.",
        "NATO-, EU- und G7-Gipfel beginnt",
    ),
    ('"EU Gipfel"', "NATO-, EU- und G7-Gipfel beginnt.", "EU- und G7-Gipfel"),
    ("nato-beitritt", "NATO- oder EU-Beitritt", "NATO- oder EU-Beitritt"),
    ('"Ostukraine"', "In der Ost- und Südukraine.", "Ost- und Südukraine"),
    ("=Ostukraine", "In der Ost- und Südukraine.", "Ost- und Südukraine"),
    ("Ostukr*", "In der Ost- sowie der Südukraine.", "Ost- sowie der Südukraine"),
    ('"der Ostukraine wird"', "In der Ost- und Südukraine wird.", "der Ost- und Südukraine wird"),
    ('"Energiepolitik"', "Die Energie- und Klimapolitik.", "Energie- und Klimapolitik"),
    (
        '"Innenpolitik"',
        "Innen- und europäische Außenpolitik",
        "Innen- und europäische Außenpolitik",
    ),
    ("Rüstungsexport*", "Rüstungsimporte und -exporte.", "Rüstungsimporte und -exporte"),
    ('"Waffenexporte"', "Waffenkäufe, -tests und -exporte", "Waffenkäufe, -tests und -exporte"),
    ('"EU Exporte"', "EU-Importe und -Exporte", "EU-Importe und -Exporte"),
    ('"Ankauf"', "Der An- und Verkauf.", "An- und Verkauf"),
    ('"Wareneingänge"', "Warenein- und -ausgänge", "Warenein- und -ausgänge"),
    ('"Warenausgänge"', "Warenein- und -ausgänge", "Warenein- und -ausgänge"),
    ("Stromausfall", "Stromaus- und -einfälle", "Stromaus- und -einfälle"),
    ('"Vorteile"', "Vor- und Nachteile", "Vor- und Nachteile"),
    ('"Versorgung"', "Ver- und Entsorgung", "Ver- und Entsorgung"),
    (
        '"Mittelstreckenraketen"',
        "Mittel- bis Langstreckenraketen",
        "Mittel- bis Langstreckenraketen",
    ),
    ('"Bundesminister"', "Bundes- und Landesminister tagen.", "Bundes- und Landesminister"),
    (
        '"Innenpolitik Experten"',
        "Innen- und Außenpolitik-Experten",
        "Innen- und Außenpolitik-Experten",
    ),
]
GENDERED = [
    ('"Lehrer streiken"', "Lehrer:innen streiken.", "Lehrer:innen streiken"),
    ('"Lehrerinnen streiken"', "Lehrer*innen streiken.", "Lehrer*innen streiken"),
    ('"Bürger*innen"', "Alle Bürger*innen hier.", "Bürger*innen"),
    ('"Bürger*innen"', "Alle Bürger_innen hier.", "Bürger_innen"),
    ('"Politiker"', "Politiker_innen", "Politiker_innen"),
    ('"Lehrerinnen"', "LehrerInnen", "LehrerInnen"),
    ('"Ministerin"', "Minister/-in gesucht", "Minister/-in"),
    ('"Ministerinnen"', "Minister/innen gesucht", "Minister/innen"),
    ('"Lehrer und Schüler"', "Lehrer:innen und Schüler:innen", "Lehrer:innen und Schüler:innen"),
    ('"Ärzte"', "Ärzt:innen", "Ärzt:innen"),
    ('"Experten"', "Expert*innen", "Expert*innen"),
    ('"Bürgerrat"', "Bürger:innenrat", "Bürger:innenrat"),
    ('"Lehrer streiken"', "LehrerInnen streiken", "LehrerInnen streiken"),
    ('"Ärzte"', "Alle ÄrztInnen", "ÄrztInnen"),
    ('"Bürgerrat"', "Der BürgerInnenrat", "BürgerInnenrat"),
    ("Lehrer:innen", "Alle Lehrer streiken.", "Lehrer"),
    ("Lehrer*innen", "Eine Lehrerin streikt.", "Lehrerin"),
    ("LehrerInnen", "Die Lehrer_innen streiken.", "Lehrer_innen"),
    ("Lehrer/-innen", "Die Grundschullehrer streiken.", "Grundschullehrer"),
    ("Ärzt:innen", "Der Arzt streikt.", "Arzt"),
    ("Expert*innen", "Ein Experte streikt.", "Experte"),
    ("Wald-Aktivist:innen", "Die Wald-Aktivisten siegen", "Wald-Aktivisten"),
    ("Bürger:innenrat", "Der Bürgerrat tagt.", "Bürgerrat"),
    ("title:Lehrer:innen OR Schüler:in", "Ein Schüler streikt.", "Schüler"),
]
NOTES = [
    ('"Ukraine wehrt"', "Die Ukraine1 wehrt sich.", "Ukraine1 wehrt"),
    ('"NATO"', "Die NATO² sagt", "NATO²"),
    ('"Ukraine1"', "Die Ukraine1 wehrt sich.", "Ukraine1"),
    ("spiegel.de", "Quelle: spiegel.de.", "spiegel.de"),
    ('"info@nato.int"', "An info@nato.int schreiben", "info@nato.int"),
    ("2.500", "Es kamen 2.500.", "2.500"),
    ('"nato"', "#NATO und @NATO", "NATO"),
    ("Bahnstreik", "Der lange Bahn-Streik endet.", "Bahn-Streik"),
    ("Krankenhaus", "Kranken-Häuser schließen", "Kranken-Häuser"),
    ("@nato_hq", "Das schrieb @NATO_HQ.", "NATO_HQ"),
    ("#Beitritt", "Zum #Nato-Beitritt", "Beitritt"),
    ('"Moskau Berlin"', "Moskau, Berlin", "Moskau, Berlin"),
    ('"Art 5 GG"', "Nach Art. 5 GG gilt", "Art. 5 GG"),
    ('"am 3 Mai"', "Er kam am 3. Mai an.", "am 3. Mai"),
    ('"J D Vance"', "Dann sprach J. D. Vance.", "J. D. Vance"),
    ('"Kiew" NEAR/3 "Moskau"', "Kiew. Moskau schwieg.", "Kiew. Moskau"),
]
NOT_FOUND = [
    ('"spiegel"', "Quelle: spiegel.de"),
    ('"spiegel"', "Quelle: https://www.spiegel.de/politik/nato-beitritt"),
    ('"nato"', "www.nato.int/nato-beitritt"),
    ('"beitritt"', "Siehe https://a.de/nato-beitritt, dort."),
    ('"bundestag"', "An info@bundestag.de"),
    ('"500"', "Es kamen 2.500 Menschen"),
    ('"5"', "um 3,5 Prozent"),
    ('"000"', "1.000.000 Euro, 2\u202f000 Meter"),
    ('"30"', "um 20:30 Uhr"),
    ('"innen"', "Lehrer:innen streiken"),
    ("@fragen", "Alle fragten"),
    ("Bahnstreik", "Bei der Bahn Streik"),
    ("Bahnstreik", "Bahn, Streik, Bahn-Streit"),
    ('"Lehrer:innen"', "Ein Lehrer."),
    ('"Stadt"', "Die StadtInnenpolitik, Innenpolitik und LINKEInnen"),
    ('"Leopard"', "Panzer vom Typ Leo2A7"),
    ('"Ukraine Russland"', "Die Ukraine.\n\nRussland schwieg."),
    ('"Ukraine Russland"', "- Lage in der Ukraine\n- Russland und Sanktionen"),
    ('"Ukraine Russland"', "Ukraine | Russland"),
    ('"Ukraine Russland"', "• Ukraine • Russland"),
    ('"Ukraine Russland"', "+++ Ukraine +++ Russland +++"),
    ('"Ukraine" NEAR/5 "Russland"', "Lage in der Ukraine ++ Russland schweigt"),
    ('"Ukraine" NEAR/S "Russland"', "Lage in der Ukraine // Russland schweigt"),
    ('"Ukraine" NEAR/S "Russland"', "Lage in der Ukraine >> Russland schweigt"),
    ('"Ukraine" NEAR/S "Russland"', "Ukraine ‖ Russland"),
    ('"Ukraine" NEAR/S "Russland"', "Ukraine · Russland"),
    ('"Moskau Berlin"', "Er flog nach Moskau. Berlin schwieg."),
    ('"Moskau Berlin"', "„Nach Moskau!“ Berlin schwieg."),
    ('"Moskau * Berlin"', "Nach Moskau. Da schwieg Berlin."),
    ('"usw Panzer"', "Waffen usw. Panzer kamen"),
    ('"Scholz" NEAR/5 "Panzer"', "Das sagte Scholz.\nPanzer kamen."),
    ('"Scholz" ONEAR/5 "Panzer"', "Scholz | Panzer"),
    ('"Scholz" NEAR/S "Panzer"', "Scholz war Nummer 3. Panzer kamen an."),
    ('"Scholz" NEAR/S "Panzer"', "Scholz, Waffen usw. Panzer kamen an."),
    ('"NATO Beitritt"', "NATO - und der EU-Beitritt"),
    ('"NATO Beitritt"', "Zur NATO-. Der EU-Beitritt"),
    ('"EU Beitritt"', "NATO-Gipfel und Beitritt"),
]


def _hits(query: str, text: str) -> list[str]:
    """Return the texts of the hits of a query in a German article."""
    resolved = resolve(query, {}, ())
    assert resolved.node is not None, (query, resolved.problems)
    topic = TopicRules("t", 1, (), (ResolvedRule("r", 1, resolved.node),))
    rules = RuleSet([topic], languages=("de",))
    index = ArticleIndex((("title", "Ohne"), ("lead", ""), ("text", text)), (), "de")
    rules.search(index)
    program = rules.rules[0].program
    spans = sorted({span[:2] for span in program.spans(index)})
    assert program.matches(index) == bool(spans)
    fields = [(index.field_at(first), first, last) for first, last in spans]
    return [f.text[slice(*f.code_points(first, last))] for f, first, last in fields]


def test_words_are_found_as_people_read_them_and_the_evidence_is_what_is_written() -> None:
    rows = (*SUSPENDED, *GENDERED, *NOTES)
    hits = [(query, text, _hits(query, text)) for query, text, _ in rows]
    assert [row for row, (*_, want) in zip(hits, rows, strict=True) if want not in row[2]] == []


def test_what_only_looks_like_a_word_or_phrase_is_not_found() -> None:
    assert [(q, t, hits) for q, t in NOT_FOUND if (hits := _hits(q, t))] == []


def test_a_title_is_one_unit_for_near_but_not_for_phrases() -> None:
    node = resolve('"krieg" NEAR/3 "russland"', {}, ()).node
    assert node is not None
    rules = RuleSet([TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))])
    index = ArticleIndex((("title", "Krieg | Russland: Lage"), ("lead", ""), ("text", "")))
    rules.search(index)
    assert rules.rules[0].program.matches(index)


def test_a_reading_keeps_the_words_of_the_text_where_they_are() -> None:
    tokens = tokenise("In der Ost- und Südukraine. Lehrer:innen da.")
    extended, origins = with_readings(tokens, "de")
    assert extended.words[: len(tokens)] == tokens.words
    assert extended.words[len(tokens) :] == [
        *("\x1f", "in", "der", "ostukraine"),
        *("\x1f", "lehrer", "da"),
    ]
    assert origins[1:4] == [(0, 0), (1, 1), (2, 4)]
    assert with_readings(tokenise("Der Beitritt - so G7, MH17."), "de")[1] == []


pieces = st.sampled_from(
    [
        "NATO-",
        "-exporte",
        "und",
        "EU-Beitritt",
        "Rüstungsimporte",
        ",",
        "/",
        ".",
        "Ost-",
        "innen",
        ":",
    ]
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(pieces, st.sampled_from(["", " ", "\n"])), max_size=25))
def test_readings_are_read_from_words_of_the_text(parts: list[tuple[str, str]]) -> None:
    tokens = tokenise("".join(a + b for a, b in parts))
    extended, origins = with_readings(tokens, "de")
    size = len(tokens)
    assert extended.folded.startswith(tokens.folded)
    assert len(extended.words) == len(extended) == size + len(origins)
    assert all(0 <= a <= b < size for a, b in origins if a >= 0)
    assert extended.text.startswith(tokens.text)
    assert all(
        0 <= s <= e <= len(extended.text)
        for s, e in zip(extended.starts, extended.ends, strict=True)
    )
