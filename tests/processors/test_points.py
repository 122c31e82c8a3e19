"""What a rule gives to the score: by the places of its hits, by other rules, by its fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.catalog.load import load_catalog
from config.catalog.models import TopicDefinition
from processors import Processors, article_from_fields, run_topic_tests, topic_faults
from processors.explanation import Explanation

SOURCES = """\
outlets:
  - {id: a, name: A, country: DE, language: de, feeds: [https://a.example/feed]}
"""


def load(folder: Path, topic: str) -> tuple[Processors | None, list[str]]:
    (folder / "topics").mkdir(exist_ok=True)
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    (folder / "topics" / "t.yaml").write_text(topic, encoding="utf-8")
    catalog, faults = load_catalog(folder, {})
    if catalog is None:
        return None, [f"{f.code} {f.message}" for f in faults]
    faults = [f for f in topic_faults(catalog) if f.is_error]
    if faults:
        return None, [f"{f.code} {f.message}" for f in faults]
    return Processors.compile(catalog, ("de", "en")), []


def explained(folder: Path, rules: str, article: Mapping[str, Any]) -> Explanation:
    processors, faults = load(folder, f"id: t\nthreshold: 1\n{rules}")
    assert processors is not None, faults
    found = article_from_fields({"language": "de", **article})
    explanation = processors.explain("t", found, given_language="de")
    matches = processors.process(found).matches
    assert [m.score for m in matches] == [explanation.score] * explanation.match
    assert [m.rules for m in matches] == [explanation.fired] * explanation.match
    return explanation


def rule(weight: str, query: str) -> str:
    reachable = "{id: other, weight: 99, query: paris}"
    return f"rules: [{{id: r, weight: {weight}, query: '{query}'}}, {reachable}]"


TITLE = {"title": "Nato berät", "lead": "In Brüssel.", "text": "Heute."}
LEAD = {"title": "Gipfel", "lead": "Die Nato berät. Die Nato tagt.", "text": "Heute."}
ONE = {"title": "Gipfel", "text": "Die Nato berät die Nato. Brüssel wartet."}
THREE = {"title": "Gipfel", "text": "Nato. Brüssel wartet. Die Nato zögert. Nato sagt ja."}
ALL = {"title": "Nato", "lead": "Nato", "text": "Nato. Nato. Nato. Nato."}

POINTS: list[tuple[str, str, dict[str, str], int, tuple[int, int, int]]] = [
    ("30", '"nato"', ALL, 30, (1, 1, 4)),
    ("{title: 30, lead: 30, text: 10, most: 30}", '"nato"', TITLE, 30, (1, 0, 0)),
    ("{title: 30, lead: 20, text: 10, most: 30}", '"nato"', LEAD, 20, (0, 1, 0)),
    ("{title: 30, lead: 30, text: 10, most: 30}", '"nato"', ONE, 10, (0, 0, 1)),
    ("{title: 30, lead: 30, text: 10, most: 25}", '"nato"', THREE, 25, (0, 0, 3)),
    ("{title: 20, lead: 10, text: 5, most: 100}", '"nato"', ALL, 50, (1, 1, 4)),
    ("{title: 20, lead: 10, text: 5}", '"nato"', ALL, 20, (1, 1, 4)),
    ("{text: 10, most: 30}", '"nato"', ALL, 30, (1, 1, 4)),
    ("{title: -20, text: -10, most: 35}", '"nato"', ALL, -35, (1, 1, 4)),
    ("{title: 30}", '"nato"', THREE, 0, (0, 0, 3)),
    # A hit of NEAR lies where its first operand does.
    ("{text: 10, most: 90}", '"nato" NEAR/9 "wartet"', THREE, 20, (0, 0, 2)),
    # Without positions of its own a query has those of its evidence.
    ("{title: 3, text: 10, most: 90}", '"nato" AND "gipfel"', THREE, 33, (1, 0, 3)),
    ("{text: 10, most: 90}", '"nato" AND NOT "paris"', THREE, 30, (0, 0, 3)),
    ("{text: 10, most: 90}", 'count("nato")>=2', THREE, 30, (0, 0, 3)),
    ("{text: 10, most: 90}", 'count("nato")>=4', THREE, 0, (0, 0, 0)),
    (
        "{title: 10, text: 10, most: 90}",
        'outlet:a AND "nato"',
        THREE | {"outlet": "a"},
        30,
        (0, 0, 3),
    ),
    ("{title: 10, text: 5}", '"nato" EXCEPT "die nato"', LEAD | {"title": "Nato"}, 10, (1, 0, 0)),
]


def test_a_rule_gives_points_by_the_places_of_its_hits(tmp_path: Path) -> None:
    wrong = []
    for weight, query, article, points, places in POINTS:
        result = explained(tmp_path, rule(weight, query), article).rules[0]
        found = (result.points, tuple(result.places), result.fired)
        if found != (points, places, points != 0):
            wrong.append((weight, query, article, found))
    assert wrong == []


def test_the_weight_of_an_explained_rule_is_the_most_that_it_can_give(tmp_path: Path) -> None:
    weights = {
        "{title: 30, lead: 20, text: 10, most: 60}": 60,
        "{title: 30, lead: 20, most: 60}": 50,
        "{title: -30, text: -10}": -30,
        "7": 7,
    }
    for weight, most in weights.items():
        shown = explained(tmp_path, rule(weight, '"nato"'), TITLE).as_json()["rules"][0]
        assert (shown["weight"], set(shown["places"])) == (most, {"title", "lead", "text"})
    only_title = explained(tmp_path, rule("{title: 30, text: 90}", "title:nato"), TITLE)
    assert only_title.rules[0].weight == 30


UNLESS = """\
rules:
  - {id: weak, weight: -5, query: '"gipfel"', unless: [sure, other]}
  - {id: sure, weight: {title: 30, lead: 30}, query: '"nato"'}
  - {id: other, weight: 10, query: '"uno"', unless: sure}
"""


def test_a_rule_with_unless_counts_only_where_none_of_those_rules_fires(tmp_path: Path) -> None:
    fired = {
        "Gipfel": ("weak",),
        "Gipfel der Nato": ("sure",),
        "Gipfel der UNO": ("other",),
        "Gipfel von UNO und Nato": ("sure",),  # `other` does not fire, `weak` waits for `sure`
    }
    for title, wanted in fired.items():
        assert explained(tmp_path, UNLESS, {"title": title}).fired == wanted, title
    # A rule whose hits give no points does not fire, and so does not stop another.
    article = {"title": "Gipfel", "text": "Die Nato"}
    assert explained(tmp_path, UNLESS, article).fired == ("weak",)


FIELDS: list[tuple[str, dict[str, str], bool]] = [
    ("in: title\nquery: nato", ONE, False),
    ("in: title\nquery: nato", TITLE, True),
    ("in: [title, lead]\nquery: nato", LEAD, True),
    ("in: [title, lead]\nquery: nato", ONE, False),
    ("in: [title, lead]\nquery: '\"die nato\" AND gipfel'", LEAD, True),
    ('in: [title, lead]\nquery: \'"nato" NEAR/9 "gipfel"\'', LEAD, False),
    ('in: [title, lead]\nquery: \'"nato" NEAR/9 "tagt"\'', LEAD, True),
    ('in: [title, lead]\nquery: \'"nato" NEAR/H "gipfel"\'', LEAD, True),
    ('in: title\nquery: \'"nato" NEAR/H "gipfel"\'', LEAD, False),
    ("in: title\nquery: gipfel AND text:nato", ONE, True),
    ("in: title\nquery: outlet:a AND gipfel", ONE | {"outlet": "a"}, True),
    ("in: title\nrules: [{id: r, query: nato, in: text}]", ONE, True),
    ("in: title\nrules: [{id: r, query: nato, in: [title, lead, text]}]", ONE, True),
    ("terms: {n: nato}\nin: title\nquery: $n", ONE, False),
    ("entities: [n]\nin: title\nquery: entity:n", ONE, False),
    ("entities: [n]\nin: text\nquery: entity:n", ONE, True),
]


def test_a_query_is_restricted_to_the_fields_of_its_rule_or_topic(tmp_path: Path) -> None:
    (tmp_path / "entities").mkdir()
    aliases = "- {id: n, type: organisation, name: Nato, aliases: []}\n"
    (tmp_path / "entities" / "n.yaml").write_text(aliases, encoding="utf-8")
    wrong = [
        (topic, article)
        for topic, article, match in FIELDS
        if explained(tmp_path, topic, article).match is not match
    ]
    assert wrong == []


FAULTS = {
    "{title: 30, body: 10}": "E211 Unknown key `body`",
    "{title: much}": "E221",
    "{title: 30, most: 0}": "E221",
    "{title: 30, most: -30}": "E221",
    "{title: 0}": "E221 `weight` gives no points",
    "{most: 3}": "E221 `weight` gives no points",
    "{title: 30, text: -10}": "E221 `weight` raises the score in one place and lowers it",
    "{text: 30}, in: title": "E013 Rule `r` never gives points",
    "{text: 10, most: 40}, in: url": "E221",
    "{text: 10}, in: []": "E221 `in` names no field",
    "{text: 30, most: 40}, unless: [s]": "E007 There is no rule `s`.",
    "{text: 30, most: 40}, unless: [r]": "E011",
    "9": "E008 All rules together weigh 9",
    "{title: 9, text: 4}": "E008 All rules together weigh 9",
}


def test_faults_of_weights_fields_and_unless_are_reported(tmp_path: Path) -> None:
    wrong = []
    for weight, fault in FAULTS.items():
        topic = f"id: t\nthreshold: 30\nrules: [{{id: r, weight: {weight}, query: nato}}]"
        _, faults = load(tmp_path, topic)
        if len(faults) != 1 + fault.startswith("E013") or not faults[-1].startswith(fault):
            wrong.append((weight, faults))
    assert wrong == []
    head = "id: t\nthreshold: 30\nrules: [{id: r, weight: {text: 30}, query: nato NEAR/H gipfel}]"
    assert [fault[:4] for fault in load(tmp_path, head)[1]][-1] == "E013"
    low = f"id: t\nrules: [{rule('{title: 9, most: 5}', 'nato')[8:]}"
    processors, _ = load(tmp_path, low)
    assert processors is not None
    assert processors.catalog.topics[0].rules[0].weight == 5
    assert "W223" in {fault.code for fault in load_catalog(tmp_path, {})[1]}
    chain = UNLESS.replace("query: '\"nato\"'", "query: '\"nato\"', unless: [weak]")
    _, faults = load(tmp_path, f"id: t\n{chain}")
    assert sorted(fault[:26] for fault in faults) == [
        "E011 Whether rule `sure` c",
        "E011 Whether rule `weak` c",
    ]


def test_a_topics_tests_see_the_score_and_the_rules_that_fire(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    tests = (
        "tests:\n"
        "  - {name: a, language: de, title: Gipfel, text: Nato., match: true, rules: [weak]}\n"
        "  - {name: b, title: Nato, match: true, rules_include: [sure], score_max: 30}\n"
        "  - {name: c, language: de, title: Nato, match: true, score_max: 29}\n"
    )
    (tmp_path / "topics" / "t.yaml").write_text(f"id: t\n{UNLESS.replace('-5', '5')}{tests}")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    catalog, _ = load_catalog(tmp_path, {})
    assert catalog is not None
    messages = [fault.message for fault in run_topic_tests(catalog.topics[0], catalog)]
    assert messages == ["Test 'c': score is 30, at most 29 expected."]


def test_the_revision_of_a_topic_depends_on_places_fields_and_unless(tmp_path: Path) -> None:
    def revision(text: str) -> str:
        processors, faults = load(tmp_path, f"id: t\n{text}")
        assert processors is not None, faults
        topic: TopicDefinition = processors.catalog.topics[0]
        return topic.revision

    plain = "rules: [{id: a, weight: 3, query: x}, {id: b, weight: 3, query: y}]"
    changed = {
        plain,
        plain.replace("weight: 3, query: x", "weight: {title: 3}, query: x"),
        plain.replace("weight: 3, query: x", "weight: {lead: 3}, query: x"),
        plain.replace("query: x", "query: x, in: title"),
        plain.replace("query: x", "query: x, unless: [b]"),
        f"in: title\n{plain}",
    }
    assert len(set(map(revision, changed))) == len(changed)
    assert revision(f"in: [title, lead, text]\n{plain}") == revision(plain)
