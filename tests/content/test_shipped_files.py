"""The shipped configuration files: without faults, and with topics that pass their tests."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from config.catalog.models import Catalog, TopicState
from config.faults import Fault
from processors import run_topic_tests, topic_faults

pytestmark = pytest.mark.slow

_LANGUAGES = ("de", "en", "fr", "ru", "uk")
_TOPICS = (
    "nato-enlargement-history",
    "nato-membership",
    "nato-russia-talks",
    "ukraine-peace-talks",
)


def test_the_shipped_files_have_no_fault_and_no_warning(
    shipped: tuple[Catalog | None, list[Fault]],
) -> None:
    catalog, faults = shipped
    assert faults == []
    assert catalog is not None
    assert topic_faults(catalog, _LANGUAGES) == []


def test_the_four_shipped_topics_are_live(catalog: Catalog) -> None:
    assert tuple(sorted(topic.id for topic in catalog.topics)) == _TOPICS
    assert {topic.state for topic in catalog.topics} == {TopicState.LIVE}


@pytest.mark.parametrize("topic_id", _TOPICS)
def test_the_tests_of_a_topic_pass(topic_id: str, catalog: Catalog) -> None:
    topic = catalog.topic(topic_id)
    assert topic is not None
    assert run_topic_tests(topic, catalog, _LANGUAGES) == []


@pytest.mark.parametrize("topic_id", _TOPICS)
def test_every_language_of_a_topic_is_tested_both_ways(topic_id: str, catalog: Catalog) -> None:
    topic = catalog.topic(topic_id)
    assert topic is not None
    tests = Counter((test.article["language"], test.match) for test in topic.tests)
    for language in topic.languages:
        assert tests[language, True] + tests[language, False] >= 15
        assert min(tests[language, True], tests[language, False]) >= 5


def test_a_wrong_expectation_is_noticed(catalog: Catalog) -> None:
    topic = catalog.topic("nato-membership")
    assert topic is not None
    first, *others = topic.tests
    inverted = replace(first, match=not first.match, rules=None, rules_include=())
    faults = run_topic_tests(replace(topic, tests=(inverted, *others)), catalog, _LANGUAGES)
    assert [fault.code for fault in faults] == ["E020"]


def test_the_outlets_are_many_polite_and_in_both_languages(catalog: Catalog) -> None:
    assert len(catalog.outlets) >= 25
    assert all(feed.url.startswith("https://") for feed in catalog.feeds)
    assert all(outlet.country and outlet.language for outlet in catalog.outlets)
    languages = Counter(outlet.language for outlet in catalog.outlets)
    assert min(languages["de"], languages["en"]) >= 15
    assert {feed.kind for feed in catalog.feeds} == {"feed", "sitemap"}
    assert all(feed.every is None for feed in catalog.feeds)


def test_as_shipped_only_the_console_is_notified(catalog: Catalog) -> None:
    assert catalog.alerts.receivers == ()
    assert [route.receivers for route in catalog.alerts.routes] == [("console",)]
