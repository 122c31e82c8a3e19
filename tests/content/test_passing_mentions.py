"""Short articles about something else that mention a topic once stay below its threshold.

Every article is a headline, a lead and four sentences of neighbouring news, with one sentence on
the topic among them: twenty per topic.
"""

from __future__ import annotations

import pytest

from processors import Processors, article_from_fields

pytestmark = pytest.mark.slow

_ARTICLES = {
    "de": (
        ("Bundeswehr übt in Litauen", "Rund 3000 Soldaten proben die Verteidigung."),
        ("Luftabwehr: Werk in Bayern erhält Großauftrag", "Die Produktion soll sich verdoppeln."),
        ("Weizenpreis steigt auf Jahreshoch", "Händler rechnen mit einer knappen Ernte."),
        ("Bürgermeister eröffnet Brücke über die Spree", "Der Bau hatte sechs Jahre gedauert."),
        ("Stromausfall nach Sturm in Finnland", "Tausende Haushalte waren ohne Licht."),
    ),
    "en": (
        ("Navy launches new frigate", "The ship will patrol the North Sea from next year."),
        ("Shell maker doubles output at Ohio plant", "The company will hire four hundred people."),
        ("Oil edges higher in quiet trade", "Analysts pointed to low stocks in Rotterdam."),
        ("Museum of aviation reopens", "The hall had been closed for three years."),
        ("Storm leaves thousands without power in Sweden", "Trains in the south were cancelled."),
    ),
}
_REST = {
    "de": (
        "Zur Feier kamen am Morgen mehrere hundert Gäste.",
        "Ein Sprecher nannte die Zahlen erfreulich.",
        "Weitere Einzelheiten will das Ministerium im Herbst vorlegen.",
        "Das Wetter blieb bis zum Abend trocken.",
    ),
    "en": (
        "Several hundred guests came in the morning.",
        "A spokesman called the figures encouraging.",
        "Further details will be published in autumn.",
        "The weather stayed dry until the evening.",
    ),
}
_ASIDES = {
    "nato-membership": {
        "de": (
            "Über einen Nato-Beitritt der Ukraine werde derzeit nicht gesprochen, sagte er.",
            "Schweden ist seit 2024 Mitglied der Nato.",
        ),
        "en": (
            "Sweden joined NATO in 2024 after a long wait for Turkey and Hungary.",
            "Asked about Ukraine's NATO membership, he declined to comment.",
        ),
    },
    "nato-russia-talks": {
        "de": (
            "Der Nato-Russland-Rat hat seit Jahren nicht getagt.",
            "Gespräche zwischen der Nato und Russland hält er für aussichtslos.",
        ),
        "en": (
            "The NATO-Russia Council has not met for years.",
            "He saw little hope for talks between NATO and Russia.",
        ),
    },
    "ukraine-peace-talks": {
        "de": (
            "Ein Waffenstillstand in der Ukraine würde daran wenig ändern.",
            "Die Friedensgespräche zwischen Kiew und Moskau verfolge man aufmerksam.",
        ),
        "en": (
            "A ceasefire in Ukraine would change little, he said.",
            "The company follows the peace talks between Kyiv and Moscow closely.",
        ),
    },
    "nato-enlargement-history": {
        "de": (
            "Gorbatschow soll 1990 gehört haben, die Nato werde sich nicht nach Osten ausdehnen.",
            "Er erinnerte an die Nato-Osterweiterung von 1999.",
        ),
        "en": (
            "Putin often cites a promise to Gorbachev that NATO would not expand east.",
            "His career began with the NATO enlargement of 1999.",
        ),
    },
}
_CASES = [
    (topic, language, title, lead, aside)
    for topic, languages in _ASIDES.items()
    for language, asides in languages.items()
    for title, lead in _ARTICLES[language]
    for aside in asides
]


def test_each_topic_has_twenty_articles() -> None:
    assert {topic: sum(case[0] == topic for case in _CASES) for topic in _ASIDES} == dict.fromkeys(
        _ASIDES, 20
    )


@pytest.mark.parametrize(("topic", "language", "title", "lead", "aside"), _CASES)
def test_a_mention_in_passing_stays_below_the_threshold(
    topic: str, language: str, title: str, lead: str, aside: str, processors: Processors
) -> None:
    first, second, *others = _REST[language]
    text = " ".join((first, second, aside, *others))
    article = article_from_fields(
        {"language": language, "title": title, "lead": lead, "text": text}
    )
    result = processors.explain(topic, article, given_language=language)
    assert not result.match
    assert 0 <= result.score < 30
