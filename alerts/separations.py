"""Stories that an analyst has split: which of them does a new article belong to? Pure.

::

    stems of the article ──┐
    stems of each story  ──┴─▶ without those that two of the stories share ──▶ the nearest story

An analyst splits a story that mixes two events in like words. What the two stories have in common
is the reason why they were mixed, so it counts for nothing in the choice between them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Terms = Mapping[str, float]
"""Weight of each stem of an article."""


def separated_stories(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return story to the stories that it was separated from, in both directions."""
    apart: dict[str, frozenset[str]] = {}
    for one, other in pairs:
        apart[one] = apart.get(one, frozenset()) | {other}
        apart[other] = apart.get(other, frozenset()) | {one}
    return apart


def choose_story(own: Terms, stories: Mapping[str, Sequence[Terms]]) -> str | None:
    """Return the story that is nearest by what it does not share with the others.

    Args:
        own: The article.
        stories: Story id to its articles; the stories were separated from each other.

    Returns:
        The id of the story; None where the article has nothing of what tells the stories apart.
    """
    vocabularies = {story: frozenset().union(*articles) for story, articles in stories.items()}
    stories_with = Counter(stem for vocabulary in vocabularies.values() for stem in vocabulary)
    telling = frozenset(stem for stem, number in stories_with.items() if number == 1)
    nearness = {
        story: max((_cosine(own, article, telling) for article in articles), default=0.0)
        for story, articles in stories.items()
    }
    story = max(nearness, key=lambda s: (nearness[s], s))
    return story if nearness[story] > 0 else None


def _cosine(one: Terms, other: Terms, stems: frozenset[str]) -> float:
    shared = sum(one[stem] * other[stem] for stem in one.keys() & other.keys() & stems)
    length = math.hypot(*(weight for stem, weight in other.items() if stem in stems))
    return shared / length if shared else 0.0
