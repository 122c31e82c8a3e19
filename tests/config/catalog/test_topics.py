from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.catalog.models import Catalog, TopicDefinition, TopicState

if TYPE_CHECKING:
    from tests.config.conftest import Load

FULL = """\
id: nato-membership
title: NATO membership negotiations
languages: [de, en]
threshold: 30
state: draft
terms:
  nato: =NATO OR =Nato
  eu_only: >-
    "EU Beitritt*" OR "EU accession"
deny:
  eu_only: [Beitrag]
rules:
  - id: de-direct
    weight: 30
    query: >-
      "NATO Beitritt*"
      OR "NATO Mitgliedschaft*"
  - {id: noise, weight: -60, query: $nato}
entities: [zelenskyy]
alert: {severity: high, max_age: 2d}
publish: true
tests:
  - {name: EU only, language: de, title: EU eröffnet Beitritt, text: "…", match: false}
  - name: full
    title: Nato-Beitritt
    authors: [A, B]
    published_at: 2026-11-22T09:00:00Z
    zones: [{zone: comments, text: no}]
    match: true
    rules: [de-direct]
    rules_include: [noise]
    score_max: 40
"""

ENTITIES = "- {id: zelenskyy, type: person, name: Volodymyr Zelenskyy, aliases: [Selenskyj]}\n"


def topic_of(catalog: Catalog | None) -> TopicDefinition:
    assert catalog is not None
    (topic,) = catalog.topics
    return topic


def revision(load: Load, text: str) -> str:
    catalog, faults = load({"topics/a.yaml": text, "entities/p.yaml": ENTITIES})
    assert faults == []
    return topic_of(catalog).revision


def test_all_keys_of_a_topic_are_read(load: Load) -> None:
    catalog, faults = load({"topics/nato.yaml": FULL, "entities/people.yaml": ENTITIES})
    assert faults == []
    topic = topic_of(catalog)
    assert (topic.id, topic.title) == ("nato-membership", "NATO membership negotiations")
    assert (topic.languages, topic.threshold, topic.state) == (("de", "en"), 30, TopicState.DRAFT)
    assert topic.terms["nato"].value == "=NATO OR =Nato"
    assert topic.deny == {"eu_only": ("Beitrag",)}
    assert [(r.id, r.weight) for r in topic.rules] == [("de-direct", 30), ("noise", -60)]
    assert topic.entities == ("zelenskyy",)
    assert (topic.alert.severity, topic.alert.max_age) == ("high", timedelta(days=2))
    assert topic.publish is True
    query = topic.rules[0].query
    place = query.at(query.value.index("OR"))
    assert (place.line, place.column) == (17, 7)


def test_tests_have_their_article_and_expected_result(load: Load) -> None:
    catalog, _ = load({"topics/nato.yaml": FULL, "entities/people.yaml": ENTITIES})
    first, full = topic_of(catalog).tests
    assert first.article == {"language": "de", "title": "EU eröffnet Beitritt", "text": "…"}
    assert (first.match, first.rules, first.rules_include, first.score_max) == (
        False, None, (), None,
    )  # fmt: skip
    assert full.article["authors"] == ("A", "B")
    assert full.article["zones"] == ({"zone": "comments", "text": "no"},)
    assert (full.rules, full.rules_include, full.score_max) == (("de-direct",), ("noise",), 40)
    assert full.position.line == 24


def test_a_topic_with_only_a_query_is_one_rule_that_reaches_the_threshold(load: Load) -> None:
    catalog, faults = load({"topics/a.yaml": "id: a\nquery: NATO\n"})
    assert faults == []
    topic = topic_of(catalog)
    assert [(r.id, r.weight) for r in topic.rules] == [("query", 1)]
    assert (topic.title, topic.threshold, topic.state) == ("a", 1, TopicState.LIVE)
    assert (topic.languages, topic.alert.severity) == ((), "normal")
    assert topic.alert.max_age == timedelta(hours=48)
    catalog, _ = load({"topics/a.yaml": "id: a\nthreshold: 30\nquery: NATO\n"})
    assert topic_of(catalog).rules[0].weight == 30


def test_a_rule_without_a_weight_reaches_the_threshold(load: Load) -> None:
    catalog, _ = load({"topics/a.yaml": "{id: a, threshold: 7, rules: [{id: b, query: c}]}"})
    assert topic_of(catalog).rules[0].weight == 7


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: NATO", "# a comment\ntitle:   NATO"),
        ("name: EU only", "name: another test"),
        ("      OR ", "        OR "),
        ("state: draft\n", "state: draft   # soon\n\n"),
        ("languages: [de, en]", "languages:\n  - de\n  - en"),
        ("title: NATO", "title: Nato"),
        ("state: draft", "state: live"),
        ("severity: high", "severity: low"),
        ("max_age: 2d", "max_age: 3d"),
        ("publish: true", "publish: true\nowner: Newsdesk"),
    ],
)
def test_comments_layout_tests_title_and_alert_do_not_change_the_revision(
    load: Load, old: str, new: str
) -> None:
    assert old in FULL
    assert revision(load, FULL.replace(old, new, 1)) == revision(load, FULL)


def test_the_owner_of_a_topic_is_one_line_of_text(load: Load) -> None:
    owners = {}
    for text in ("Ada Lovelace", "  Newsdesk   Nord ", "x" * 80, "x" * 81, "''", "[a]"):
        catalog, faults = load({"topics/a.yaml": f"id: a\nquery: b\nowner: {text}\n"})
        owners[text] = [f.code for f in faults if f.is_error] or topic_of(catalog).owner
    assert owners == {
        "Ada Lovelace": "Ada Lovelace",
        "  Newsdesk   Nord ": "Newsdesk Nord",
        "x" * 80: "x" * 80,
        "x" * 81: ["E221"],
        "''": ["E221"],
        "[a]": ["E213"],
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: nato-membership", "id: other"),
        ("languages: [de, en]", "languages: [de]"),
        ("threshold: 30", "threshold: 31"),
        ("=NATO OR =Nato", "=NATO"),
        ("weight: 30", "weight: 20"),
        ('"NATO Beitritt*"', '"NATO Beitrag*"'),
        ("entities: [zelenskyy]", "entities: []"),
    ],
)
def test_a_change_of_meaning_changes_the_revision(load: Load, old: str, new: str) -> None:
    assert old in FULL
    assert revision(load, FULL.replace(old, new, 1)) != revision(load, FULL)


def test_only_terms_and_denied_words_that_rules_use_change_the_revision(load: Load) -> None:
    changes = [("[Beitrag]", "[Beitrags]"), ('"EU accession"', '"EU entry"')]
    direct = FULL.replace("query: $nato", "query: $nato OR $eu_only")
    through = FULL.replace("=NATO OR =Nato", "=NATO OR $eu_only")
    for old, new in changes:
        assert revision(load, FULL.replace(old, new, 1)) == revision(load, FULL)
        for used in (direct, through):
            assert revision(load, used.replace(old, new, 1)) != revision(load, used)


def test_all_faults_of_a_topic_are_found_at_once(load: Load) -> None:
    catalog, faults = load(
        {
            "topics/t.yaml": """\
            id: nato
            titel: x
            threshold: 0
            languages: [de, deu]
            state: alive
            rules:
              - {id: a, weight: 1.5, query: x}
              - {id: a, query: y}
              - {id: b, weight: 1}
              - nothing
            entities: [zelensky]
            alert: {severity: hihg, max_age: 2, sound: loud}
            deny: {nto: [a]}
            terms: {nato: =NATO, "a-b": c, d: [e], f: ''}
            publish: yes
            tests:
              - {name: a, tilte: b, match: yes}
              - {title: b, match: true, rules: [nope], published_at: today}
            """,
            "entities/e.yaml": ENTITIES,
        }
    )
    assert catalog is None
    assert [(f.line, f.code) for f in faults] == [
        (2, "E211"),
        (3, "E221"),
        (4, "E221"),
        (5, "E221"),
        (7, "E221"),
        (8, "E009"),
        (9, "E212"),
        (10, "E213"),
        (11, "E007"),
        (12, "E221"),
        (12, "E221"),
        (12, "E211"),
        (13, "E007"),
        (14, "E221"),
        (14, "E213"),
        (14, "E221"),
        (15, "E221"),
        (17, "E211"),
        (17, "E221"),
        (18, "E212"),
        (18, "E007"),
        (18, "E221"),
    ]
    assert "`zelenskyy`" in next(f for f in faults if f.line == 11).mend


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id: a", "E212"),
        ("id: a\nrules: []", "E212"),
        ("id: a\nquery: b\nrules: [{id: c, query: d}]", "E214"),
        ("- id: a\n  query: b", "E213"),
        ("id: a\nquery: [b]", "E213"),
        ("id: a\nquery: ''", "E221"),
        ("id: -a\nquery: b", "E221"),
        (f"id: {'a' * 101}\nquery: b", "E221"),
        ("just text", "E213"),
    ],
)
def test_a_topic_that_cannot_match_is_a_fault(load: Load, text: str, code: str) -> None:
    catalog, faults = load({"topics/t.yaml": text})
    assert catalog is None
    assert code in {f.code for f in faults}


def test_ids_are_unique_across_files(load: Load) -> None:
    _, faults = load(
        {
            "topics/a.yaml": "{id: same, query: x}",
            "topics/b.yaml": "{id: same, query: y}",
            "entities/a.yaml": "- {id: same, name: A}",
            "entities/b.yaml": "- {id: same, name: B}",
        }
    )
    assert [(f.file.rpartition("config/")[2], f.code) for f in faults] == [
        ("entities/b.yaml", "E009"),
        ("topics/b.yaml", "E009"),
    ]
    assert "topics/a.yaml, line 1" in faults[1].message


def test_an_entity_in_a_file_that_cannot_be_parsed_is_not_reported_as_unknown(load: Load) -> None:
    _, faults = load(
        {"topics/a.yaml": "{id: a, query: x, entities: [y]}", "entities/a.yaml": "- {id: y"}
    )
    assert [f.code for f in faults] == ["E204"]


@pytest.mark.parametrize(
    ("entity", "line", "code"),
    [
        ("- {id: a, name: A, type: persn}", 1, "E221"),
        ("- {id: a}", 1, "E212"),
        ("- {id: a, name: A, wikidata: 38}", 1, "E221"),
        ("- {id: a, name: A, aliases: B}", 1, "E213"),
        ("- {id: a, name: A, alias: B}", 1, "E211"),
        ("id: a\nname: A", 1, "E213"),
        ("- {id: a, name: A}\n- b", 2, "E213"),
    ],
)
def test_a_faulty_entity_is_a_fault(load: Load, entity: str, line: int, code: str) -> None:
    catalog, faults = load({"entities/a.yaml": entity})
    assert catalog is None
    assert [(f.line, f.code) for f in faults] == [(line, code)]


def test_aliases_stay_in_order_without_repeats(load: Load) -> None:
    catalog, faults = load(
        {"entities/a.yaml": "- {id: a, name: A, aliases: [B, C, B], wikidata: Q1}"}
    )
    assert faults == []
    assert catalog is not None
    entity = catalog.entities[0]
    assert [alias.text for alias in entity.aliases] == ["B", "C"]
    assert (entity.type, entity.wikidata) == ("other", "Q1")


def test_empty_files_and_files_that_are_not_read_are_warnings(load: Load) -> None:
    catalog, faults = load(
        {
            "topics/a.yaml": "# later",
            "topics/b.yml": "id: b",
            "topics/.c.yaml": "::",
            "alerts.yaml": "",
        }
    )
    assert catalog is not None
    assert [f.code for f in faults] == ["W201", "W201", "W202"]


def test_a_folder_where_a_file_should_be_is_a_fault(load: Load) -> None:
    _, faults = load({"topics/a.yaml/inner.txt": "x", "entities": "not a folder"})
    codes: list[Any] = [(f.file.rpartition("config/")[2], f.code) for f in faults]
    assert codes == [("entities", "E213"), ("topics/a.yaml", "E201")]


@pytest.mark.parametrize("spike", ["off", "fewer", "normal", "more"])
def test_a_topic_says_how_easily_it_has_spikes_without_another_revision(
    load: Load, spike: str
) -> None:
    plain, _ = load({"topics/t.yaml": "{id: t, query: NATO}"})
    catalog, faults = load({"topics/t.yaml": f"{{id: t, query: NATO, alert: {{spike: {spike}}}}}"})
    assert faults == []
    assert topic_of(catalog).alert.spike == spike
    assert topic_of(catalog).revision == topic_of(plain).revision
    assert topic_of(plain).alert.spike == "normal"


def test_a_sensitivity_that_does_not_exist_is_a_fault(load: Load) -> None:
    _, faults = load({"topics/t.yaml": "{id: t, query: NATO, alert: {spike: most}}"})
    assert [fault.column for fault in faults] == [37]


def test_max_age_in_alert_overrides_that_of_the_topic(load: Load) -> None:
    top = "id: t\nquery: NATO\nmax_age: 6h\n"
    catalog, faults = load({"topics/t.yaml": top})
    assert faults == []
    assert topic_of(catalog).alert.max_age == timedelta(hours=6)
    both = top + "alert: {max_age: 3h, severity: high}\n"
    catalog, _ = load({"topics/t.yaml": both})
    assert topic_of(catalog).alert.max_age == timedelta(hours=3)
