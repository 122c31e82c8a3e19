from __future__ import annotations

import random
from datetime import timedelta

import pytest

from alerts import stories
from alerts.stories import RecentArticle, RecentArticles, StoryFeatures
from alerts.story_terms import TOPICAL, stem, weigh_terms
from alerts.subjects import capitalised_words
from config.i18n import in_english
from core.text.tokens import folded_words
from tests.alerts.harness import NOON
from tests.alerts.sample_events import TOPICS, SampleArticle

WINDOW = timedelta(hours=72)


def features(wording: SampleArticle, topical: tuple[str, ...]) -> StoryFeatures:
    title, text = folded_words(wording.title), folded_words(wording.lead)
    own = {stem(w, "") for words in topical for w in folded_words(words)}
    terms = weigh_terms(title, text, wording.language, own)
    return StoryFeatures(
        language=wording.language,
        terms=terms,
        title=tuple(title),
        words=tuple(title + text),
        lead=tuple(text),
        names=capitalised_words(wording.lead),
    )


def of_terms(**terms: float) -> StoryFeatures:
    return StoryFeatures(language="de", terms=terms, title=(), words=())


def recent(number: str, story: str, own: StoryFeatures) -> RecentArticle:
    return RecentArticle(number, story, "kurier", NOON, own, is_told=True, seen_at=NOON)


def grouped(articles: list[tuple[str, SampleArticle]], topical: tuple[str, ...]) -> list[set[str]]:
    """The events in each story when the articles arrive in this order."""
    known = RecentArticles()
    events: dict[str, set[str]] = {}
    for number, (event, wording) in enumerate(articles):
        own = features(wording, topical)
        story = known.assign(own, NOON, WINDOW).story_id or str(number)
        events.setdefault(story, set()).add(event)
        known.add(recent(str(number), story, own))
    return list(events.values())


def similarity(one: dict[str, float], other: dict[str, float]) -> float:
    known = RecentArticles([recent("1", "s", of_terms(**one))])
    return known.assign(of_terms(**other), NOON, WINDOW).similarity


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("topic", TOPICS)
def test_no_two_of_a_days_events_are_merged_within_a_language(topic: str, language: str) -> None:
    events, topical = TOPICS[topic]
    articles = [(e, w) for e, group in events.items() for w in group if w.language == language]
    for seed in range(5):
        stories_made = grouped(random.Random(seed).sample(articles, len(articles)), topical)
        assert all(len(story) == 1 for story in stories_made)
        assert len(stories_made) <= len({e for e, _ in articles}) + 1


@pytest.mark.parametrize(("topic", "event"), [("nato", "application"), ("nato", "veto")])
def test_one_event_reported_by_five_outlets_is_one_story(topic: str, event: str) -> None:
    events, topical = TOPICS[topic]
    for seed in range(5):
        group = [(event, w) for w in events[event]]
        assert len(grouped(random.Random(seed).sample(group, len(group)), topical)) == 1


def test_across_languages_few_events_are_merged_or_split() -> None:
    events, topical = TOPICS["nato"]
    articles = [(e, w) for e, group in events.items() for w in group]
    runs = [
        grouped(random.Random(seed).sample(articles, len(articles)), topical) for seed in range(5)
    ]
    assert sum(len(story) - 1 for run in runs for story in run) <= 3
    assert sum(map(len, runs)) <= 5 * (len(events) + 2)


def test_an_entity_of_the_operator_joins_languages() -> None:
    de = weigh_terms(["kiew", "antrag"], [], "de", entities=["zelenskyy"])
    uk = weigh_terms(["заявка", "києва"], [], "uk", entities=["zelenskyy"])
    assert similarity(de, uk) > 0
    assert similarity(weigh_terms(["kiew"], [], "de"), uk) == 0


def test_the_topics_own_words_count_less() -> None:
    plain = weigh_terms(["nato", "gipfel"], [], "de")
    topical = weigh_terms(["nato", "gipfel"], [], "de", topical=["nato"])
    assert topical["nato"] == pytest.approx(TOPICAL * plain["nato"], abs=1e-4)
    assert TOPICAL < 1


def test_a_story_of_many_articles_does_not_make_its_own_words_common() -> None:
    events, topical = TOPICS["rail"]
    own = features(events["derailment"][0], topical)
    other = features(events["strike"][0], topical)
    known = RecentArticles(recent(str(number), "s", own) for number in range(50))
    known.add(recent("x", "t", other))
    follow_up = features(events["derailment"][1], topical)
    assert known.assign(follow_up, NOON, WINDOW).story_id == "s"


def test_similarity_fades_with_time_and_ends_with_the_window() -> None:
    own = of_terms(a=1.0)
    known = RecentArticles([recent("1", "s", own)])
    near = known.assign(own, NOON, WINDOW)
    later = known.assign(own, NOON + timedelta(hours=71), WINDOW)
    gone = known.assign(own, NOON + timedelta(hours=73), WINDOW)
    assert near.similarity == pytest.approx(1.0)
    assert in_english(near.reason) == "The same story as in kurier: 100% similar, 21% needed."
    assert 0.25 < later.similarity < 0.4
    assert gone.story_id is None
    assert in_english(gone.reason) == "The topic has no similar story within 72 h of it."


def test_a_story_that_is_not_near_enough_is_named_with_its_similarity() -> None:
    known = RecentArticles([recent("1", "s", of_terms(a=1.0, b=9.9))])
    nearest = known.assign(of_terms(a=1.0), NOON, WINDOW)
    assert (nearest.story_id, nearest.article_id) == (None, "1")
    assert in_english(nearest.reason) == (
        "The nearest article is in kurier: 10% similar, 21% needed."
    )


def test_compounds_and_inflected_forms_of_a_word_resemble_it() -> None:
    own = weigh_terms(["tresoreinbruch", "essen"], [], "de")
    other = similarity(weigh_terms(["senator", "essen"], [], "de"), own)
    assert similarity(weigh_terms(["einbruch", "essen"], [], "de"), own) > other + 0.2
    assert similarity(weigh_terms(["einbruchs", "essen"], [], "de"), own) > other + 0.2


def test_a_report_in_the_same_form_about_another_place_is_another_story() -> None:
    def notice(place: str) -> StoryFeatures:
        lead = f"Wegen Glätte bleiben die Schulen in {place} geschlossen, teilte der Kreis mit."
        title = f"Schulen in {place} bleiben geschlossen"
        return features(SampleArticle("de", title, lead), ())

    known = RecentArticles([recent("1", "s", notice("Nordhagen"))])
    assert known.assign(notice("Sorvik"), NOON, WINDOW).story_id is None
    assert known.assign(notice("Nordhagen"), NOON, WINDOW).story_id == "s"


def test_an_article_without_words_resembles_nothing() -> None:
    known = RecentArticles([recent("1", "s", of_terms(a=1.0))])
    nearest = known.assign(of_terms(), NOON, WINDOW)
    assert (nearest.story_id, nearest.similarity) == (None, 0.0)


def test_german_words_and_their_english_counterparts_have_one_stem() -> None:
    pairs = {"schwedischen": "sweden", "kiew": "kyiv", "ratifiziert": "ratified", "roms": "rome"}
    for german, english in pairs.items():
        assert stem(german, "de") == stem(english, "en")
    assert stem("brandenburg", "de") != stem("brand", "de")
    assert stem("schweden", "en") == "schwed"


def test_a_word_with_a_figure_is_its_own_stem() -> None:
    assert stem("f16", "de") == "f16"
    assert stem("nummer7919", "de") == "nummer7919"


def test_thresholds_depend_on_the_languages_and_on_the_length_of_the_shorter_text() -> None:
    def of(language: str, words: int) -> StoryFeatures:
        terms = dict.fromkeys(map(str, range(words)), 1.0)
        return StoryFeatures(language=language, terms=terms, title=(), words=())

    assert stories.threshold(of("de", 10), of("de", 500)) == 0.21
    assert stories.threshold(of("de", 200), of("de", 500)) == pytest.approx(0.33)
    assert stories.threshold(of("en", 70), of("en", 500)) == pytest.approx(0.31)
    assert stories.threshold(of("uk", 10), of("uk", 10)) == stories.OTHER_LANGUAGE
    assert stories.threshold(of("de", 500), of("en", 500)) == 0.16
    assert stories.threshold(of("en", 10), of("de", 10)) == 0.16
