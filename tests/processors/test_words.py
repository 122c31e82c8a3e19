"""Bare words of queries in articles, with the real dictionaries."""

from __future__ import annotations

import pytest

from processors.engine.article_index import ArticleIndex
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.evidence import evidence_of
from processors.query import resolve

pytestmark = pytest.mark.processes  # writes the dictionaries where they are missing

CASES = """
de Haushalt: Der Haushaltsstreit | des Haushalts | im Bundeshaushalt ! haushalten lernen
de Zoll: Neue Zölle | Die Zollunion | Strafzoll auf Stahl ! Er zollte Respekt | Hohenzollern
de Krieg: Im Bürgerkrieg | Kriegsende in Sicht ! Sie kriegen Geld
de zurücktreten: Sie tritt nach der Wahl zurück. | um zurückzutreten ! Sie tritt an. Er kam zurück.
de ablehnen: Sie lehnt ihn ab und geht. | der abgelehnte Antrag ! Er lehnt an der Wand.
de sanktionieren: Die EU sanktioniert Banken | die sanktionierten Banken ! Sanktion
de bestreiken: Verdi bestreikt Werke | Sie werden bestreikt | die bestreikten Werke ! bestreitet
de entheben: Sie wurde ihres Amtes enthoben ! Er wird gehoben
de rauswerfen: Er wirft ihn raus. | dass er ihn rauswirft | rausgeworfen ! Er wirft den Ball.
de Asyl: Der Asylantrag | Ablehnung des Asylantrags ! Asylant
de Gas: Die Gaspreisbremse | Gasmangellage | Der Gasausstieg ! Die Gastrolle | Gastauftritt
de Bus: Busfahrerinnen | BusfahrerInnen ! Businesspläne
de Öl: Das Rohöl | Ölpreise | des Öls ! Köln | Bevölkerung | Der Böller
de Lehrer: LehrerInnen | Die Lehrer:innen ! Leerer
de türkisch: die türkischen Truppen | protürkische Milizen ! Türkis ist eine Farbe
de LNG-Terminal: zwei LNG-Terminals | LNG-Terminalbau | das LNG Terminal ! LNG im Terminal
de NATO: Nato-Gipfel | Die NATO tagt | der Natogipfel ! Der Senator spricht | Terminator
de UN: Die UN tagt | UN-Gesandter ! un bon vin | Un
en resign: She resigned | He resigns today | Resigning is hard ! resin
en lay: Laid off workers ! lie
en buy: Stop buying oil | She bought it ! buyer
en win: She won the vote ! window
en rule: The court ruled | A ruling ! ruler
en build: They build it ! The building burnt
en Minister: Three ministers resign | The minister ! ministering
en Grant: Grants for all ! She granted it
en election: Elections are near ! elect
fr négociation: les négociations ! négoce
ru Зеленский: с Зеленским | Зеленскому ! зелень
ru Эрдоган: встреча с Эрдоганом | у Эрдогана
ru суд: Суды решили | в судах ! судьба
ru посол: встреча послов | послом ! после встречи
ru вступить: Швеция вступила | вступят ли они ! ступени
ru подать: подали заявку ! податей
ru мир: за мир | миром ! мирра
es guerra: La guerra ! guerras
"""
"""Language, word, texts that match, and behind the exclamation mark texts that do not."""


def spans(query: str, language: str, text: str) -> list[str]:
    node = resolve(query, {}, ()).node
    assert node is not None
    rules = RuleSet(
        [TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))],
        languages=("de", "en", "fr", "ru", "uk"),
    )
    index = ArticleIndex((("title", ""), ("lead", ""), ("text", text)), (), language)
    rules.search(index)
    (compiled,) = rules.rules
    if not compiled.holds(index):
        return []
    return [one.surface for one in evidence_of("r", compiled.program, index)]


def test_bare_words_are_found_in_all_their_forms() -> None:
    wrong: list[tuple[str, str]] = []
    for line in CASES.strip().splitlines():
        query, texts = line.split(": ", 1)
        matching, others = ([*filter(None, p.split(" | "))] for p in f"{texts} ! ".split(" ! ")[:2])
        wrong += [
            (query, text)
            for text in (*matching, *others)
            if bool(spans(query[3:], query[:2], text)) is not (text in matching)
        ]
    assert not wrong


def test_a_word_has_the_forms_of_the_language_of_the_article() -> None:
    assert spans("Rat", "de", "Der Sicherheitsrat tagt") == ["Sicherheitsrat"]
    assert not spans("Rat", "en", "The Sicherheitsrat met")
    assert spans("Rat", "en", "A rat was seen") == ["rat"]


def test_evidence_of_a_separable_verb_is_the_verb_and_its_particle() -> None:
    assert spans("beitreten", "de", "Island tritt dem Bündnis bei.") == ["tritt", "bei"]


def test_a_particle_ends_a_title_too() -> None:
    node = resolve("title:beitreten", {}, ()).node
    assert node is not None
    rules = RuleSet([TopicRules("t", 1, (), (ResolvedRule("r", 1, node),))], languages=("de",))
    fields = (("title", "Island tritt dem Bündnis bei"), ("lead", "Oslo lobt"), ("text", ""))
    index = ArticleIndex(fields, (), "de")
    rules.search(index)
    assert rules.rules[0].program.matches(index)


def test_a_word_in_quotes_is_found_as_it_is_written() -> None:
    assert spans('"Haushalt"', "de", "Der haushalt") == ["haushalt"]
    assert not spans('"Haushalt"', "de", "des Haushalts")


def test_a_bare_word_of_a_field_is_searched_there_alone() -> None:
    assert not spans("title:Haushalt", "de", "des Haushalts")
    assert spans("text:Haushalt", "de", "des Haushalts") == ["Haushalts"]
