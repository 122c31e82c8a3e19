from __future__ import annotations

import random
from datetime import timedelta

import pytest

from alerts import gloss, stories
from alerts.words import weight
from core.text.tokens import folded_words
from tests.alerts.scene import NOON
from tests.alerts.wordings import TOPICS, Wording

WINDOW = timedelta(hours=72)


def read(wording: Wording, topical: tuple[str, ...]) -> stories.StoryFeatures:
    title, text = folded_words(wording.title), folded_words(wording.lead)
    own = {stories.stem(w, "") for words in topical for w in folded_words(words)}
    terms = stories.terms(title, text, wording.language, own)
    return stories.StoryFeatures(
        language=wording.language, terms=terms, title=tuple(title), words=tuple(title + text)
    )


def grouped(articles: list[tuple[str, Wording]], topical: tuple[str, ...]) -> list[set[str]]:
    """The events in each story that assigning the articles in this order makes."""
    seen: list[stories.RecentArticle] = []
    told: dict[str, set[str]] = {}
    for number, (event, wording) in enumerate(articles):
        own = read(wording, topical)
        story = stories.assign(own, NOON, seen, WINDOW).story_id or str(number)
        told.setdefault(story, set()).add(event)
        seen.append(stories.RecentArticle(str(number), story, "kurier", NOON, own))
    return list(told.values())


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("topic", TOPICS)
def test_events_of_one_day_and_topic_stay_apart_in_one_language(topic: str, language: str) -> None:
    events, topical = TOPICS[topic]
    articles = [(e, w) for e, group in events.items() for w in group if w.language == language]
    for seed in range(5):
        told = grouped(random.Random(seed).sample(articles, len(articles)), topical)
        assert all(len(inside) == 1 for inside in told)
        assert len(told) <= len({e for e, _ in articles}) + 1


@pytest.mark.parametrize(("topic", "event"), [("nato", "application"), ("nato", "veto")])
def test_one_event_told_by_five_outlets_is_one_story(topic: str, event: str) -> None:
    events, topical = TOPICS[topic]
    for seed in range(5):
        group = [(event, w) for w in events[event]]
        assert len(grouped(random.Random(seed).sample(group, len(group)), topical)) == 1


def test_across_languages_few_events_are_merged_or_split() -> None:
    events, topical = TOPICS["nato"]
    articles = [(e, w) for e, group in events.items() for w in group]
    told = [
        grouped(random.Random(seed).sample(articles, len(articles)), topical) for seed in range(5)
    ]
    assert sum(len(inside) - 1 for each in told for inside in each) <= 5
    assert sum(map(len, told)) <= 5 * (len(events) + 2)


def test_an_entity_of_the_operator_joins_languages() -> None:
    de = stories.terms(["kiew", "antrag"], [], "de", entities=["zelenskyy"])
    uk = stories.terms(["заявка", "києва"], [], "uk", entities=["zelenskyy"])
    assert stories.similarity(de, uk) > 0
    assert stories.similarity(stories.terms(["kiew"], [], "de"), uk) == 0


def test_the_topics_own_words_count_less() -> None:
    plain = stories.terms(["nato", "gipfel"], [], "de")
    topical = stories.terms(["nato", "gipfel"], [], "de", topical=["nato"])
    assert topical["nato"] == pytest.approx(0.3 * plain["nato"], abs=1e-4)


def test_a_story_of_many_articles_does_not_make_its_own_words_common() -> None:
    events, topical = TOPICS["rail"]
    own = read(events["derailment"][0], topical)
    other = read(events["strike"][0], topical)
    many = [stories.RecentArticle(str(i), "s", "kurier", NOON, own) for i in range(50)]
    many.append(stories.RecentArticle("x", "t", "kurier", NOON, other))
    follow_up = read(events["derailment"][1], topical)
    assert stories.assign(follow_up, NOON, many, WINDOW).story_id == "s"


def test_nearness_fades_with_time_and_ends_with_the_window() -> None:
    own = stories.StoryFeatures(language="de", terms={"a": 1.0}, title=(), words=())
    seen = [stories.RecentArticle("1", "s", "kurier", NOON, own)]
    near = stories.assign(own, NOON, seen, WINDOW)
    later = stories.assign(own, NOON + timedelta(hours=71), seen, WINDOW)
    gone = stories.assign(own, NOON + timedelta(hours=73), seen, WINDOW)
    assert near.similarity == pytest.approx(1.0)
    assert 0.5 < later.similarity < 0.7
    assert gone.story_id is None
    assert "no story like it in the 72 h" in gone.reason


def test_an_article_without_words_is_near_nothing() -> None:
    empty = stories.StoryFeatures(language="de", terms={}, title=(), words=())
    full = stories.StoryFeatures(language="de", terms={"a": 1.0}, title=(), words=())
    seen = [stories.RecentArticle("1", "s", "kurier", NOON, full)]
    choice = stories.assign(empty, NOON, seen, WINDOW)
    assert (choice.story_id, choice.similarity) == (None, 0.0)


def test_german_words_and_their_english_counterparts_have_one_stem() -> None:
    pairs = {"schwedischen": "sweden", "kiew": "kyiv", "ratifiziert": "ratified", "roms": "rome"}
    for german, english in pairs.items():
        assert stories.stem(german, "de") == stories.stem(english, "en")
    assert gloss.english("roman") is None
    assert stories.stem("brandenburg", "de") != stories.stem("brand", "de")
    assert stories.stem("schweden", "en") == "schwed"


def test_words_with_figures_stand_for_themselves() -> None:
    assert stories.stem("f16", "de") == "f16"
    assert stories.stem("nummer7919", "de") == "nummer7919"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("die", 0.0), ("the", 0.0), ("при", 0.0), ("gipfel", 0.9), ("abstimmung", 1.0), ("17", 0.7)],
)
def test_function_words_say_nothing_and_long_words_more(word: str, expected: float) -> None:
    assert weight(word) == pytest.approx(expected)
