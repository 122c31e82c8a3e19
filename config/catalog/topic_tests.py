"""Read the ``tests:`` of a topic file: articles and the expected result for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from config.catalog import values
from config.catalog.models import TopicTest
from config.catalog.section import Faults, Section
from config.catalog.values import Parse
from config.yaml.nodes import ScalarNode, YamlNode

_EXPECTED: Final = ("name", "match", "rules", "rules_include", "score_max")


def _any_text(value: str) -> str:
    return value


_FIELDS: Final[Mapping[str, Parse[Any]]] = {
    "article_id": values.text,
    "revision": values.positive,
    "url": values.url,
    "title": _any_text,
    "lead": _any_text,
    "text": _any_text,
    "outlet": values.identifier,
    "feed_id": values.identifier,
    "language": values.language,
    "country": values.country,
    "published_at": values.moment,
    "published_source": values.text,
    "first_seen_at": values.moment,
    "fetched_at": values.moment,
    "agency": values.text,
    "access": values.one_of("free", "paid", "unknown"),
    "origin": values.one_of("live", "backfill", "replay"),
}
"""Fields of an article with one value; ``authors`` and ``zones`` are lists."""

ARTICLE_FIELDS: Final = (*_FIELDS, "authors", "zones")


def read_tests(topic: Section, faults: Faults, rules: Collection[str]) -> tuple[TopicTest, ...]:
    """Return the valid tests of a topic.

    Args:
        topic: The topic.
        faults: Collects the faults.
        rules: Ids of the topic's rules.
    """
    tests = (_test(node, faults, rules) for node in topic.nodes("tests"))
    return tuple(test for test in tests if test is not None)


def _test(node: YamlNode, faults: Faults, rules: Collection[str]) -> TopicTest | None:
    section = Section(faults, node, "a test", (*_EXPECTED, *ARTICLE_FIELDS))
    exactly = _rule_ids(section, "rules", faults, rules)
    test = TopicTest(
        name=section.require("name", values.text, ""),
        article=_article(section, faults),
        match=section.require("match", values.boolean, False),
        rules=exactly if section.has("rules") else None,
        rules_include=_rule_ids(section, "rules_include", faults, rules),
        score_max=section.get("score_max", values.integer, None),
        position=section.position,
    )
    return test if section.is_valid else None


def _article(section: Section, faults: Faults) -> dict[str, Any]:
    article = {
        key: section.get(key, parse, None) for key, parse in _FIELDS.items() if section.has(key)
    }
    if section.has("authors"):
        article["authors"] = _authors(section)
    if section.has("zones"):
        article["zones"] = tuple(_zone(node, faults) for node in section.nodes("zones"))
    return article


def _authors(section: Section) -> tuple[str, ...]:
    _, node = section.pairs["authors"]
    if isinstance(node, ScalarNode):
        return (section.get("authors", values.text, ""),)
    return section.items("authors", values.text)


def _zone(node: YamlNode, faults: Faults) -> dict[str, str]:
    section = Section(faults, node, "a zone", ("zone", "text"))
    return {key: section.require(key, values.text, "") for key in ("zone", "text")}


def _rule_ids(
    section: Section, key: str, faults: Faults, rules: Collection[str]
) -> tuple[str, ...]:
    ids = list(section.items_with_positions(key, values.text))
    for rule, position in ids:
        if rule not in rules:
            message = f"There is no rule {values.shown(rule)}."
            faults.add(position, "E007", message, values.nearest(rule, rules))
    return tuple(rule for rule, _ in ids)
