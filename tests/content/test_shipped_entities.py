"""The shipped people, organisations and places, as they are written in five languages."""

from __future__ import annotations

import pytest

from processors import Processors, article_from_fields

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
]
_FALSE_FRIENDS = [
    "È nato a Roma, con un cuore così",
    "Tell us what you think",
    "Das merzt den Fehler aus",
    "Kohl und Backobst: ein Rezept",
    "Costa Rica gewinnt",
    "Un homme et une femme",
]


def _mentioned(processors: Processors, title: str) -> set[str]:
    outcome = processors.process(article_from_fields({"language": "de", "title": title}))
    return {mention.id for mention in outcome.enriched.entities}


@pytest.mark.parametrize(("title", "wanted"), _SENTENCES)
def test_names_are_found_in_their_forms(
    title: str, wanted: set[str], processors: Processors
) -> None:
    assert wanted <= _mentioned(processors, title)


@pytest.mark.parametrize("title", _FALSE_FRIENDS)
def test_ordinary_words_are_not_entities(title: str, processors: Processors) -> None:
    assert _mentioned(processors, title) == set()
