"""A story's page has everything about the story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.errors import UsageError
from core.store import Store
from core.store.console import story_list, story_page
from core.store.console.story_list import StoryFilter
from tests.support.stories import NOON, add_article, add_delivery


def test_the_page_of_a_story_has_everything_about_it(filled: Store) -> None:
    with filled.write() as connection:
        card = story_list.list_stories(connection, StoryFilter(outlet="bote"))[0]
        add_article(connection, "d", NOON, topic="talks", told=False, code="draft")
        add_delivery(connection, card.alert_id, "https://a.example", "https://b.example")
        story = story_page.load_story(connection, card.alert_id)
        by_prefix = story_page.load_story(connection, card.alert_id[:8])
    assert [article.outlet for article in story.articles] == ["bote", "herald"]
    assert story.independent_outlets == 1  # the other has the same text
    assert story.articles[0].evidence[1].surface == "Nato"
    assert [d.event for d in story.decisions] == ["opened", "suppressed"]
    assert [(d.topic_id, d.reason_code) for d in story.elsewhere] == [("talks", "draft")]
    assert [len(sent.deliveries) for sent in story.notifications] == [2]
    assert story.card.notified == (story_list.DeliveryCount("desk", "pending", 2),)
    assert replace(by_prefix, card=story.card) == story


def test_a_suppressed_story_has_a_page_too(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
        story = story_page.load_story(connection, card.alert_id)
    assert story.articles == ()
    assert [d.reason_code for d in story.decisions] == ["too_old"]


def test_a_story_that_does_not_exist_is_an_error(filled: Store, subtests: pytest.Subtests) -> None:
    for alert_id in ("", "\0" * 32, "0" * 32, "' OR 1=1 --", "%", "\u202e", "g" * 5000):
        with (
            subtests.test(alert_id=alert_id[:40]),
            filled.read() as connection,
            pytest.raises(UsageError),
        ):
            story_page.load_story(connection, alert_id)
