"""An article's walk through the steps: language, entities, topics, fingerprint, explanation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    EntityDefinition,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.errors import CatalogError, UsageError
from config.i18n import in_english
from core.messages import EntityMention, Evidence
from core.text import fingerprint
from processors import Processors, article_from_fields

PLACE = FilePosition("topics/nato.yaml", 1, 1)
LANGUAGES = ("de", "en", "fr", "ru", "uk")


def topic(rules: dict[str, tuple[int, str]], **changes: Any) -> TopicDefinition:
    definition = TopicDefinition(
        id="nato",
        title="NATO",
        revision="r1",
        languages=(),
        threshold=30,
        state=TopicState.LIVE,
        terms={},
        rules=tuple(
            RuleDefinition(name, weight, SourceText(query, PLACE))
            for name, (weight, query) in rules.items()
        ),
        entities=(),
        alert=AlertPolicy(),
        publish=False,
        tests=(),
        position=PLACE,
    )
    return replace(definition, **changes)


def entity(id_: str, name: str, *aliases: str, type_: Any = "person") -> EntityDefinition:
    return EntityDefinition(id_, type_, name, aliases, None, PLACE)


def processors(*topics: TopicDefinition, entities: tuple[EntityDefinition, ...] = ()) -> Processors:
    return Processors.compile(Catalog((), topics, entities), LANGUAGES)


def mentions(text: str, *entities: EntityDefinition) -> list[tuple[str, str]]:
    outcome = processors(entities=entities).process(
        article_from_fields({"title": "t", "text": text})
    )
    return [(m.id, m.surface) for m in outcome.enriched.entities]


def test_weights_of_the_rules_that_fire_add_up_and_are_told_in_file_order() -> None:
    rules = {"b": (20, "nato"), "a": (15, "beitritt*"), "veto": (-10, "draht*"), "no": (5, "eu")}
    known = processors(topic(rules))
    outcome = known.process(article_from_fields({"title": "Beitritt zur Nato, Drahtseilakt"}))
    assert outcome.matches == ()
    assert outcome.disposition == "no_match"
    outcome = known.process(article_from_fields({"title": "Beitritt zur Nato"}))
    (match,) = outcome.matches
    assert (match.score, match.threshold, match.rules) == (35, 30, ("b", "a"))
    assert [(e.rule, e.surface) for e in match.evidence] == [("b", "Nato"), ("a", "Beitritt")]
    assert outcome.enriched.topics[0].score == 35
    assert outcome.disposition == "matched"


def test_the_match_stands_alone() -> None:
    article = article_from_fields(
        {"title": "Nato", "lead": "Der Anfang.", "text": "Selenskyj spricht.", "url": "https://a/b"}
    )
    known = processors(topic({"r": (30, "nato")}), entities=(entity("z", "Selenskyj"),))
    (match,) = known.process(article).matches
    assert match.article == article
    assert [m.id for m in match.entities] == ["z"]
    assert match.topic_revision == "r1"
    assert match.fingerprint == fingerprint.fingerprint(["der", "anfang", "selenskyj", "spricht"])


def test_an_article_without_lead_and_text_is_known_by_its_title() -> None:
    outcome = processors().process(article_from_fields({"title": "Nato tagt"}))
    assert outcome.enriched.fingerprint == fingerprint.fingerprint(["nato", "tagt"])


@pytest.mark.parametrize("state", list(TopicState))
def test_every_topic_but_a_retired_one_is_evaluated(state: TopicState) -> None:
    known = processors(topic({"r": (30, "nato")}, state=state))
    matches = known.process(article_from_fields({"title": "Nato"})).matches
    assert len(matches) == (0 if state is TopicState.RETIRED else 1)


def test_a_topic_in_another_language_is_gated_and_the_gate_says_why() -> None:
    known = processors(topic({"r": (30, "nato")}, languages=("de", "en")))
    article = article_from_fields(
        {"title": "L'OTAN et la Nato se réunissent à Bruxelles pour parler de la guerre"}
    )
    assert known.process(article).matches == ()
    explained = known.explain("nato", article)
    assert explained.score == 30
    assert not explained.match
    gate = next(g for g in explained.gates if g.name == "language")
    assert not gate.passed
    assert "fr (detected)" in in_english(gate.why)
    assert known.explain("nato", article, given_language="de").match


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
def test_language_is_detected_where_that_is_sure_and_else_declared(
    declared: str, title: str, expected: tuple[str, str]
) -> None:
    article = article_from_fields({"title": title, "language": declared})
    enriched = processors().process(article).enriched
    assert (enriched.language, enriched.language_source) == expected


@pytest.mark.parametrize(
    ("alias", "found", "not_found"),
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
def test_an_alias_finds_its_forms(alias: str, found: str, not_found: str) -> None:
    person = entity("e", alias)
    assert [w for w in found.split() if not mentions(f"Mit {w} hier", person)] == []
    assert [w for w in not_found.split() if mentions(f"Mit {w} hier", person)] == []


def test_names_of_several_words_bend_inside() -> None:
    union = entity("eu", "Europäische Union", type_="organisation")
    court = entity("icc", "Internationaler Strafgerichtshof", type_="organisation")
    text = "In der Europäischen Union und am Internationalen Strafgerichtshof. europäische Union"
    assert mentions(text, union, court) == [
        ("eu", "Europäischen Union"),
        ("icc", "Internationalen Strafgerichtshof"),
    ]


def test_the_longer_name_wins_and_equal_names_are_both_told() -> None:
    bank, land = entity("bank", "Bank of England"), entity("land", "England", type_="place")
    other = entity("team", "England", type_="organisation")
    assert mentions("Die Bank of England in England", bank, land, other) == [
        ("bank", "Bank of England"),
        ("land", "England"),
        ("team", "England"),
    ]


def test_spans_of_entities_index_their_field() -> None:
    article = article_from_fields(
        {"title": "Ja 😀 Putin", "lead": "x Putins", "text": "Mit Putin-Rede."}
    )
    found = processors(entities=(entity("p", "Putin"),)).process(article).enriched.entities
    assert [(m.field, getattr(article, m.field)[m.start : m.end]) for m in found] == [
        ("title", "Putin"),
        ("lead", "Putins"),
        ("text", "Putin"),
    ]


def test_explaining_an_unknown_or_retired_topic_is_wrong_usage() -> None:
    known = processors(topic({"r": (30, "a")}, state=TopicState.RETIRED))
    for name in ("nope", "nato"):
        with pytest.raises(UsageError, match=name):
            known.explain(name, article_from_fields({"title": "a"}))


def test_an_explanation_has_the_published_shape() -> None:
    rules = {"yes": (30, "nato"), "no": (10, "eu")}
    shape = (
        processors(topic(rules)).explain("nato", article_from_fields({"title": "Nato"})).as_json()
    )
    assert shape["rules"] == [
        {"id": "yes", "weight": 30, "fired": True},
        {"id": "no", "weight": 10, "fired": False},
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


def test_explanation_and_match_agree() -> None:
    known = processors(topic({"a": (20, "nato"), "b": (20, "eu AND NOT uno"), "c": (-5, "uno")}))
    for title in ("Nato", "Nato EU", "Nato EU UNO", "UNO", ""):
        article = article_from_fields({"title": title})
        matches = known.process(article).matches
        explained = known.explain("nato", article)
        assert explained.match == bool(matches)
        assert [m.score for m in matches] == [explained.score] * len(matches)


def test_a_query_with_an_error_keeps_the_catalog_from_being_compiled() -> None:
    with pytest.raises(CatalogError) as caught:
        processors(topic({"r": (30, "a b")}))
    assert [f.code for f in caught.value.faults] == ["E002"]


def test_the_same_article_gives_the_same_outcome() -> None:
    known = processors(topic({"r": (30, "nato OR eu*nion OR (a NEAR/3 b)")}))
    article = article_from_fields({"title": "Nato a b", "text": "a nato b a Nato b"})
    assert known.process(article) == known.process(article)


@pytest.mark.parametrize("fields", [{"title": 3}, {"authors": "x"}, {"published_at": "gestern"}])
def test_what_is_no_article_is_wrong_usage(fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no article"):
        article_from_fields(fields)


WORDS = st.sampled_from(["Nato", "-", "’s", " ", ". ", "\n", "Putin", "\u00ad", "\x1f", "ß", "😀"])
KNOWN = processors(topic({"r": (30, "nato* OR entity:p")}), entities=(entity("p", "Putin"),))


@given(st.lists(WORDS | st.text(max_size=5), max_size=20).map("".join), st.text(max_size=20))
def test_whatever_the_text_every_span_shows_its_surface(text: str, title: str) -> None:
    article = article_from_fields(
        {"title": title + text, "lead": text, "text": text, "language": "de"}
    )
    outcome = KNOWN.process(article)
    spans = [e for match in outcome.matches for e in match.evidence]
    found: list[Evidence | EntityMention] = [*spans, *outcome.enriched.entities]
    for span in found:
        assert getattr(article, span.field)[span.start : span.end] == span.surface
    assert all(e.surface.strip() in e.sentence for e in spans)
