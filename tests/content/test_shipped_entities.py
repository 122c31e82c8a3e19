"""The shipped people, organisations and places, as they are written in five languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from config.catalog.models import Catalog
from processors import Processors, article_from_fields, entity_faults
from tests.content.entity_sentences import SENTENCES
from wirewatch.contracts.entities_page import entities_markdown

pytestmark = pytest.mark.slow

_SENTENCES = [
    ("Selenskyjs Rede vor dem Bundestag", {"zelenskyy", "bundestag"}),
    ("Wolodymyr Selenskij und Kremlsprecher Peskow", {"zelenskyy", "peskov"}),
    ("Zelenskyy's envoy Umerov met Witkoff in Kyiv", {"zelenskyy", "umerov", "witkoff", "kyiv"}),
    ("Встреча Зеленского с Путиным и Лавровым", {"zelenskyy", "putin", "lavrov"}),
    ("Зустріч Зеленського з Єрмаком у Києві", {"zelenskyy", "yermak", "kyiv"}),
    ("L'Otan et l'Ukraine, selon Poutine", {"nato", "ukraine", "putin"}),
    ("Die NATO und der Nato-Russland-Rat", {"nato", "nato-russia-council"}),
    ("Genschers Satz über Gorbatschow", {"genscher", "gorbachev"}),
    ("Vereinte Nationen und OSZE in Moskau", {"un", "osce", "moscow"}),
    ("von der Leyen und Merz bei Macron", {"von-der-leyen", "merz", "macron"}),
    ("Costa Rica gewinnt gegen Vereinigte Arabische Emirate", {"costa-rica", "emirates"}),
    ("Demokratische Republik Kongo, Republik Kongo", {"congo-kinshasa", "congo-brazzaville"}),
]
_FALSE_FRIENDS = [
    "È nato a Roma, con un cuore così",
    "Tell us what you think",
    "Das merzt den Fehler aus",
    "Kohl und Backobst: ein Rezept",
    "Im Play Store und auf CD-ROM",
    "Willi Orban und Jochen Schweizer über die Jamaika-Koalition",
    "Un homme et une femme",
]


def _mentioned(processors: Processors, title: str, language: str = "de") -> set[str]:
    article = article_from_fields({"language": language, "title": title})
    outcome = processors.process(article)
    return {mention.id for mention in outcome.enriched.entities}


@pytest.mark.parametrize(("title", "wanted"), _SENTENCES)
def test_names_are_found_in_their_forms(
    title: str, wanted: set[str], processors: Processors
) -> None:
    assert wanted <= _mentioned(processors, title)


@pytest.mark.parametrize("title", _FALSE_FRIENDS)
def test_ordinary_words_are_not_entities(title: str, processors: Processors) -> None:
    assert _mentioned(processors, title) == set()


def test_every_sentence_mentions_its_entities_and_no_others(processors: Processors) -> None:
    wrong = []
    for row in SENTENCES.strip().splitlines():
        language, title, ids = (part.strip() for part in row.split("|"))
        found = _mentioned(processors, title, language)
        if found != set(ids.split()) - {"-"}:
            wrong.append(f"{title}: {' '.join(sorted(found)) or '-'}")
    assert wrong == []


def test_the_catalog_has_what_world_news_is_about(catalog: Catalog) -> None:
    kinds = Counter(entity.type for entity in catalog.entities)
    assert kinds["place"] >= 200
    assert kinds["organisation"] >= 150
    assert kinds["person"] >= 300


def test_the_page_of_entity_ids_lists_exactly_the_shipped_entities(catalog: Catalog) -> None:
    listed = Counter(re.findall(r"`([a-z0-9-]+)`[,\n]", entities_markdown()))
    assert listed == Counter(entity.id for entity in catalog.entities)


def test_no_two_shipped_entities_share_an_alias(catalog: Catalog) -> None:
    assert entity_faults(catalog) == []
