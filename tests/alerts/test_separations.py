"""Between stories that an analyst has separated, what they have in common does not count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.separations import Terms, choose_story, separated_stories
from alerts.stories import RecentArticle, RecentArticles, StoryFeatures
from tests.alerts.harness import NOON

COMMON = {"fire": 2.0, "store": 2.0, "tyres": 2.0, "smoke": 2.0}
HARBOUR = [COMMON | {"hamburg": 1.0}] * 3
RAIL = [COMMON | {"bremen": 1.0, "train": 1.0}]


@pytest.mark.parametrize(
    ("own", "story"),
    [
        (COMMON | {"bremen": 0.5}, "rail"),
        (COMMON | {"hamburg": 0.5}, "harbour"),
        ({"train": 1.0}, "rail"),
        (COMMON, None),
        ({"rain": 1.0}, None),
    ],
)
def test_an_article_belongs_to_the_story_that_has_what_tells_them_apart(
    own: Terms, story: str | None
) -> None:
    assert choose_story(own, {"harbour": HARBOUR, "rail": RAIL}) == story


def test_a_separation_holds_in_both_directions_and_for_several_stories() -> None:
    assert separated_stories([("a", "b"), ("b", "c")]) == {
        "a": frozenset("b"),
        "b": frozenset("ac"),
        "c": frozenset("b"),
    }


def recent(number: str, story: str, terms: Terms) -> RecentArticle:
    features = StoryFeatures(language="de", terms=dict(terms), title=(), words=())
    return RecentArticle(number, story, number, NOON, features, is_told=True, seen_at=NOON)


@pytest.mark.parametrize(
    ("separations", "story"), [((), "harbour"), ((("harbour", "rail"),), "rail")]
)
def test_what_the_stories_share_decides_until_they_are_separated(
    separations: tuple[tuple[str, str], ...], story: str
) -> None:
    articles = [recent(f"h{n}", "harbour", terms) for n, terms in enumerate(HARBOUR)]
    known = RecentArticles([*articles, recent("r", "rail", RAIL[0])], separations)
    own = StoryFeatures(
        language="de", terms=COMMON | {"bremen": 0.2, "hamburg": 0.1}, title=(), words=()
    )
    assert known.assign(own, NOON, timedelta(hours=72)).story_id == story
    outside = known.outside_story("harbour", NOON)
    assert [a.story_id for a in outside] == ([] if separations else ["rail"])
