"""What is derived from the stored features of articles, computed once for each.

::

    features as JSON ──▶ StoryFeatures ──▶ Wording

A decision compares an article with all recent ones of its topic. The derived values are the larger
part of that work, and the same in every transaction, so they are remembered, and those that are
new are computed before the transaction that needs them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from alerts.developments import Wording, wording_of
from alerts.stories import StoryFeatures

REMEMBERED = 5_000
"""Articles whose values are remembered: some 50 MB where all of them are long."""


@lru_cache(maxsize=REMEMBERED)
def stored_features(features: str) -> StoryFeatures:
    """Return the features of an article from their stored form."""
    return StoryFeatures.model_validate_json(features)


class _Same:
    """Features as the key of a cache: the same object, not an equal one."""

    __slots__ = ("features",)

    def __init__(self, features: StoryFeatures) -> None:
        self.features = features

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.features is self.features

    def __hash__(self) -> int:
        return id(self.features)


@lru_cache(maxsize=REMEMBERED)
def _wording(same: _Same) -> Wording:
    return wording_of(same.features)


def remembered_wording(features: StoryFeatures) -> Wording:
    """Return the wording of an article (:func:`alerts.developments.wording_of`)."""
    return _wording(_Same(features))


def derive(stored: Iterable[str]) -> None:
    """Compute what is derived from stored features, where it is not remembered."""
    for features in stored:
        if features:
            remembered_wording(stored_features(features))
