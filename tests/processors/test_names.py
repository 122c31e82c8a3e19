"""How the names of entities are found inside words, in other forms and transliterations."""

from __future__ import annotations

from typing import Any

import pytest

from config.catalog.aliases import EntityAlias
from config.catalog.models import Catalog, EntityDefinition
from core.text.tokens import fold_word
from processors import Processors, article_from_fields
from processors.engine.aliases import aliases_of
from processors.engine.skeletons import fragments, skeletons, skeletons_in_text
from tests.processors.definitions import POSITION, topic

Alias = str | EntityAlias


def _aliases(texts: tuple[Alias, ...]) -> tuple[EntityAlias, ...]:
    return tuple(EntityAlias(text) if isinstance(text, str) else text for text in texts)


def _entity(
    id_: str, *names: Alias, demonyms: tuple[Alias, ...] = (), **options: Any
) -> EntityDefinition:
    first = names[0] if isinstance(names[0], str) else names[0].text
    kind = options.pop("type", "place")
    return EntityDefinition(
        id_, kind, first, _aliases(names), None, POSITION, _aliases(demonyms), **options
    )


ENTITIES = (
    _entity(
        "ukraine",
        "Ukraine",
        demonyms=("ukrainisch", "Ukrainer", "Ukrainian", "ukrainien", "украинский", "украинец"),
    ),
    _entity("russia", "Russland", demonyms=("russisch", "Russe")),
    _entity("belarus", "Belarus", "Weißrussland", demonyms=("weißrussisch",)),
    _entity("sudan", "Sudan", demonyms=("sudanesisch",), deny=("südsudanesisch",)),
    _entity("south-sudan", "Südsudan"),
    _entity("iran", "Iran"),
    _entity("china", "China", deny=("Chinakohl", "Südchinesisches Meer")),
    _entity("iceland", "Iceland", EntityAlias("Island", "de")),
    _entity("georgia", EntityAlias("Georgia", "en"), "Georgien", deny=("Georgia Tech",)),
    _entity("emirates", "United Arab Emirates", "Emirates", deny=("Emirates", "Emirates Stadium")),
    _entity("nato", "NATO", "Nato", type="organisation"),
    _entity("kremlin", "Kreml", type="organisation"),
    _entity("putin", "Putin", type="person"),
    _entity("merz", "Merz", type="person"),
    _entity("lavrov", EntityAlias("Lawrow", skeleton=True), type="person"),
)
FOUND = """
    de Ukrainekrieg ukraine | de Ostukraine ukraine | de ukrainischer ukraine
    de Ukrainerinnen ukraine | en Ukrainians ukraine | fr ukrainiennes ukraine
    ru украинской ukraine | ru украинцами ukraine | de innerukrainisch ukraine
    de Russlandsanktionen russia | de prorussische russia | de Russinnen russia
    de russlandfreundlich russia | de Weißrusslands belarus | de Weißrusslandpolitik belarus
    de weißrussische belarus | de Südsudankonflikt south-sudan | de Südsudan south-sudan
    de sudanesischen sudan | de südsudanesischen - | de Iranabkommen iran | de Chinapolitik china
    de Tiranosaurus - | de Chinakohls - | de Natobeitritt nato | de Nato-Beitritt nato
    de Senator - | de Natron - | de Kremlsprecher kremlin | de Putin-Vertrauter putin
    de Putinvertrauter putin | de putinvertraut - | de Merzregierung merz | de Kommerz -
    de ausmerzen - | de Merzen - | de Lavroffs lavrov | uk Лаврова lavrov | de lawrow -
    de Lawine - | en Ukrainekrieg - | de Island iceland | en Island - | de Georgia -
    en Georgia georgia | de Georgienkrieg georgia
"""
SENTENCES = {
    "Forscher von Georgia Tech": set(),
    "Das Südchinesische Meer": set(),
    "Flug mit Emirates zum Emirates Stadium": set(),
    "Die United Arab Emirates": {"emirates"},
    "Weißrussland und Russland": {"belarus", "russia"},
    "Streit um Natobeitritt, Kremlkritiker warnt": {"nato", "kremlin"},
}


@pytest.fixture(name="processors", scope="module")
def _processors() -> Processors:
    topics = (
        topic("Beitritt AND NOT Vertrauter", id="accession"),
        topic("Vertrauter", id="confidant"),
    )
    return Processors.compile(Catalog((), topics, ENTITIES), ("de", "en", "fr", "ru", "uk"))


def _outcome(processors: Processors, text: str, language: str = "de") -> Any:
    return processors.process(article_from_fields({"title": text, "language": language}))


def test_an_alias_of_several_words_is_searched_by_its_two_longest_words_in_a_row() -> None:
    name = _entity("war", "The War of Vietnam Veterans")
    (alias,) = aliases_of(name)
    assert " vietnam vetera" in alias.literals
    assert all(literal.count(" ") >= 2 for literal in alias.literals)
    (single,) = aliases_of(_entity("nato", "NATO"))
    assert " nato " in single.literals


def test_names_are_found_in_their_forms_and_in_compounds(processors: Processors) -> None:
    wrong = []
    for language, word, wanted in (
        row.split() for row in FOUND.replace("\n", "|").split("|") if row.strip()
    ):
        enriched = _outcome(processors, word, language).enriched
        found = {mention.id for mention in enriched.entities}
        if found != {wanted} - {"-"}:
            wrong.append((language, word, wanted, found))
    assert wrong == []


def test_denied_phrases_and_longer_names_hide_what_they_contain(processors: Processors) -> None:
    for text, wanted in SENTENCES.items():
        enriched = _outcome(processors, text).enriched
        assert {mention.id for mention in enriched.entities} == wanted, text


def test_names_count_as_words_of_the_lexicon_for_compounds_of_others(
    processors: Processors,
) -> None:
    def matching(text: str) -> set[str]:
        return {match.topic_id for match in _outcome(processors, text).matches}

    assert matching("Natobeitritt") == {"accession"}
    assert matching("Der Putinvertraute und ein Putinvertrauter") == {"confidant"}
    assert matching("Xyzbeitritt") == set()


def test_transliterations_of_a_name_share_a_skeleton_and_a_fragment() -> None:
    groups = """
        Lawrow Lavrov Lavroff Ławrow Лавров Лаврову
        Saluschnyj Zaluzhny Zaloujny Załużny Залужный
        Nawalny Navalny Nawalnyj Навальный Навальним
        Uschakow Ushakov Uszakow Ušakov Ушаков
        Mischustin Mishustin Мишустин Мишустину
    """
    for first, *others in (line.split() for line in groups.strip().splitlines()):
        shared = skeletons(first)
        pieces = frozenset[str]().union(*map(fragments, shared))
        for other in others:
            assert shared & skeletons_in_text(other), other
            assert any(piece in fold_word(other) for piece in pieces), (other, pieces)


def test_a_fragment_is_part_of_no_common_word_where_the_name_has_another() -> None:
    read_with_i = next(s for s in skeletons("Brejnev") if "ei" in s)
    pieces = fragments(read_with_i)
    assert "ein" not in pieces
    assert any(piece in "brejnev" for piece in pieces)


def test_short_and_different_names_share_no_skeleton() -> None:
    assert skeletons("Kiew") == skeletons("Putin"[:4]) == frozenset()
    assert not skeletons("Lawrow") & skeletons("Lawine")
    assert skeletons("A" * 500) == frozenset()
