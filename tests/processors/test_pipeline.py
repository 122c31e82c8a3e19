"""The pipeline: the language, entities, matches and fingerprint of an article; explanations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalog.models import Catalog, EntityDefinition, TopicDefinition, TopicState
from config.errors import CatalogError, UsageError
from config.i18n import in_english
from core.messages import EntityMention, Evidence
from core.text import fingerprint
from processors import Processors, article_from_fields
from tests.processors.definitions import entity, topic

LANGUAGES = ("de", "en", "fr", "ru", "uk")


def nato(rules: dict[str, tuple[int, str]], **changes: Any) -> TopicDefinition:
    return topic(rules, **({"id": "nato", "threshold": 30} | changes))


def processors(*topics: TopicDefinition, entities: tuple[EntityDefinition, ...] = ()) -> Processors:
    return Processors.compile(Catalog((), topics, entities), LANGUAGES)


def mentions(text: str, *entities: EntityDefinition) -> list[tuple[str, str]]:
    outcome = processors(entities=entities).process(
        article_from_fields({"title": "t", "text": text})
    )
    return [(m.id, m.surface) for m in outcome.enriched.entities]


def test_the_weights_of_fired_rules_add_up_and_rules_are_listed_in_file_order() -> None:
    rules = {"b": (20, "nato"), "a": (15, "beitritt*"), "veto": (-10, "draht*"), "no": (5, "eu")}
    compiled = processors(nato(rules))
    outcome = compiled.process(article_from_fields({"title": "Beitritt zur Nato, Drahtseilakt"}))
    assert outcome.matches == ()
    assert outcome.disposition == "no_match"
    outcome = compiled.process(article_from_fields({"title": "Beitritt zur Nato"}))
    (match,) = outcome.matches
    assert (match.score, match.threshold, match.rules) == (35, 30, ("b", "a"))
    assert [(e.rule, e.surface) for e in match.evidence] == [("b", "Nato"), ("a", "Beitritt")]
    assert outcome.enriched.topics[0].score == 35
    assert outcome.disposition == "matched"


def test_a_match_contains_its_article_entities_and_fingerprint() -> None:
    article = article_from_fields(
        {"title": "Nato", "lead": "Der Anfang.", "text": "Selenskyj spricht.", "url": "https://a/b"}
    )
    compiled = processors(nato({"r": (30, "nato")}), entities=(entity("z", "Selenskyj"),))
    (match,) = compiled.process(article).matches
    assert match.article == article
    assert [m.id for m in match.entities] == ["z"]
    assert match.topic_revision == compiled.compiled.topics[0].revision
    assert match.fingerprint == fingerprint.fingerprint(["der", "anfang", "selenskyj", "spricht"])


def test_an_article_without_lead_and_text_is_fingerprinted_by_its_title() -> None:
    outcome = processors().process(article_from_fields({"title": "Nato tagt"}))
    assert outcome.enriched.fingerprint == fingerprint.fingerprint(["nato", "tagt"])


@pytest.mark.parametrize("state", list(TopicState))
def test_every_topic_but_a_retired_one_is_evaluated(state: TopicState) -> None:
    compiled = processors(nato({"r": (30, "nato")}, state=state))
    matches = compiled.process(article_from_fields({"title": "Nato"})).matches
    assert len(matches) == (0 if state is TopicState.RETIRED else 1)


def test_a_topic_for_other_languages_does_not_match_and_its_gate_says_why() -> None:
    compiled = processors(nato({"r": (30, "nato")}, languages=("de", "en")))
    article = article_from_fields(
        {"title": "L'OTAN et la Nato se réunissent à Bruxelles pour parler de la guerre"}
    )
    assert compiled.process(article).matches == ()
    explained = compiled.explain("nato", article)
    assert explained.score == 30
    assert not explained.match
    gate = next(g for g in explained.gates if g.name == "language")
    assert not gate.passed
    assert "French (detected)" in in_english(gate.why)
    assert compiled.explain("nato", article, given_language="de").match


@pytest.mark.parametrize(
    ("declared", "title", "expected"),
    [
        ("de", "Schweden tritt der Nato bei und Ungarn stimmt zu", ("de", "detected")),
        ("de", "Sweden is joining the alliance after a long debate", ("en", "detected")),
        ("uk", "Зеленський зустрівся з президентом у Києві", ("uk", "detected")),
        ("ru", "Зеленский встретился с президентом в Киеве", ("ru", "detected")),
        ("fr", "NATO", ("fr", "declared")),
        ("pl", "Szwecja przystępuje do NATO po długiej debacie", ("pl", "declared")),
        ("de-AT", "Oasis", ("de", "declared")),
        ("", "12:30 – 14", ("", "declared")),
    ],
)
def test_the_language_is_detected_if_certain_and_otherwise_as_declared(
    declared: str, title: str, expected: tuple[str, str]
) -> None:
    article = article_from_fields({"title": title, "language": declared})
    enriched = processors().process(article).enriched
    assert (enriched.language, enriched.language_source) == expected


@pytest.mark.parametrize(
    ("alias", "matched", "not_matched"),
    [
        (
            "Selenskyj",
            "Selenskyj Selenskyjs SELENSKYJ Selenskyj-Besuch Ex-Selenskyj-Chef",
            "Selensky",
        ),
        ("Merz", "Merz MERZ Merz’", "merz merzen"),
        ("WHO", "WHO WHOs WHO-Chef", "Who who WHOM"),
        ("5G", "5G 5G-Netz 5Gs", "5g G5"),
        ("al-Qaida", "al-Qaida Al-Qaida al-Qaidas", "Qaida"),
        ("Müller", "Müller Mueller Müllers", "Muller"),
        ("Зеленський", "Зеленський Зеленського Зеленському Зеленським ЗЕЛЕНСЬКИЙ", "Зелень"),
        ("Путин", "Путин Путина Путину Путиным", "Путиницкий"),
        ("Украина", "Украина Украины Украине Украину Украиной", "Украинский"),
    ],
)
def test_an_alias_matches_its_forms(alias: str, matched: str, not_matched: str) -> None:
    person = entity("e", alias)
    assert [w for w in matched.split() if not mentions(f"Mit {w} hier", person)] == []
    assert [w for w in not_matched.split() if mentions(f"Mit {w} hier", person)] == []


def test_words_inside_a_name_are_inflected() -> None:
    union = entity("eu", "Europäische Union", kind="organisation")
    court = entity("icc", "Internationaler Strafgerichtshof", kind="organisation")
    text = "In der Europäischen Union und am Internationalen Strafgerichtshof. europäische Union"
    assert mentions(text, union, court) == [
        ("eu", "Europäischen Union"),
        ("icc", "Internationalen Strafgerichtshof"),
    ]


def test_the_longer_of_overlapping_names_is_kept_and_equal_names_both() -> None:
    bank, land = entity("bank", "Bank of England"), entity("land", "England", kind="place")
    other = entity("team", "England", kind="organisation")
    assert mentions("Die Bank of England in England", bank, land, other) == [
        ("bank", "Bank of England"),
        ("land", "England"),
        ("team", "England"),
    ]


def test_spans_of_entities_index_their_field() -> None:
    article = article_from_fields(
        {"title": "Ja 😀 Putin", "lead": "x Putins", "text": "Mit Putin-Rede."}
    )
    entities = processors(entities=(entity("p", "Putin"),)).process(article).enriched.entities
    assert [(m.field, getattr(article, m.field)[m.start : m.end]) for m in entities] == [
        ("title", "Putin"),
        ("lead", "Putins"),
        ("text", "Putin"),
    ]


def test_explaining_an_unknown_or_retired_topic_is_a_usage_error() -> None:
    compiled = processors(nato({"r": (30, "a")}, state=TopicState.RETIRED))
    for name in ("nope", "nato"):
        with pytest.raises(UsageError, match=name):
            compiled.explain(name, article_from_fields({"title": "a"}))


def test_an_explanation_has_the_published_shape() -> None:
    rules = {"yes": (30, "nato"), "no": (10, "eu")}
    none = {"title": 0, "lead": 0, "text": 0}
    eu = {"kind": "missing", "operand": "eu", "why": "`eu` does not occur."}
    article = article_from_fields({"title": "Nato", "language": "de"})
    shape = processors(nato(rules)).explain("nato", article).as_json()
    assert shape["rules"] == [
        {
            "id": "yes",
            "weight": 30,
            "fired": True,
            "points": 30,
            "places": {**none, "title": 1},
            "lacks": [],
        },
        {"id": "no", "weight": 10, "fired": False, "points": 0, "places": none, "lacks": [eu]},
    ]
    assert shape["evidence"] == [
        {
            "field": "title",
            "start": 0,
            "end": 4,
            "surface": "Nato",
            "rule": "yes",
            "sentence": "Nato",
        }
    ]
    assert {k: shape[k] for k in ("topic", "match", "score", "threshold")} == {
        "topic": "nato",
        "match": True,
        "score": 30,
        "threshold": 30,
    }
    assert all(set(gate) == {"name", "passed", "why"} for gate in shape["gates"])
    assert shape["stopped_by"] is None
    french = processors(nato(rules, languages=("fr",))).explain("nato", article)
    assert french.as_json()["stopped_by"] == "language"


def test_explanation_and_match_agree() -> None:
    compiled = processors(nato({"a": (20, "nato"), "b": (20, "eu AND NOT uno"), "c": (-5, "uno")}))
    for title in ("Nato", "Nato EU", "Nato EU UNO", "UNO", ""):
        article = article_from_fields({"title": title})
        matches = compiled.process(article).matches
        explained = compiled.explain("nato", article)
        assert explained.match == bool(matches)
        assert [m.score for m in matches] == [explained.score] * len(matches)


def test_a_catalog_with_an_error_in_a_query_is_not_compiled() -> None:
    with pytest.raises(CatalogError) as caught:
        processors(nato({"r": (30, "a b")}))
    assert [f.code for f in caught.value.faults] == ["E002"]


def test_the_same_article_gives_the_same_outcome() -> None:
    compiled = processors(nato({"r": (30, "nato OR eu*nion OR (a NEAR/3 b)")}))
    article = article_from_fields({"title": "Nato a b", "text": "a nato b a Nato b"})
    assert compiled.process(article) == compiled.process(article)


@pytest.mark.parametrize("fields", [{"title": 3}, {"authors": "x"}, {"published_at": "gestern"}])
def test_fields_that_make_no_article_are_a_usage_error(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no article"):
        article_from_fields(fields)


WORDS = st.sampled_from(["Nato", "-", "’s", " ", ". ", "\n", "Putin", "\u00ad", "\x1f", "ß", "😀"])
COMPILED = processors(nato({"r": (30, "nato* OR entity:p")}), entities=(entity("p", "Putin"),))


@given(st.lists(WORDS | st.text(max_size=5), max_size=20).map("".join), st.text(max_size=20))
def test_whatever_the_text_every_span_shows_its_surface(text: str, title: str) -> None:
    article = article_from_fields(
        {"title": title + text, "lead": text, "text": text, "language": "de"}
    )
    outcome = COMPILED.process(article)
    evidence = [e for match in outcome.matches for e in match.evidence]
    spans: list[Evidence | EntityMention] = [*evidence, *outcome.enriched.entities]
    for span in spans:
        assert getattr(article, span.field)[span.start : span.end] == span.surface
    assert all(e.surface.strip() in e.sentence for e in evidence)
